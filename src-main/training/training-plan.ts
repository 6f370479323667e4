import { z } from 'zod';
import { packFileSchema, packSchema, umciConfigSchema } from '../../src-shared/pack.ts';
import { recipeSchema } from '../../src-shared/recipe.ts';

const count = z.number().min(0).max(20);
const word = z.string().min(1).max(60);

/** One category of real images in MVTec layout. Counts are the mean number of views per image. */
const categorySchema = z.strictObject({
  /** Folder below the data root. */
  folder: z.string().min(1),
  /** Names for the object, the usual one first. */
  names: z.array(word).min(1),
  /** Per defect folder the words for it. */
  defects: z.record(z.string(), z.array(word).min(1)),
  good: count,
  /** Good images with a generated defect put on them. */
  pasted: count,
  defective: count,
});
export type PlanCategory = z.infer<typeof categorySchema>;

/** Everything that decides the trained weights, apart from the data itself. */
export const trainingPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  seed: z.int(),
  /** What the finished pack says of itself, and the frozen towers it stands on. */
  pack: z.strictObject({
    id: packSchema.shape.id,
    title: packSchema.shape.title,
    version: packSchema.shape.version,
    /** Licence of the weights that this plan trains. */
    licence: z.string().min(1),
    /** Paragraphs for the card: what its numbers alone do not say. */
    notes: z.array(z.string().min(1)),
    files: z.record(z.string(), packFileSchema.omit({ sha256: true, bytes: true })),
    vision: packSchema.shape.vision,
    segmenter: packSchema.shape.segmenter,
    recipe: recipeSchema,
  }),
  /** Share of the source pictures (with all their views) that is never trained on and gives the log's figures. */
  holdOut: z.number().min(0).max(0.5),
  categories: z.array(categorySchema),
  /** Generated images, and how many of them are good. */
  synthetic: z.strictObject({ count: z.int().min(0), goodShare: z.number().min(0).max(1) }),
  text: z.strictObject({
    width: z.int().min(8),
    layers: z.int().min(1).max(12),
    heads: z.int().min(1),
    embedding: z.int().min(8),
    contextLength: z.int().min(8).max(77),
    vocabulary: z.int().min(64),
    batch: z.int().min(2),
    steps: z.int().min(1),
    learningRate: z.number().positive(),
  }),
  head: umciConfigSchema.extend({
    batch: z.int().min(1),
    steps: z.int().min(1),
    warmup: z.int().min(0),
    /** Steps at which the learning rate begins anew, ascending. */
    restarts: z
      .array(z.int().min(1))
      .max(8)
      .refine((at) => at.every((step, i) => step > (at[i - 1] ?? 0)), 'must ascend'),
    learningRate: z.number().positive(),
    weightDecay: z.number().min(0),
    clip: z.number().positive(),
    /** Focal γ. */
    gamma: z.number().min(1),
    /** Weights of the Dice term and of the image-level term against the focal term. */
    dice: z.number().min(0),
    image: z.number().min(0),
    /** Decay per step of the running mean of the weights that is kept; 0 keeps the last weights. */
    average: z.number().min(0).max(1),
  }),
});
export type TrainingPlan = z.infer<typeof trainingPlanSchema>;
