import type { PageNumber } from './image-page.ts';
import type { NoticeCode } from './notice.ts';
import type { HumanVerdict, ModelVerdict, Severity } from './verdict.ts';

/** What the review screens know of every image of a batch: enough to sort, filter, count and draw badges. */
export interface ReviewRow {
  readonly imageId: number;
  /** Path below the folder that all images of the batch share, with `/`. */
  readonly name: string;
  /** Which picture of its file it is; null where there is one. */
  readonly page: PageNumber | null;
  /** `pending`: the run has not reached it, or there is no run yet. */
  readonly status: 'pending' | 'done' | 'failed';
  /** 0..1; null unless done. */
  readonly score: number | null;
  readonly model: ModelVerdict | null;
  /** What the model's verdict has to be read with. */
  readonly notices: readonly NoticeCode[];
  /** The inspector's verdict that counts; null: not reviewed. */
  readonly human: HumanVerdict | null;
  /** Empty where the inspector gave none. */
  readonly defectClass: string;
  readonly severity: Severity | null;
  readonly overturned: boolean;
  /** Regions that the model found. */
  readonly regions: number;
  /** Marks of the inspectors that count. */
  readonly falsePositives: number;
  readonly missedDefects: number;
}

/** {@link ReviewRow}s column by column: a batch of 100,000 images stays a few MB. Columns have equal length. */
export type ReviewColumns = { readonly [K in keyof ReviewRow]: readonly ReviewRow[K][] };

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
    falsePositives: columns.falsePositives[i]!,
    missedDefects: columns.missedDefects[i]!,
  }));
}

/** Columns from rows. */
export function toReviewColumns(rows: readonly ReviewRow[]): {
  [K in keyof ReviewRow]: ReviewRow[K][];
} {
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
    falsePositives: column('falsePositives'),
    missedDefects: column('missedDefects'),
  };
}
