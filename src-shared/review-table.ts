import { z } from 'zod';
import { countSchema, idSchema, immutable } from './field-schemas.ts';
import { pageNumberSchema } from './image-page.ts';
import { NOTICE_CODES } from './notice.ts';
import { outcomeStatusSchema } from './outcome.ts';
import { humanVerdictSchema, modelVerdictSchema, severitySchema } from './verdict.ts';

/**
 * What the review screens know of every image of a batch, column by column: enough to sort, filter, count and draw
 * badges, and a batch of 100,000 images stays a few MB. Columns have equal length.
 */
export const reviewColumnsSchema = immutable(
  z.object({
    imageId: z.array(idSchema),
    /** Path below the folder that all images of the batch share, with `/`. */
    name: z.array(z.string()),
    /** Which picture of its file it is; null where there is one. */
    page: z.array(pageNumberSchema.nullable()),
    /** `pending`: the run has not reached it, or there is no run yet. */
    status: z.array(outcomeStatusSchema),
    /** 0..1; null unless done. */
    score: z.array(z.number().nullable()),
    model: z.array(modelVerdictSchema.nullable()),
    /** What the model's verdict has to be read with. */
    notices: z.array(z.array(z.enum(NOTICE_CODES))),
    /** The inspector's verdict that counts; null: not reviewed. */
    human: z.array(humanVerdictSchema.nullable()),
    /** Empty where the inspector gave none. */
    defectClass: z.array(z.string()),
    severity: z.array(severitySchema.nullable()),
    overturned: z.array(z.boolean()),
    /** Regions that the model found, those below the recipe's limits included. */
    regions: z.array(countSchema),
    /** Largest length (longest caliper) and area in pixels among the regions that count; null: none does. */
    largestLength: z.array(z.number().nullable()),
    largestArea: z.array(z.number().nullable()),
    /** Regions that are below the recipe's limits, and do not count. */
    belowLimit: z.array(countSchema),
    /** Annotations of the inspectors that count. */
    falsePositives: z.array(countSchema),
    missedDefects: z.array(countSchema),
    /** How far the opinions on it are apart, 0..1; null: language alone was asked. */
    disagreement: z.array(z.number().nullable()),
  }),
);
export type ReviewColumns = z.infer<typeof reviewColumnsSchema>;

/** One image of {@link ReviewColumns}. */
export type ReviewRow = { readonly [K in keyof ReviewColumns]: ReviewColumns[K][number] };

/** Rows from columns. */
export function toReviewRows(columns: ReviewColumns): ReviewRow[] {
  return columns.imageId.map((imageId, i) => ({
    imageId,
    name: columns.name[i]!,
    page: columns.page[i]!,
    status: columns.status[i]!,
    score: columns.score[i]!,
    model: columns.model[i]!,
    notices: columns.notices[i]!,
    human: columns.human[i]!,
    defectClass: columns.defectClass[i]!,
    severity: columns.severity[i]!,
    overturned: columns.overturned[i]!,
    regions: columns.regions[i]!,
    largestLength: columns.largestLength[i]!,
    largestArea: columns.largestArea[i]!,
    belowLimit: columns.belowLimit[i]!,
    falsePositives: columns.falsePositives[i]!,
    missedDefects: columns.missedDefects[i]!,
    disagreement: columns.disagreement[i]!,
  }));
}

/** Columns from rows. */
export function toReviewColumns(rows: readonly ReviewRow[]): ReviewColumns {
  const column = <K extends keyof ReviewRow>(key: K) => rows.map((row) => row[key]);
  return {
    imageId: column('imageId'),
    name: column('name'),
    page: column('page'),
    status: column('status'),
    score: column('score'),
    model: column('model'),
    notices: column('notices'),
    human: column('human'),
    defectClass: column('defectClass'),
    severity: column('severity'),
    overturned: column('overturned'),
    regions: column('regions'),
    largestLength: column('largestLength'),
    largestArea: column('largestArea'),
    belowLimit: column('belowLimit'),
    falsePositives: column('falsePositives'),
    missedDefects: column('missedDefects'),
    disagreement: column('disagreement'),
  };
}
