import { z } from 'zod';
import { packIdSchema, packVersionSchema } from './pack-reference.ts';
import { recipeSchema } from './recipe.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');
const odd = z
  .int()
  .min(1)
  .refine((size) => size % 2 === 1, 'must be odd');
const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * Where a file of a pack lies: in an installed npm package, beside pack.json, or on a server from which it is
 * downloaded when the pack is brought in.
 */
const source = z
  .string()
  .max(2048)
  .refine(
    (text) => /^(npm|pack):[^\\]+$/.test(text) || isDownload(text),
    'must look like npm:package/path, pack:path or https://server/path',
  );

/**
 * Whether a text is an address that files are downloaded from: https, or, where somebody asked for that, http on this
 * machine itself, without a user's name or password.
 */
export function isDownload(text: string): boolean {
  // Addresses that a parser would mend (spaces, control characters, backslashes) are none.
  if (!/^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(text)) return false;
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}

/** A file of a pack. */
export const packFileSchema = z.strictObject({
  source,
  sha256,
  bytes: z.int().positive(),
  licence: z.string().min(1),
  /** Who made the file, from what, and how it can be made again. */
  provenance: z.string().min(1),
});

/** A tensor of the vision tower whose rows are patch tokens. */
const stageSchema = z.strictObject({
  tensor: z.string().min(1),
  /** Channels per token. */
  width: z.int().positive(),
  /** Tokens along a side of the square input. */
  grid: z.int().positive(),
});
export type Stage = z.infer<typeof stageSchema>;

/** A comparison of a picture's tokens with one another; see `noveltyMap`. */
const noveltyChannelSchema = z.strictObject({
  /** Index of the stage whose tokens are compared. */
  stage: z.int().min(0),
  /** β of the kernel exp(β (cos − 1)). */
  sharpness: z.number().min(1).max(60),
});
export type NoveltyChannel = z.infer<typeof noveltyChannelSchema>;

/** Shape of the UMCI head (arXiv 2401.12665: strip path, scale path, dual-path fusion). */
export const umciConfigSchema = z.strictObject({
  /** d: channels of V and T. */
  hiddenDim: z.int().min(4).max(1024),
  /** Odd sizes of the average poolings of the scale path. */
  scaleKernels: z.array(odd).max(4),
  /** Odd size of the 1-D convolution of the strip path. */
  stripKernel: odd,
  paths: z.strictObject({ strip: z.boolean(), scale: z.boolean() }),
  /** True: 3×3 convolutions are depthwise + pointwise. */
  separable: z.boolean(),
  /** Novelty of every token within its own picture, as further channels of the fusion. */
  novelty: z.array(noveltyChannelSchema).max(8),
});
export type UmciConfig = z.infer<typeof umciConfigSchema>;

/** pack.json: the towers, the head and SAM, with the files they come from. */
export const packSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: packIdSchema,
    title: z.string().min(1).max(200),
    version: packVersionSchema,
    /** Markdown file beside pack.json: data, figures, limits. */
    card: z.string().min(1),
    files: z.record(z.string(), packFileSchema),
    vision: z.strictObject({
      file: z.string(),
      input: z.string(),
      /** The embedding for SAM's decoder, when this tower is SAM's encoder as well. */
      samEmbedding: z.string(),
      /** Side of the square input in pixels. */
      inputSize: z.int().positive(),
      resize: z.literal('longest-side-pad'),
      /** On the 0..255 scale. */
      mean: triple,
      std: triple,
      /** Side of the token grid that UMCI works on; finer stages are average-pooled to it. */
      grid: z.int().positive(),
      stages: z.array(stageSchema).min(1).max(8),
    }),
    text: z.strictObject({
      tokenizer: z.string(),
      encoder: z.string(),
      /** C_t: length of a sentence's embedding. */
      width: z.int().positive(),
      /** Longest sentence in tokens, start and end included. */
      contextLength: z.int().positive(),
    }),
    umci: umciConfigSchema.extend({ file: z.string() }),
    sam: z.strictObject({
      decoder: z.string(),
      dialect: z.literal('meta'),
      /** Tensor [1,4,256,256]: low-resolution logits of the four mask tokens. */
      masks: z.string(),
      /** Tensor [1,4]: SAM's predicted quality of each. */
      qualities: z.string(),
    }),
    defaultRecipe: recipeSchema,
  })
  .superRefine((pack, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const references: [string[], string][] = [
      [['vision', 'file'], pack.vision.file],
      [['text', 'tokenizer'], pack.text.tokenizer],
      [['text', 'encoder'], pack.text.encoder],
      [['umci', 'file'], pack.umci.file],
      [['sam', 'decoder'], pack.sam.decoder],
    ];
    const known = Object.keys(pack.files);
    for (const [path, key] of references) {
      if (!known.includes(key)) complain(path, `"${key}" is not among files (${known.join(', ')})`);
    }
    pack.vision.stages.forEach(({ grid }, index) => {
      if (grid % pack.vision.grid === 0) return;
      complain(
        ['vision', 'stages', String(index), 'grid'],
        `${grid} is not a multiple of the grid ${pack.vision.grid}`,
      );
    });
    for (const { stage } of pack.umci.novelty) {
      if (stage < pack.vision.stages.length) continue;
      complain(
        ['umci', 'novelty'],
        `there is no stage ${stage} (stages: 0 to ${pack.vision.stages.length - 1})`,
      );
    }
    if (pack.umci.paths.scale && pack.umci.scaleKernels.length === 0) {
      complain(['umci', 'scaleKernels'], 'the scale path needs at least one');
    }
    if (pack.defaultRecipe.pack !== pack.id) {
      complain(['defaultRecipe', 'pack'], `must be "${pack.id}", the pack's own id`);
    }
  });
export type Pack = z.infer<typeof packSchema>;
