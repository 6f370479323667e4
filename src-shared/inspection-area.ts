import { z } from 'zod';
import { drawnPolygonsSchema } from './annotation.ts';
import { hashSchema, immutable } from './field-schemas.ts';
import { pointSchema, polygonsSchema } from './geometry.ts';
import { sampleRangeSchema } from './sample-range.ts';

const share = z.number().min(0).max(1);

/** What a pack's tokens and SAM say of the part that was clicked. */
const partSeedSchema = immutable(
  z.strictObject({
    /** Tokens of different packs do not compare. */
    packHash: hashSchema,
    /** The token at the click, averaged with its neighbours, of length 1. */
    token: z.array(z.number()).min(1).max(16_384),
    /** Share of the image that the part covers. */
    share,
    /** Share of the image's border that the part touches. */
    border: share,
    /** Median cosine of the image's tokens outside of the part with the token. */
    background: z.number().min(-1).max(1),
  }),
);
export type PartSeed = z.infer<typeof partSeedSchema>;

/** The part, by one click on it in one image: it is looked for in every other. */
export const partMarkSchema = immutable(
  z.strictObject({
    /** The image: SHA-256 of its file, where it was, which of its pictures (from 0), and what was black and white in it. */
    contentHash: hashSchema,
    path: z.string().min(1).max(4096),
    page: z.int().min(0).nullable().default(null),
    range: sampleRangeSchema.nullable().default(null),
    /** Image pixels. */
    point: pointSchema,
    /** Which of SAM's three masks for the point is the part, 1 (finest) to 3. */
    level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    /** Null: not computed yet. */
    seed: partSeedSchema.nullable().default(null),
  }),
);
export type PartMark = z.infer<typeof partMarkSchema>;

/**
 * Where to look in the images of a product: within any of the `include` polygons (without them everywhere), within none
 * of the `ignore` polygons, and, with a part, on the part.
 */
export const inspectionAreaSchema = immutable(
  z.strictObject({
    schemaVersion: z.literal(1).default(1),
    /** Size in pixels of the image that the polygons were drawn on; they are scaled to images of other sizes. */
    width: z.int().min(1),
    height: z.int().min(1),
    include: drawnPolygonsSchema.default([]),
    ignore: drawnPolygonsSchema.default([]),
    part: partMarkSchema.nullable().default(null),
  }),
);
export type InspectionArea = z.infer<typeof inspectionAreaSchema>;

/** Why an image is looked at whole although its part was asked for. */
export const PART_DOUBTS = ['seed-missing', 'unlike', 'quality', 'size', 'border', 'outside'] as const;
export type PartDoubt = (typeof PART_DOUBTS)[number];

/** Where an image was looked at. */
export const areaRecordSchema = immutable(
  z.object({
    /** SHA-256 of the area: polygons, and how the part is found. */
    hash: hashSchema,
    /** Share of the image that was looked at. */
    share,
    /** What was looked at, in image pixels, as it lies on the cells of the coarse map. */
    outline: polygonsSchema,
    /** Share of the image that the part covers; null: it was not found. Absent: none was asked for. */
    partShare: share.nullable().optional(),
  }),
);
export type AreaRecord = z.infer<typeof areaRecordSchema>;

/** True when nothing is excluded and no part is looked for: the same as no area. */
export function isWholeImage({ include, ignore, part }: InspectionArea): boolean {
  return include.length === 0 && ignore.length === 0 && part === null;
}
