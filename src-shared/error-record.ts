import { z } from 'zod';
import { type ErrorDetails, knownDetails } from './error-cases.ts';
import { ERROR_CODES } from './error-codes.ts';

/** An error as plain data: what is stored with a failed image and sent between processes. */
export const errorRecordSchema = z
  .object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    details: z.custom<ErrorDetails>((value) => knownDetails(value) !== undefined).optional(),
  })
  .readonly();
export type ErrorRecord = z.infer<typeof errorRecordSchema>;
