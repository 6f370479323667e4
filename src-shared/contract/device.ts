import { z } from 'zod';
import { deviceReportSchema, deviceRequestSchema } from '../device.ts';
import { deviceSurveySchema } from '../device-survey.ts';
import { errorRecordSchema } from '../error-record.ts';
import { serverStatesSchema } from '../model-servers.ts';
import { base, count } from './base.ts';

export const deviceStatusSchema = z.object({
  /** `stopped`: nothing was inspected yet, the process starts when it is needed. */
  state: z.enum(['stopped', 'starting', 'ready', 'failed']),
  asked: deviceRequestSchema,
  report: deviceReportSchema.nullable(),
  /** Memory of the inference process. */
  rssBytes: z.number().nullable(),
  /** Times that the inference process died and was started again. */
  restarts: count,
  /** How the inference servers stand, of a process that runs; empty: none are asked. */
  servers: serverStatesSchema,
  error: errorRecordSchema.nullable(),
});
export type DeviceStatus = z.infer<typeof deviceStatusSchema>;

export const device = {
  status: base.output(deviceStatusSchema),
  /** Tries every device, each in a process of its own: seconds, more where a driver is slow. Nothing is changed. */
  survey: base.output(deviceSurveySchema),
  /** Takes effect for the next start of the inference process; refused while a run is at work. */
  choose: base.input(z.object({ device: deviceRequestSchema })).output(deviceStatusSchema),
};
