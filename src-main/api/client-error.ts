import { ORPCError, ValidationError } from '@orpc/server';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';

/**
 * What a client gets to see of an error: only error records leave, no stack and no path of the program.
 * @param log gets what no user can act on
 */
export function toClientError(error: unknown, log: (error: unknown) => void): ORPCError<string, unknown> {
  if (error instanceof ClipSamError) return asClipSam(toErrorRecord(error), error);
  if (error instanceof ORPCError && error.code === 'CLIPSAM') return error;
  if (error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
    const issues = error.cause.issues.map(({ path, message }) => {
      const at = path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return at ? `${at}: ${message}` : message;
    });
    return asClipSam({ code: 'input-invalid', message: `${issues.slice(0, 5).join('; ')}.` }, error);
  }
  log(error);
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'A fault of the program. What was stored is safe; the log says more.',
  });
}

function asClipSam(data: ErrorRecord, cause: unknown): ORPCError<'CLIPSAM', ErrorRecord> {
  return new ORPCError('CLIPSAM', { defined: true, status: 422, message: data.message, data, cause });
}
