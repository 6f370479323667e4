/** Every way the workstation can fail that a user can act on. The codes are stable: tools may match on them. */
export const ERROR_CODES = [
  'image-not-found',
  'image-unreadable',
  'image-unsupported',
  'image-too-large',
  'image-changed',
  'model-file-invalid',
  'model-tensor-unknown',
  'model-opset-unsupported',
  'pack-not-found',
  'pack-invalid',
  'pack-file-missing',
  'pack-hash-mismatch',
  'recipe-invalid',
  'text-too-long',
  'device-unavailable',
  'inference-crashed',
  'inference-timeout',
  'inference-failed',
  'workspace-invalid',
  'workspace-locked',
  'workspace-newer',
  'workspace-corrupt',
  'disk-full',
  'path-denied',
  'input-invalid',
  'training-data-invalid',
  'checkpoint-invalid',
  'cancelled',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An error a user can act on: `code` for programs, `message` telling people what happened and what to do,
 * `cause` for the technical reason. It survives a trip through JSON (see {@link toErrorRecord}).
 */
export class ClipSamError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ClipSamError';
    this.code = code;
  }
}

/** An error as plain data: what is stored with a failed image and sent between processes. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
}

const OF_NO_IMAGE: ReadonlySet<ErrorCode> = new Set([
  'disk-full',
  'path-denied',
  'workspace-locked',
  'workspace-corrupt',
  'device-unavailable',
  'pack-not-found',
  'pack-invalid',
  'pack-file-missing',
  'pack-hash-mismatch',
  'recipe-invalid',
  'text-too-long',
  'cancelled',
]);

/** True for errors that every further image would meet too: work on many images ends with them. */
export function blamesNoImage(code: ErrorCode): boolean {
  return OF_NO_IMAGE.has(code);
}

/** Turns anything thrown into plain data. Errors that are not ours get the code given as `fallback`. */
export function toErrorRecord(error: unknown, fallback: ErrorCode = 'inference-failed'): ErrorRecord {
  if (error instanceof ClipSamError) return { code: error.code, message: error.message };
  return { code: fallback, message: error instanceof Error ? error.message : String(error) };
}

/** The reverse of {@link toErrorRecord}. */
export function fromErrorRecord(record: ErrorRecord): ClipSamError {
  return new ClipSamError(record.code, record.message);
}

/** Throws the `cancelled` error when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ClipSamError('cancelled', 'Cancelled.', { cause: signal.reason });
}
