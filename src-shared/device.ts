import { z } from 'zod';
import { ClipSamError } from './errors.ts';
import { hashSchema, immutable } from './field-schemas.ts';
import { parseServers, SERVER_SCHEMES } from './model-servers.ts';

/** What can be asked for on this machine. */
export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml'] as const;
const localRequestSchema = z.enum(DEVICES);
export type LocalRequest = z.infer<typeof localRequestSchema>;
export const deviceSchema = localRequestSchema.exclude(['auto']);
/** A device of this machine. */
export type Device = z.infer<typeof deviceSchema>;

/**
 * Addresses of inference servers, `grpc://gpu-box:8001,grpc://other:8001`; a device of this machine at the end takes over
 * when none of them answers.
 */
const serverRequestSchema = z
  .templateLiteral([z.enum(SERVER_SCHEMES), '://', z.string().max(4000)])
  .refine(isServerRequest, 'must be addresses such as grpc://gpu-box:8001, with commas between them');
export type ServerRequest = z.infer<typeof serverRequestSchema>;

function isServerRequest(text: string): boolean {
  const choice = parseServers(text);
  return choice !== undefined && (choice.fallback === undefined || isLocalRequest(choice.fallback));
}

/** Whether a text names a device of this machine, or `auto`. */
export function isLocalRequest(text: string): text is LocalRequest {
  return localRequestSchema.safeParse(text).success;
}

/**
 * A device of this machine, for what opens graphs of its own.
 * @param what does so, at the beginning of a sentence
 * @throws ClipSamError `device-unavailable` for inference servers
 */
export function localDevice(device: DeviceRequest, what: string): LocalRequest {
  if (isLocalRequest(device)) return device;
  throw new ClipSamError(
    'device-unavailable',
    `${what} opens graphs that inference servers do not have. Choose a device of this machine: ${DEVICES.join(', ')}.`,
  );
}

export const deviceRequestSchema = z.union([localRequestSchema, serverRequestSchema]);
export type DeviceRequest = z.infer<typeof deviceRequestSchema>;
/** What computes: a device of this machine, or `server`. */
const runningDeviceSchema = z.enum([...deviceSchema.options, 'server']);
export type RunningDevice = z.infer<typeof runningDeviceSchema>;

/** Parts of a pack that an inference server can have as a model. */
const SERVED_GRAPHS = ['vision', 'text', 'decoder', 'segmenter-encoder'] as const;
export type ServedGraph = (typeof SERVED_GRAPHS)[number];

/** An inference server that was found to have a pack's models. */
const modelServerSchema = z.object({
  /** Without secrets. */
  address: z.string(),
  /** As the server calls itself. */
  name: z.string(),
  version: z.string(),
  /** The server shows that its models were made of this very pack. False: names, shapes and types fit, no more is known. */
  isProven: z.boolean(),
  models: z.array(
    z.object({
      graph: z.enum(SERVED_GRAPHS),
      name: z.string(),
      /** As the server counts them; empty: it doesn't say. */
      version: z.string(),
      /** Of the model's file; null: the server doesn't say. */
      sha256: hashSchema.nullable(),
    }),
  ),
});
export type ModelServerRecord = z.infer<typeof modelServerSchema>;

/** In how many bits a model of a pack computes. */
const filePrecisionSchema = z.enum(['fp32', 'fp16', 'int8']);
export type FilePrecision = z.infer<typeof filePrecisionSchema>;

/** Which file serves for one of a pack that has others in other precisions, and why not those to be preferred. */
const usedFileSchema = z.object({
  /** Key of the file that the pack's part names, and of the one that serves. */
  of: z.string(),
  file: z.string(),
  precision: filePrecisionSchema,
  /** In English; absent: nothing was passed over. */
  reason: z.string().optional(),
});

/** What was asked for, what runs, and, where the two differ, why. */
export const deviceReportSchema = immutable(
  z.object({
    asked: deviceRequestSchema,
    running: runningDeviceSchema,
    fallbackReason: z.string().optional(),
    /** Files of the pack that there are in several precisions; absent where there are none. */
    files: z.array(usedFileSchema).optional(),
    /** What gave way because the device had no memory for it: the device, then the variant or device that runs. */
    outOfMemory: z.object({ device: deviceSchema, reason: z.string() }).optional(),
    /** The inference servers: of a result those that answered for it, else those that may; absent where none was asked for. */
    servers: z.array(modelServerSchema).optional(),
  }),
);
export type DeviceReport = z.infer<typeof deviceReportSchema>;
