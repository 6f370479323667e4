import { z } from 'zod';
import { deviceSchema } from './device.ts';
import { packIdSchema, packReferenceSchema, packVersionSchema } from './pack-reference.ts';
import { recipeSchema } from './recipe.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');
const odd = z
  .int()
  .min(1)
  .refine((size) => size % 2 === 1, 'must be odd');
const triple = z.tuple([z.number(), z.number(), z.number()]);
const tensorName = z.string().min(1).max(500);
const fileKey = z.string().min(1).max(100);

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
  /** External data of a graph: `location` as the graph writes it, `file` the key of the file that holds the bytes. */
  external: z
    .array(z.strictObject({ location: z.string().min(1).max(255), file: z.string() }))
    .max(16)
    .optional(),
});

/**
 * How an image is put into a tower's square: `longest-side-pad` keeps its aspect ratio, content in the top left corner and
 * zero around it (SAM); `squash` fills the square (CLIP, SAM 2.1).
 */
const fitSchema = z.enum(['longest-side-pad', 'squash']);

/** How a tower wants its pixels. */
const pixelsShape = {
  /** Name of the graph's input, [1, 3, inputSize, inputSize]. */
  input: tensorName,
  /** Side of the square input in pixels. */
  inputSize: z.int().min(8).max(4096),
  fit: fitSchema,
  /** Both antialiased when shrinking. */
  interpolation: z.enum(['bilinear', 'bicubic']),
  /** On the 0..255 scale. */
  mean: triple,
  std: triple,
};
const towerInputSchema = z.strictObject(pixelsShape);
/** How a tower wants its pixels. */
export type TowerInput = z.infer<typeof towerInputSchema>;

/** A tensor of the vision tower whose rows are patch tokens, after {@link Pack} `leadingTokens` others. */
const stageSchema = z
  .strictObject({
    tensor: tensorName.optional(),
    /** Instead of `tensor`: the end of a block, counted from 1, by `blockTensor`. */
    block: z.int().min(1).max(200).optional(),
    /** Channels per token. */
    width: z.int().positive(),
    /** Tokens along a side of the square input. */
    grid: z.int().positive(),
  })
  .refine(({ tensor, block }) => (tensor === undefined) !== (block === undefined), {
    error: 'must have either tensor or block',
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

const visionSchema = z.strictObject({
  file: fileKey,
  ...pixelsShape,
  /** Rows before the patch tokens: the class token, registers. */
  leadingTokens: z.int().min(0).max(64),
  /** Side of the token grid that the head works on; finer stages are average-pooled to it. */
  grid: z.int().positive(),
  stages: z.array(stageSchema).min(1).max(8),
  /** Name of a block's end, `{}` standing for the block counted from 0. */
  blockTensor: tensorName.optional(),
  /** The position table, when the input's size is not the export's: its grid is resized once, leading rows kept. */
  positions: z
    .strictObject({ initializer: tensorName, resize: z.enum(['bicubic', 'bicubic-antialias']) })
    .optional(),
  /** Output [1, C_t] of the whole image; the projection that ends in it serves the head `none`. */
  imageEmbedding: tensorName.optional(),
});

const textSchema = z.strictObject({
  tokenizer: fileKey,
  encoder: fileKey,
  /** Input of the ids, [n, contextLength] int64. */
  ids: tensorName,
  /** Input that is 1 for every id that is not padding, where the graph has one. */
  mask: tensorName.optional(),
  /** Output [n, width]. */
  output: tensorName,
  /** C_t: length of a sentence's embedding. */
  width: z.int().positive(),
  /** Longest sentence in tokens, start and end included. */
  contextLength: z.int().positive().max(1024),
  /** Id that fills a sentence up. */
  padding: z.int().min(0),
});

/** Whose embedding SAM's decoder takes: the vision tower's own, or that of an encoder for SAM alone. */
const segmenterEncoderSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('vision'), tensor: tensorName }),
  z.strictObject({
    kind: z.literal('own'),
    file: fileKey,
    ...pixelsShape,
    /** Its outputs, in the order of the decoder's embedding inputs. */
    outputs: z.array(tensorName).min(1).max(8),
  }),
]);

const segmenterSchema = z.strictObject({
  encoder: segmenterEncoderSchema,
  decoder: fileKey,
  /** How the decoder is asked: Meta's export, Hugging Face's of SAM v1 (points only), Hugging Face's of SAM 2.1. */
  dialect: z.enum(['meta', 'hugging-face', 'sam2']),
  /** It takes boxes as well as points. */
  boxes: z.boolean(),
  /** Tensor with the low-resolution logits; in Meta's dialect of the four mask tokens, else of the three levels. */
  masks: tensorName,
  /** Tensor with SAM's predicted quality of each. */
  qualities: tensorName,
});

const scale = z.number().positive().max(1000);
const headSchema = z.discriminatedUnion('kind', [
  umciConfigSchema.extend({ kind: z.literal('umci'), file: fileKey }),
  /** APRIL-GAN: one linear layer per stage into the joint space, `scale` × cosine with the language tokens. */
  z.strictObject({ kind: z.literal('linear'), file: fileKey, scale }),
  /** Without training: the tower's own last norm and projection of each patch token, `scale` × cosine. */
  z.strictObject({ kind: z.literal('none'), scale }),
]);
export type Head = z.infer<typeof headSchema>;

const layersSchema = z.strictObject({ file: fileKey, scale });
/**
 * Trained weights of methods other than the head's own, each a linear layer per stage into the space of the text:
 * APRIL-GAN's, SDP+'s, and the image side that the text tower was trained against, where the vision tower has no
 * projection of its own.
 */
const methodWeightsSchema = z.strictObject({
  'april-gan': layersSchema.optional(),
  'sdp-plus': layersSchema.optional(),
  projection: layersSchema.optional(),
});

/** Another precision of a file, with the devices it is for. */
const variantSchema = z.strictObject({
  of: fileKey,
  file: fileKey,
  precision: z.enum(['fp16', 'int8']),
  devices: z.array(deviceSchema).min(1),
});

/** What a trained head stands on. */
const lineageSchema = z.strictObject({
  /** `id@version` of the pack whose towers it was trained on, and its hash. */
  pack: packReferenceSchema,
  packHash: sha256,
  /** Which images, in words. */
  data: z.string().min(1).max(2000),
});

/** The parts of a pack, all but its files. */
const partsShape = {
  schemaVersion: z.literal(2),
  id: packIdSchema,
  title: z.string().min(1).max(200),
  version: packVersionSchema,
  /** Markdown file beside pack.json: data, figures, limits. */
  card: z.string().min(1),
  vision: visionSchema,
  text: textSchema,
  segmenter: segmenterSchema,
  head: headSchema,
  methodWeights: methodWeightsSchema.optional(),
  /** Files in other precisions; those that the parts name are fp32. */
  variants: z.array(variantSchema).max(64),
  trained: lineageSchema.optional(),
  /** What its user has to know, such as a check that had a choice made. */
  notes: z.array(z.string().min(1).max(2000)).max(16).optional(),
  defaultRecipe: recipeSchema,
};

/** pack.json: the towers, the head and SAM, with the files they come from. */
export const packSchema = z
  .strictObject({ ...partsShape, files: z.record(fileKey, packFileSchema) })
  .superRefine(checkParts);
export type Pack = z.infer<typeof packSchema>;

/** Tensors that a decoder takes from the encoder. */
const EMBEDDINGS: Readonly<Record<z.infer<typeof segmenterSchema>['dialect'], number>> = {
  meta: 1,
  'hugging-face': 2,
  sam2: 3,
};

/** Refuses parts that don't fit together. */
function checkParts(
  pack: z.infer<z.ZodObject<typeof partsShape>> & {
    readonly files: Readonly<Record<string, Pick<z.infer<typeof packFileSchema>, 'external'>>>;
  },
  context: z.RefinementCtx,
): void {
  const complain = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  const known = Object.keys(pack.files);
  for (const [path, key] of fileReferences(pack)) {
    if (!known.includes(key)) complain(path, `"${key}" is not among files (${known.join(', ')})`);
  }
  const { vision, segmenter, head } = pack;
  vision.stages.forEach((stage, index) => {
    const path = ['vision', 'stages', index];
    if (stage.grid % vision.grid !== 0) {
      complain([...path, 'grid'], `${stage.grid} is not a multiple of the grid ${vision.grid}`);
    }
    if (stage.block !== undefined && !vision.blockTensor?.includes('{}')) {
      complain(['vision', 'blockTensor'], 'must hold {} where a stage names a block');
    }
  });
  if (head.kind === 'umci') {
    for (const { stage } of head.novelty) {
      if (stage < vision.stages.length) continue;
      complain(['head', 'novelty'], `there is no stage ${stage} (stages: 0 to ${vision.stages.length - 1})`);
    }
    if (head.paths.scale && head.scaleKernels.length === 0) {
      complain(['head', 'scaleKernels'], 'the scale path needs at least one');
    }
  }
  if (head.kind === 'none' && vision.imageEmbedding === undefined) {
    complain(['vision', 'imageEmbedding'], 'is needed without a head: its projection makes the map');
  }
  if (segmenter.encoder.kind === 'vision' && vision.fit !== 'longest-side-pad') {
    complain(['segmenter', 'encoder'], 'a tower that squashes the image gives no embedding for SAM');
  }
  const { encoder, dialect } = segmenter;
  const embeddings = encoder.kind === 'own' ? encoder.outputs.length : 1;
  if (embeddings !== EMBEDDINGS[dialect]) {
    complain(
      ['segmenter', 'encoder'],
      `gives ${embeddings} embedding tensors; decoders of the dialect "${dialect}" take ${EMBEDDINGS[dialect]}`,
    );
  }
  if (segmenter.dialect === 'hugging-face' && segmenter.boxes) {
    complain(['segmenter', 'boxes'], 'the exports of this dialect take points only');
  }
  if (pack.defaultRecipe.pack !== pack.id) {
    complain(['defaultRecipe', 'pack'], `must be "${pack.id}", the pack's own id`);
  }
}

function fileReferences(pack: Parameters<typeof checkParts>[0]): [path: (string | number)[], key: string][] {
  const { vision, text, segmenter, head, methodWeights } = pack;
  return [
    [['vision', 'file'], vision.file],
    [['text', 'tokenizer'], text.tokenizer],
    [['text', 'encoder'], text.encoder],
    [['segmenter', 'decoder'], segmenter.decoder],
    ...(segmenter.encoder.kind === 'own'
      ? [[['segmenter', 'encoder', 'file'], segmenter.encoder.file] as [string[], string]]
      : []),
    ...(head.kind === 'none' ? [] : [[['head', 'file'], head.file] as [string[], string]]),
    ...Object.entries(methodWeights ?? {}).map(([method, { file }]): [string[], string] => [
      ['methodWeights', method, 'file'],
      file,
    ]),
    ...pack.variants.flatMap(({ of, file }, index): [(string | number)[], string][] => [
      [['variants', index, 'of'], of],
      [['variants', index, 'file'], file],
    ]),
    ...Object.entries(pack.files).flatMap(([key, { external = [] }]) =>
      external.map(({ file }, index): [(string | number)[], string] => [
        ['files', key, 'external', index, 'file'],
        file,
      ]),
    ),
  ];
}

/** Name of the tensor that holds a stage's tokens. */
export function stageTensor({ blockTensor = '' }: Pick<Pack['vision'], 'blockTensor'>, stage: Stage): string {
  const { tensor, block = 0 } = stage;
  return tensor ?? blockTensor.replaceAll('{}', String(block - 1));
}
