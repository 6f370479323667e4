import { z } from 'zod';
import { poseSpreadSchema } from './alignment.ts';
import { errorRecordSchema } from './error-record.ts';
import { countSchema, hashSchema, immutable } from './field-schemas.ts';
import { polygonsSchema } from './geometry.ts';
import { partMarkSchema } from './inspection-area.ts';
import { comparisonRecordSchema, opinionSettingsSchema } from './opinion.ts';
import { sampleRangeSchema } from './sample-range.ts';

/** Whether parts are turned to one pose before they are compared, and why. */
const alignmentDecision = {
  /**
   * `on`, `off`: the recipe says so. The others are by how parts lie: `differ`, they are turned; `alike`, there is no
   * need; `unsure`, too few of them show their pose as a whole, and none is turned. Absent: a run of before this was kept.
   */
  alignment: z.enum(['on', 'off', 'differ', 'alike', 'unsure']).optional(),
  /** How far parts lie apart; absent: the recipe has them turned anyway, or there is no telling. */
  poses: poseSpreadSchema.optional(),
};
const alignmentDecisionSchema = immutable(z.object(alignmentDecision));
export type AlignmentDecision = z.infer<typeof alignmentDecisionSchema>;

/** What the images of a run are compared with. */
export const runComparisonSchema = immutable(
  z.object({
    with: comparisonRecordSchema,
    /** Opinions that the recipe asks for and nothing could be had for: too few images, none of them readable. */
    unavailable: z.array(z.enum(['consensus', 'references'])),
    /** Images that were chosen and could not be read. */
    skipped: countSchema,
    ...alignmentDecision,
  }),
);
export type RunComparison = z.infer<typeof runComparisonSchema>;

const picture = z.object({
  /** As the workspace stores paths: relative where it lies inside. */
  path: z.string(),
  contentHash: hashSchema,
  /** As readers count it, from 0; null: the file has one picture. */
  page: countSchema.nullable(),
  range: sampleRangeSchema.nullable(),
  /** Names what is seen: content, page and range. */
  key: hashSchema,
  /** The token file, as a path below the folder of token files; null: not made yet. */
  tokens: z.string().nullable(),
  /** Of the image, in pixels; null: not looked at yet. */
  width: countSchema.nullable(),
  height: countSchema.nullable(),
});
const part = picture.extend({ polygons: polygonsSchema });
const role = z.enum(['crowd', 'references', 'harmless', 'counterExamples']);
/** What an image is there for in a comparison. */
export type ComparedAs = z.infer<typeof role>;

/** What a run compares with, such that it can be had again after the program has died. */
export const keptComparisonSchema = immutable(
  z.object({
    /** As they were decided: `alignment` is `on` or `off`. */
    settings: opinionSettingsSchema,
    ...alignmentDecision,
    /** What parts are turned like; null: they are compared as they lie. */
    template: picture.nullable(),
    /** How parts are found to be turned; absent: by their colours, and SAM where those leave a doubt. */
    part: partMarkSchema.optional(),
    crowd: z.array(picture),
    references: z.array(picture),
    harmless: z.array(part),
    counterExamples: z.array(part),
    /** Chosen, but they could not be read. */
    skipped: z.array(
      z.object({ as: role, path: z.string(), page: countSchema.nullable(), error: errorRecordSchema }),
    ),
  }),
);
export type KeptComparison = z.infer<typeof keptComparisonSchema>;
/** An image that a run compares with. */
export type KeptPicture = KeptComparison['crowd'][number];
/** Parts of an image that inspectors judged. */
export type KeptPart = KeptComparison['harmless'][number];
