import { knownDetails } from '../../src-shared/error-cases.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import type { Schema } from './schema.ts';

type ErrorColumns = Pick<Schema['results'], 'error_code' | 'error_message' | 'error_details'>;

/** What to store of an error, or of none. */
export function errorColumns(error: ErrorRecord | undefined): ErrorColumns {
  return {
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
    error_details: error?.details ? JSON.stringify(error.details) : null,
  };
}

/** The error that was stored; null for none. */
export function storedError(row: ErrorColumns): ErrorRecord | null {
  if (row.error_code === null) return null;
  const details = row.error_details === null ? undefined : knownDetails(JSON.parse(row.error_details));
  return { code: row.error_code, message: row.error_message ?? '', ...(details && { details }) };
}
