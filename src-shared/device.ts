import { z } from 'zod';
import { immutable } from './field-schemas.ts';

export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml'] as const;
export const deviceRequestSchema = z.enum(DEVICES);
export type DeviceRequest = z.infer<typeof deviceRequestSchema>;
export const deviceSchema = deviceRequestSchema.exclude(['auto']);
export type Device = z.infer<typeof deviceSchema>;

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
    running: deviceSchema,
    fallbackReason: z.string().optional(),
    /** Files of the pack that there are in several precisions; absent where there are none. */
    files: z.array(usedFileSchema).optional(),
    /** What gave way because the device had no memory for it: the device, then the variant or device that runs. */
    outOfMemory: z.object({ device: deviceSchema, reason: z.string() }).optional(),
  }),
);
export type DeviceReport = z.infer<typeof deviceReportSchema>;
