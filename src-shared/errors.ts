import { ERROR_CASES, type ErrorCase, type ErrorDetails, type ErrorValues } from './error-cases.ts';
import type { ErrorCode } from './error-codes.ts';
import type { ErrorRecord } from './error-record.ts';

/**
 * An error a user can act on: `code` for programs, `message` telling people what happened and what to do, `details`
 * for telling it in another language, `cause` for the technical reason. It survives a trip through JSON (see
 * {@link toErrorRecord}). {@link failure} makes one that a window tells in its own words. Without a case, by code and
 * message alone, are what the code's own sentence tells (`cancelled`, `sign-in-required`, a damaged model file), what only
 * the command line shows, and faults of the program's own making.
 */
export class ClipSamError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; details?: ErrorDetails | undefined },
  ) {
    super(message, options);
    this.name = 'ClipSamError';
    this.code = code;
    this.details = options?.details;
  }
}

/** What follows the case in {@link failure}: values only where the case's sentence names some. */
type Told<Case extends ErrorCase> = [(typeof ERROR_CASES)[Case]['values'][number]] extends [never]
  ? [message: string, cause?: unknown]
  : [values: ErrorValues<Case>, message: string, cause?: unknown];

/**
 * The error for a case of the catalogue, with the code that stands there.
 * @param told the values that the case's sentence names, where it names some; the message, in English, with what to do;
 * the technical cause, where there is one
 */
export function failure<Case extends ErrorCase>(which: Case, ...told: Told<Case>): ClipSamError {
  const [values, message, cause] = (typeof told[0] === 'string' ? [undefined, ...told] : told) as [
    ErrorValues<Case> | undefined,
    string,
    unknown,
  ];
  const details = { case: which, ...values } as unknown as ErrorDetails;
  return new ClipSamError(ERROR_CASES[which].code, message, {
    details,
    ...(cause !== undefined && { cause }),
  });
}

/** Turns anything thrown into plain data. Errors that are not ours get the code given as `fallback`. */
export function toErrorRecord(error: unknown, fallback: ErrorCode = 'inference-failed'): ErrorRecord {
  if (error instanceof ClipSamError) {
    const { code, message, details } = error;
    return { code, message, ...(details && { details }) };
  }
  return { code: fallback, message: error instanceof Error ? error.message : String(error) };
}

/** The reverse of {@link toErrorRecord}. */
export function fromErrorRecord(record: ErrorRecord): ClipSamError {
  return new ClipSamError(record.code, record.message, { details: record.details });
}

/** Throws the `cancelled` error when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ClipSamError('cancelled', 'Cancelled.', { cause: signal.reason });
}
