import { z } from 'zod';

// The contract of `inspect --json`, written down a second time: a change of the program must not change it unseen.
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const unit = z.number().min(0).max(1);
const polygon = z.array(z.array(z.tuple([z.number(), z.number()])).min(4)).min(1);
const box = z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const artifact = z.strictObject({ path: z.string(), sha256, bytes: z.int().positive() });
const device = z.strictObject({
  asked: z.union([
    z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml']),
    z.string().regex(/^(grpcs?|https?):\/\//),
  ]),
  running: z.enum(['cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'server']),
  servers: z
    .array(
      z.strictObject({
        ...{ address: z.string(), name: z.string(), version: z.string(), isProven: z.boolean() },
        models: z.array(
          z.strictObject({
            graph: z.enum(['vision', 'text', 'decoder', 'segmenter-encoder']),
            ...{ name: z.string(), version: z.string(), sha256: sha256.nullable() },
          }),
        ),
      }),
    )
    .optional(),
  fallbackReason: z.string().optional(),
  files: z
    .array(
      z.strictObject({
        of: z.string(),
        file: z.string(),
        precision: z.enum(['fp32', 'fp16', 'int8']),
        reason: z.string().optional(),
      }),
    )
    .optional(),
  outOfMemory: z
    .strictObject({
      device: z.enum(['cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml']),
      reason: z.string(),
    })
    .optional(),
});
const milliseconds = z.number().min(0);

const size = z.strictObject({
  length: z.number().min(0),
  width: z.number().min(0),
  area: z.number().min(0),
  equivalentDiameter: z.number().min(0),
});

const region = z.strictObject({
  index: z.int().min(1),
  polygons: z.array(polygon),
  box,
  area: z.number().min(0),
  length: z.number().min(0),
  width: z.number().min(0),
  belowLimit: z.literal(true).optional(),
  size: z.strictObject({ px: size, mm: size.nullable() }),
  peak: unit,
  mean: unit,
  prompts: z.strictObject({
    box,
    points: z.array(z.strictObject({ x: z.number(), y: z.number(), label: z.literal([0, 1]) })).min(1),
  }),
  levels: z
    .array(
      z.strictObject({
        level: z.literal([1, 2, 3]),
        quality: unit,
        area: z.number().min(0),
        polygons: z.array(polygon),
      }),
    )
    .length(3),
});

export const doneSchema = z.strictObject({
  scale: z
    .strictObject({
      millimetresPerPixel: z.number().positive(),
      source: z.enum(['typed', 'drawn']),
      imageWidth: z.int().positive().nullable(),
      imageHeight: z.int().positive().nullable(),
    })
    .nullable(),
  area: z
    .strictObject({
      hash: sha256,
      share: unit,
      outline: z.array(polygon),
      partShare: unit.nullable().optional(),
    })
    .optional(),
  path: z.string(),
  page: z.int().min(1),
  pages: z.int().min(1),
  status: z.literal('done'),
  score: unit,
  verdict: z.enum(['accept', 'warn', 'reject']),
  regions: z.array(region),
  notices: z.array(
    z.looseObject({
      code: z.string(),
      level: z.enum(['information', 'warning']),
      text: z.strictObject({ en: z.string().min(10), 'zh-CN': z.string().min(5) }),
    }),
  ),
  artifacts: z.strictObject({ coarseMap: artifact, finalMap: artifact, mask: artifact }),
  timings: z.strictObject({
    read: milliseconds,
    encode: milliseconds,
    umci: milliseconds,
    compare: milliseconds,
    regions: milliseconds,
    decode: milliseconds,
    fuse: milliseconds,
    write: milliseconds,
    total: milliseconds,
  }),
  device,
  width: z.int().positive(),
  height: z.int().positive(),
  contentHash: sha256,
  recipeHash: sha256,
  packHash: sha256,
  softwareVersion: z.string(),
});

const failedSchema = z.strictObject({
  path: z.string(),
  page: z.int().min(1),
  pages: z.int().min(1),
  status: z.literal('failed'),
  score: z.null(),
  verdict: z.null(),
  regions: z.tuple([]),
  notices: z.tuple([]),
  artifacts: z.null(),
  timings: z.null(),
  device,
  error: z.strictObject({
    code: z.string(),
    message: z.string().min(1),
    details: z.looseObject({ case: z.string() }).optional(),
  }),
});

const passedOverSchema = z.strictObject({ path: z.string(), status: z.literal('passed-over') });

export const recordSchema = z.discriminatedUnion('status', [doneSchema, failedSchema, passedOverSchema]);
