import { ClipSamError } from '../../../src-shared/errors.ts';

/** For `catch`: undefined for what is not there any more, or in a batch that was deleted; other errors go on. */
export function ifGone(error: unknown): undefined {
  if (error instanceof ClipSamError) {
    if (error.code === 'not-found' || error.details?.case === 'batch-deleted') return undefined;
  }
  throw error;
}
