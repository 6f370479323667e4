import { z } from 'zod';
import { deviceReportSchema } from './device.ts';
import { countSchema, hashSchema, immutable } from './field-schemas.ts';
import { boxSchema, polygonsSchema, promptPointSchema } from './geometry.ts';
import { areaRecordSchema } from './inspection-area.ts';
import { noticeSchema } from './notice.ts';
import { comparisonRecordSchema, opinionScoreSchema, regionOpinionsSchema } from './opinion.ts';
import { scaleSchema } from './scale.ts';
import { modelVerdictSchema } from './verdict.ts';

/** One of SAM's three masks for a region's prompt. */
const maskLevelSchema = immutable(
  z.object({
    /** 1 (finest) to 3 (coarsest): SAM's mask tokens 1..3. */
    level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    /** SAM's own predicted IoU, clamped to 0..1. */
    quality: z.number(),
    /** Image pixels covered. */
    area: z.number(),
    polygons: polygonsSchema,
  }),
);
export type MaskLevel = z.infer<typeof maskLevelSchema>;

/** What was sent to SAM for a region. */
const regionPromptsSchema = immutable(
  z.object({ box: boxSchema, points: z.array(promptPointSchema).max(64) }),
);
export type RegionPrompts = z.infer<typeof regionPromptsSchema>;

/** One suspected defect. */
const regionSchema = immutable(
  z.object({
    /** 1, 2, ... by falling peak. */
    index: countSchema,
    /** Outline of the final mask's part that belongs to this region. */
    polygons: polygonsSchema,
    box: boxSchema,
    /** Image pixels of the final mask. */
    area: z.number(),
    /** Longest and shortest caliper of the outline in image pixels; absent in results of before. */
    length: z.number().min(0).optional(),
    width: z.number().min(0).optional(),
    /** Smaller than all limits of the recipe: it does not count for score and verdict. Absent: it counts. */
    belowLimit: z.literal(true).optional(),
    /** Highest and mean value of the final map inside the region, 0..1. */
    peak: z.number(),
    mean: z.number(),
    prompts: regionPromptsSchema,
    levels: z.array(maskLevelSchema),
    /** What each opinion says of it; absent where language alone was asked. */
    opinions: regionOpinionsSchema.optional(),
  }),
);
export type Region = z.infer<typeof regionSchema>;

/** Milliseconds per step. `encode`, `umci` and `decode` are bare ONNX Runtime session times. */
export const timingsSchema = immutable(
  z.object({
    read: z.number(),
    encode: z.number(),
    umci: z.number(),
    /** Search for each token's like in other images, and what is made of it; 0 in results of before. */
    compare: z.number().default(0),
    regions: z.number(),
    decode: z.number(),
    fuse: z.number(),
    write: z.number(),
    total: z.number(),
  }),
);
export type Timings = z.infer<typeof timingsSchema>;

/** A file in the workspace's artifact folder, named after its content. */
const artifactRefSchema = immutable(
  z.object({ sha256: hashSchema, bytes: countSchema, mediaType: z.literal('image/png') }),
);
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

/**
 * Files of a result. `coarseMap` is the map in which regions were looked for: language's own, or where there were second
 * opinions all of them fused; then each opinion's calibrated map is kept as well, on the cells of an image without tiles.
 * The maps are 16-bit grey PNGs, value / 65535 = 0..1.
 *
 * Usually their longest side is at most 1024 (SAM's frame without padding): the coarse map has SAM's low resolution (4
 * frame pixels per cell); the final map is the same file when nothing was above θ, and has frame resolution otherwise.
 * Of an image that was looked at in tiles (see its notice `tiled`) both maps have the same size, longest side 1024 to
 * 4096, and cover the image exactly.
 *
 * The mask is an 8-bit grey PNG (0 / 255) of the image's size.
 */
const resultArtifactsSchema = immutable(
  z.object({
    coarseMap: artifactRefSchema,
    finalMap: artifactRefSchema,
    mask: artifactRefSchema,
    languageMap: artifactRefSchema.optional(),
    consensusMap: artifactRefSchema.optional(),
    referencesMap: artifactRefSchema.optional(),
  }),
);
export type ResultArtifacts = z.infer<typeof resultArtifactsSchema>;

/**
 * Everything the pipeline found in one image. A new field has a default, or is optional: results of before lack it.
 */
export const inspectionResult = z.object({
  /** SHA-256 of the image file. */
  contentHash: hashSchema,
  /** Size in pixels after EXIF orientation. */
  width: countSchema,
  height: countSchema,
  /** Image score, 0..1; of what counts: regions below the recipe's limits do not. */
  score: z.number(),
  verdict: modelVerdictSchema,
  regions: z.array(regionSchema),
  /** What the verdict has to be read with: how the picture came to the model. */
  notices: z.array(noticeSchema),
  artifacts: resultArtifactsSchema,
  timings: timingsSchema,
  device: deviceReportSchema,
  recipeHash: hashSchema,
  packHash: hashSchema,
  softwareVersion: z.string(),
  /** What became the fused map, language first; absent: language alone. */
  opinions: z.array(opinionScoreSchema).optional(),
  /** What the image was compared with; absent: nothing. */
  comparison: comparisonRecordSchema.optional(),
  /** Where it was looked at; absent: everywhere. */
  area: areaRecordSchema.optional(),
  /** How large a pixel is; absent: nobody has said. */
  scale: scaleSchema.optional(),
});
export const inspectionResultSchema = immutable(inspectionResult);
export type InspectionResult = z.infer<typeof inspectionResultSchema>;
