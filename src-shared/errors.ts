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
  'pack-exists',
  'download-failed',
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
  'workspace-incomplete',
  'workspace-replaced',
  'workspace-read-only',
  'disk-full',
  'path-denied',
  'export-in-the-way',
  'sign-in-required',
  'not-permitted',
  'input-invalid',
  'training-data-invalid',
  'checkpoint-invalid',
  'cancelled',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The cases that the window has a sentence of its own for, in every language, and what the sentence names. The other
 * errors are told by their code.
 */
export const ERROR_CASES = {
  'file-missing': ['file'],
  'file-name-broken': ['file'],
  'file-denied': ['file'],
  'file-unreadable': ['file'],
  'file-empty': ['file'],
  'not-a-file': ['file'],
  'not-an-image': ['file'],
  'file-damaged': ['file'],
  'file-changed': ['file'],
  'changed-since-inspected': ['file'],
  'unread-at-import': ['file'],
  'pages-unknown': ['file', 'pages'],
  'image-kind': ['file', 'kind'],
  'image-too-small': ['file', 'width', 'height', 'limit'],
  'too-many-pixels': ['file', 'width', 'height', 'limit'],
  'image-crashed': ['file'],
  'image-timed-out': ['file', 'seconds'],
  'keeps-crashing': ['times'],
  'never-ready': ['seconds'],
  'no-numbers': ['output'],
  'pack-unknown': ['pack'],
  'pack-file-missing': ['file'],
  'pack-file-altered': ['file'],
  'pack-file-outside': ['file'],
  'pack-versions': ['pack'],
  'pack-newer': ['file'],
  'pack-description-broken': ['file'],
  'pack-absent': ['file'],
  'no-pack': ['file'],
  'pack-taken': ['pack', 'folder'],
  'pack-too-heavy': ['pack', 'megabytes'],
  'pack-too-slow': ['pack', 'seconds'],
  'words-too-slow': ['pack', 'file', 'seconds'],
  'pack-import-busy': [],
  'pack-import-gone': [],
  'zip-damaged': ['file'],
  'zip-unsafe': ['file', 'name'],
  'address-not-allowed': ['address'],
  'server-refused': ['address', 'status'],
  'server-unreachable': ['address'],
  'server-redirects': ['address'],
  'download-altered': ['address'],
  'word-unknown': ['text'],
  'too-many-tokens': ['text', 'tokens', 'limit'],
  'device-unknown': ['device'],
  'device-busy': ['device'],
  'process-busy': [],
  'disk-full': ['folder'],
  'folder-denied': ['folder'],
  'name-taken': ['path'],
  'not-a-full-path': ['path'],
  'name-impossible': ['path'],
  'export-busy': ['folder'],
  'export-of-other': ['folder', 'batch'],
  'export-foreign': ['folder', 'names'],
  'workspace-busy': ['folder'],
  'workspace-open': ['folder'],
  'database-missing': ['folder', 'files', 'megabytes', 'newest', 'copies'],
  'database-older': ['folder', 'files', 'megabytes', 'newest', 'copies'],
  'database-replaced': ['folder'],
  'artifacts-unknown': ['folder', 'files', 'newest'],
  'pages-damaged': ['folder', 'problem'],
  'schema-changed': ['folder', 'problem'],
  'disk-read-only': ['folder'],
  'batch-unknown': ['batch'],
  'batch-deleted': ['name'],
  'batch-at-work': [],
  'batch-empty': [],
  'batch-away': ['files', 'file'],
  'image-unknown': ['image'],
  'recipe-unknown': ['recipe'],
  'run-unknown': ['run'],
  'run-over': ['run'],
  'run-elsewhere': ['run', 'host'],
  'run-taken-over': ['run'],
  'run-other-pack': ['run'],
  'run-idle': ['run'],
  'run-busy': [],
  'run-empty': ['run'],
  'no-result': [],
  'sam-blind': [],
  'no-verdict': [],
  'no-reason': [],
  'nothing-marked': [],
  'region-unknown': ['region'],
  'mark-gone': [],
  'mark-too-fine': ['points', 'limit'],
  'mark-too-long': ['pixels', 'limit'],
  'marks-too-fine': ['points', 'limit'],
  'marks-too-long': ['pixels', 'limit'],
  'too-many-classes': ['limit'],
  'pin-wrong': [],
  'pin-wait': ['seconds'],
  'needs-reviewer': [],
  'needs-engineer': [],
  'judged-by-other': ['name'],
  'marked-by-other': ['name'],
  'other-author': ['name'],
  'person-known': ['name'],
  'person-unknown': ['name'],
  'name-unclear': [],
  'name-looks-alike': ['name'],
  'first-engineer': [],
  'last-engineer': [],
  'study-unknown': ['study'],
  'study-too-small': [],
  'study-other-image': [],
  'study-nothing-to-take-back': [],
  'study-locked': ['done', 'total'],
} as const satisfies Record<string, readonly string[]>;
export type ErrorCase = keyof typeof ERROR_CASES;

/** Which case an error is, and what its sentence names. Paths are whole, numbers are numbers. */
export type ErrorDetails = {
  [Case in ErrorCase]: { readonly case: Case } & Readonly<
    Record<(typeof ERROR_CASES)[Case][number], string | number>
  >;
}[ErrorCase];

/** What was written as an error's details, by this version or another; undefined when this one cannot tell it. */
export function knownDetails(value: unknown): ErrorDetails | undefined {
  if (typeof value !== 'object' || value === null || !('case' in value)) return undefined;
  const { case: which, ...values } = value as Record<string, unknown>;
  if (typeof which !== 'string' || !Object.hasOwn(ERROR_CASES, which)) return undefined;
  const isTold = ERROR_CASES[which as ErrorCase].every((name) =>
    ['string', 'number'].includes(typeof values[name]),
  );
  return isTold ? (value as ErrorDetails) : undefined;
}

/**
 * An error a user can act on: `code` for programs, `message` telling people what happened and what to do, `details`
 * for telling it in another language, `cause` for the technical reason. It survives a trip through JSON (see
 * {@link toErrorRecord}).
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

/** An error as plain data: what is stored with a failed image and sent between processes. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: ErrorDetails | undefined;
}

const OF_NO_IMAGE: ReadonlySet<ErrorCode> = new Set([
  'disk-full',
  'path-denied',
  'workspace-locked',
  'workspace-corrupt',
  'workspace-incomplete',
  'workspace-replaced',
  'workspace-read-only',
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
