import { z } from 'zod';
import { immutable } from './field-schemas.ts';

export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml'] as const;
export const deviceRequestSchema = z.enum(DEVICES);
export type DeviceRequest = z.infer<typeof deviceRequestSchema>;
export const deviceSchema = deviceRequestSchema.exclude(['auto']);
export type Device = z.infer<typeof deviceSchema>;

/** What was asked for, what runs, and, where the two differ, why. */
export const deviceReportSchema = immutable(
  z.object({
    asked: deviceRequestSchema,
    running: deviceSchema,
    fallbackReason: z.string().optional(),
  }),
);
export type DeviceReport = z.infer<typeof deviceReportSchema>;
