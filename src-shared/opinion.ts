import { z } from 'zod';
import { hashSchema, immutable } from './field-schemas.ts';

/**
 * Who says where a defect is. `language`: ClipSAM's own coarse map, from text and image alone. `consensus`: how far the
 * image's tokens are from those of other images of its batch. `references`: how far they are from those of accepted parts.
 */
export const opinionSchema = z.enum(['language', 'consensus', 'references']);
export type Opinion = z.infer<typeof opinionSchema>;

const unit = z.number().min(0).max(1);
const use = z.enum(['off', 'automatic']);

/** How second opinions are formed and weighed; part of a recipe. `automatic`: used where it can be, and said where not. */
export const opinionSettingsSchema = z.strictObject({
  consensus: use,
  references: use,
  /**
   * Which tokens are compared: `half` of the grid's side (averages of 2 × 2), all of them (`fine`, for defects of few
   * pixels), or what suits best: all of them for aligned parts.
   */
  tokens: z.enum(['automatic', 'half', 'fine']),
  /**
   * `on`: every part is turned to one pose and cut out before it is compared, which costs a second pass of the encoder.
   * `automatic`: where parts lie in different poses and nearly all of them show theirs. What a comparison did is `on` or
   * `off` in its own settings.
   */
  alignment: z.enum(['off', 'on', 'automatic']),
  /** True: references are also compared turned in steps of 45° and mirrored. */
  rotations: z.boolean(),
  /**
   * Tokens, in either direction, within which a token's like must lie: for fixed cameras. Null: anywhere, or, for aligned
   * parts that are not compared turned as well, nearby.
   */
  window: z.int().min(0).max(64).nullable(),
  /** Shares in the fused map; null: by how tight references and batch are and how quiet language is on them. */
  weights: z.strictObject({ language: unit, consensus: unit, references: unit }).nullable(),
});
export type OpinionSettings = z.infer<typeof opinionSettingsSchema>;

/** What a recipe without settings means. */
export const DEFAULT_OPINION_SETTINGS: OpinionSettings = {
  consensus: 'off',
  references: 'automatic',
  tokens: 'automatic',
  alignment: 'automatic',
  rotations: false,
  window: null,
  weights: null,
};

/** What an opinion says of an image. */
export const opinionScoreSchema = immutable(
  z.object({
    opinion: opinionSchema,
    /** By this opinion alone, 0..1; 0.5: as far as the farthest good one. */
    score: unit,
    /** Its share in the fused map, 0..1. */
    weight: unit,
    /** Its map counts how far good ones go position by position, its score all together. Absent: both all together. */
    perPosition: z.boolean().optional(),
  }),
);
export type OpinionScore = z.infer<typeof opinionScoreSchema>;

/** How far apart the opinions on an image are: largest less smallest score, 0..1. */
export function opinionDisagreement(opinions: readonly OpinionScore[]): number {
  const scores = opinions.map(({ score }) => score);
  return scores.length === 0 ? 0 : Math.max(...scores) - Math.min(...scores);
}

/** Highest value of each opinion's calibrated map within a region, 0..1. */
export const regionOpinionsSchema = immutable(z.partialRecord(opinionSchema, unit));
export type RegionOpinions = z.infer<typeof regionOpinionsSchema>;

/** What an image was compared with: it can be made again from this. */
export const comparisonRecordSchema = immutable(
  z.object({
    /** SHA-256 over all that decides it: images by content, marks, settings. */
    hash: hashSchema,
    /** Images of the crowd, and references, by how many there were. */
    crowd: z.int().min(0),
    references: z.int().min(0),
    harmless: z.int().min(0),
    counterExamples: z.int().min(0),
  }),
);
export type ComparisonRecord = z.infer<typeof comparisonRecordSchema>;
