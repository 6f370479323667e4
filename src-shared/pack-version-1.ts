import { z } from 'zod';
import type { Pack } from './pack.ts';
import { packFileSchema, packSchema, umciConfigSchema } from './pack.ts';

const { id, title, version, card, defaultRecipe } = packSchema.shape;
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** pack.json before format 2: one encoder for language and SAM, UMCI, Meta's decoder. */
export const packVersion1Schema = z.strictObject({
  schemaVersion: z.literal(1),
  id,
  title,
  version,
  card,
  files: z.record(z.string(), packFileSchema.omit({ external: true })),
  vision: z.strictObject({
    file: z.string(),
    input: z.string(),
    samEmbedding: z.string(),
    inputSize: z.int().positive(),
    resize: z.literal('longest-side-pad'),
    mean: triple,
    std: triple,
    grid: z.int().positive(),
    stages: z
      .array(
        z.strictObject({
          tensor: z.string().min(1),
          width: z.int().positive(),
          grid: z.int().positive(),
        }),
      )
      .min(1)
      .max(8),
  }),
  text: z.strictObject({
    tokenizer: z.string(),
    encoder: z.string(),
    width: z.int().positive(),
    contextLength: z.int().positive(),
  }),
  umci: umciConfigSchema.extend({ file: z.string() }),
  sam: z.strictObject({
    decoder: z.string(),
    dialect: z.literal('meta'),
    masks: z.string(),
    qualities: z.string(),
  }),
  defaultRecipe,
});
type PackVersion1 = z.infer<typeof packVersion1Schema>;

/** A pack of version 1 in today's words; what it computes is the same. To be parsed by {@link packSchema}. */
export function fromVersion1({ vision, text, umci, sam, ...rest }: PackVersion1): Pack {
  const { samEmbedding, resize, ...tower } = vision;
  return {
    ...rest,
    schemaVersion: 2,
    vision: { ...tower, fit: resize, interpolation: 'bilinear', leadingTokens: 0 },
    text: { ...text, ids: 'ids', output: 'embedding', padding: 0 },
    segmenter: { ...sam, encoder: { kind: 'vision', tensor: samEmbedding }, boxes: true },
    head: { kind: 'umci', ...umci },
    variants: [],
  };
}
