import { z } from 'zod';
import { methodSchema } from './method.ts';
import { minimumDefectSchema } from './minimum-defect.ts';
import { opinionSettingsSchema } from './opinion.ts';
import { packReferenceSchema } from './pack-reference.ts';
import { scaleSchema } from './scale.ts';

/** A number in 0..1: scores, thresholds and qualities all live on this scale. */
const unit = z.number().min(0).max(1);
const phrase = z
  .string()
  .min(1)
  .max(200)
  .regex(/\{\}/, 'must contain {} where the object (or the state) goes');

/**
 * Prompt ensemble: `normal` and `abnormal` are state phrases with `{}` for the object's name, `templates` are
 * sentences with `{}` for the state phrase. Every state × template is one sentence (APRIL-GAN's scheme).
 */
const promptsSchema = z.strictObject({
  normal: z.array(phrase).min(1).max(64),
  abnormal: z.array(phrase).min(1).max(64),
  templates: z.array(phrase).min(1).max(128),
});
export type Prompts = z.infer<typeof promptsSchema>;

/** Share of a tile that it has in common with its neighbour, at least. */
const overlap = z.number().min(0).max(0.5);
/**
 * How large images are cut into tiles that the model sees one by one, beside the whole image: at a scale, or until the
 * smallest defect of interest spans so many tokens. Images that fit into one tile are not cut.
 */
const tilesSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('scale'),
    /** Pixels of what the model sees per image pixel. */
    scale: z.number().min(0.01).max(1),
    overlap,
  }),
  z.strictObject({
    mode: z.literal('smallest-defect'),
    /** Its size in image pixels. */
    pixels: z.number().min(1).max(10_000),
    /** Tokens of the model that it should span; a token is 16 × 16 pixels of what the model sees. */
    tokens: z.number().min(0.25).max(16),
    overlap,
  }),
]);
export type TileRecipe = z.infer<typeof tilesSchema>;

/** Everything that decides a result, apart from the image itself. Frozen and hashed with every result. */
export const recipeSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    name: z.string().min(1).max(200),
    /** The model pack: `lite`, or `widget@1.2.0`. */
    pack: packReferenceSchema,
    /** What the operator calls the inspected object, for example "metal nut". */
    object: z.string().min(1).max(100),
    prompts: promptsSchema,
    /** θ of MMR step 1: coarse-map values above it become regions. */
    theta: unit,
    /** Smallest region kept, as a fraction of the image's area; of a tile's, where an image is cut into tiles. */
    minRegionArea: unit,
    /** Strongest regions kept per image; the rest send nothing to SAM. */
    maxRegions: z.int().min(0).max(64),
    /** Positive prompt points per region, the peak included. */
    pointsPerRegion: z.int().min(1).max(16),
    /** λ of the fusion: final = max(min(O, θ), (O + λR) / (1 + λ)). */
    lambda: z.number().min(0).max(16),
    /** Image scores from here on are `warn` ... */
    warn: unit,
    /** ... and from here on `reject`. */
    reject: unit,
    /** Images with more pixels are refused before they are decoded (decompression bombs). */
    maxPixels: z.int().min(1).max(1_000_000_000),
    /** Left out: images are looked at as a whole only. */
    tiles: tilesSchema.optional(),
    /** How second opinions are used. Recipes from before have none, and keep their hash. */
    opinions: opinionSettingsSchema.optional(),
    /** What makes the map. Left out: the pack's own head, refined by SAM, see `CLIPSAM`. */
    method: methodSchema.optional(),
    /** How large a pixel is, where the batch does not say. Left out: sizes are in pixels. */
    scale: scaleSchema.optional(),
    /** Left out: every region counts. */
    minimumDefect: minimumDefectSchema.optional(),
    /** What makes reports and lots of it approved: two different people. Left out: one. */
    signatures: z.strictObject({ twoPeople: z.literal(true) }).optional(),
  })
  .refine((r) => r.warn <= r.reject, { message: 'warn must not be above reject', path: ['warn'] });
export type Recipe = z.infer<typeof recipeSchema>;
