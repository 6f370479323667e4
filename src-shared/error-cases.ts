import type { ErrorCode } from './error-codes.ts';

/**
 * The catalogue of the errors that the window has a sentence of its own for, in every language: the code of each, and
 * the values that its sentence names. The other errors are told by their code.
 */
export const ERROR_CASES = {
  'file-missing': { code: 'image-not-found', values: ['file'] },
  'file-name-broken': { code: 'image-not-found', values: ['file'] },
  'file-denied': { code: 'image-unreadable', values: ['file'] },
  'file-unreadable': { code: 'image-unreadable', values: ['file'] },
  'file-empty': { code: 'image-unreadable', values: ['file'] },
  'not-a-file': { code: 'image-unreadable', values: ['file'] },
  'path-impossible': { code: 'image-not-found', values: ['path'] },
  'not-an-image': { code: 'image-unreadable', values: ['file'] },
  'file-damaged': { code: 'image-unreadable', values: ['file'] },
  'file-changed': { code: 'image-changed', values: ['file'] },
  'changed-since-inspected': { code: 'image-changed', values: ['file'] },
  'unread-at-import': { code: 'image-unreadable', values: ['file'] },
  'pages-unknown': { code: 'image-changed', values: ['file', 'pages'] },
  'image-kind': { code: 'image-unsupported', values: ['file', 'kind'] },
  'image-too-small': { code: 'image-unsupported', values: ['file', 'width', 'height', 'limit'] },
  'too-many-pixels': { code: 'image-too-large', values: ['file', 'width', 'height', 'limit'] },
  'image-crashed': { code: 'inference-crashed', values: ['file'] },
  'image-timed-out': { code: 'inference-timeout', values: ['file', 'seconds'] },
  'keeps-crashing': { code: 'inference-crashed', values: ['times'] },
  'never-ready': { code: 'inference-crashed', values: ['seconds'] },
  'no-sample': { code: 'image-not-found', values: ['folder'] },
  'no-numbers': { code: 'inference-failed', values: ['output'] },
  'pack-unknown': { code: 'pack-not-found', values: ['pack'] },
  'pack-file-missing': { code: 'pack-file-missing', values: ['file'] },
  'pack-file-altered': { code: 'pack-hash-mismatch', values: ['file'] },
  'pack-file-outside': { code: 'path-denied', values: ['file'] },
  'pack-versions': { code: 'pack-not-found', values: ['pack'] },
  'pack-newer': { code: 'pack-invalid', values: ['file'] },
  'pack-description-broken': { code: 'pack-invalid', values: ['file'] },
  'pack-absent': { code: 'pack-not-found', values: ['file'] },
  'no-pack': { code: 'input-invalid', values: ['file'] },
  'pack-taken': { code: 'pack-exists', values: ['pack', 'folder'] },
  'pack-too-heavy': { code: 'pack-invalid', values: ['pack', 'megabytes'] },
  'pack-too-slow': { code: 'pack-invalid', values: ['pack', 'seconds'] },
  'words-too-slow': { code: 'pack-invalid', values: ['pack', 'file', 'seconds'] },
  'pack-import-busy': { code: 'workspace-locked', values: [] },
  'pack-import-gone': { code: 'pack-not-found', values: [] },
  'zip-damaged': { code: 'pack-invalid', values: ['file'] },
  'zip-unsafe': { code: 'pack-invalid', values: ['file', 'name'] },
  'address-not-allowed': { code: 'input-invalid', values: ['address'] },
  'server-refused': { code: 'download-failed', values: ['address', 'status'] },
  'server-unreachable': { code: 'download-failed', values: ['address'] },
  'server-redirects': { code: 'download-failed', values: ['address'] },
  'download-altered': { code: 'pack-hash-mismatch', values: ['address'] },
  'word-unknown': { code: 'recipe-invalid', values: ['text'] },
  'too-many-tokens': { code: 'text-too-long', values: ['text', 'tokens', 'limit'] },
  'device-unknown': { code: 'device-unavailable', values: ['device'] },
  'device-busy': { code: 'conflict', values: ['device'] },
  'process-busy': { code: 'conflict', values: [] },
  'disk-full': { code: 'disk-full', values: ['folder'] },
  'folder-denied': { code: 'path-denied', values: ['folder'] },
  'name-taken': { code: 'path-denied', values: ['path'] },
  'not-a-full-path': { code: 'input-invalid', values: ['path'] },
  'name-impossible': { code: 'input-invalid', values: ['path'] },
  'export-busy': { code: 'conflict', values: ['folder'] },
  'export-of-other': { code: 'export-in-the-way', values: ['folder', 'batch'] },
  'export-foreign': { code: 'export-in-the-way', values: ['folder', 'names'] },
  'workspace-busy': { code: 'workspace-locked', values: ['folder'] },
  'workspace-open': { code: 'workspace-locked', values: ['folder'] },
  'database-missing': {
    code: 'workspace-incomplete',
    values: ['folder', 'files', 'megabytes', 'newest', 'copies'],
  },
  'database-older': {
    code: 'workspace-incomplete',
    values: ['folder', 'files', 'megabytes', 'newest', 'copies'],
  },
  'database-replaced': { code: 'workspace-replaced', values: ['folder'] },
  'artifacts-unknown': { code: 'workspace-incomplete', values: ['folder', 'files', 'newest'] },
  'pages-damaged': { code: 'workspace-corrupt', values: ['folder', 'problem'] },
  'schema-changed': { code: 'workspace-corrupt', values: ['folder', 'problem'] },
  'disk-read-only': { code: 'workspace-read-only', values: ['folder'] },
  'batch-unknown': { code: 'not-found', values: ['batch'] },
  'batch-deleted': { code: 'conflict', values: ['name'] },
  'batch-at-work': { code: 'conflict', values: [] },
  'batch-empty': { code: 'conflict', values: [] },
  'batch-away': { code: 'image-unreadable', values: ['files', 'file'] },
  'no-stopped-import': { code: 'not-found', values: ['batch'] },
  'image-unknown': { code: 'not-found', values: ['image'] },
  'recipe-unknown': { code: 'not-found', values: ['recipe'] },
  'run-unknown': { code: 'not-found', values: ['run'] },
  'run-over': { code: 'conflict', values: ['run'] },
  'run-elsewhere': { code: 'conflict', values: ['run', 'host'] },
  'run-taken-over': { code: 'workspace-locked', values: ['run'] },
  'run-other-pack': { code: 'conflict', values: ['run'] },
  'run-idle': { code: 'conflict', values: ['run'] },
  'run-busy': { code: 'conflict', values: [] },
  'run-empty': { code: 'conflict', values: ['run'] },
  'no-result': { code: 'not-found', values: [] },
  'map-lost': { code: 'image-not-found', values: ['file'] },
  'sam-blind': { code: 'conflict', values: [] },
  'no-verdict': { code: 'conflict', values: [] },
  'no-reason': { code: 'input-invalid', values: [] },
  'nothing-marked': { code: 'input-invalid', values: [] },
  'region-unknown': { code: 'not-found', values: ['region'] },
  'annotation-gone': { code: 'not-found', values: [] },
  'annotation-too-fine': { code: 'input-invalid', values: ['points', 'limit'] },
  'annotation-too-long': { code: 'input-invalid', values: ['pixels', 'limit'] },
  'annotations-too-fine': { code: 'input-invalid', values: ['points', 'limit'] },
  'annotations-too-long': { code: 'input-invalid', values: ['pixels', 'limit'] },
  'reference-not-accepted': { code: 'conflict', values: ['file'] },
  'reference-known': { code: 'conflict', values: ['file'] },
  'references-mixed': { code: 'input-invalid', values: [] },
  'references-full': { code: 'conflict', values: ['limit', 'more', 'free'] },
  'marks-full': { code: 'conflict', values: ['limit'] },
  'memory-changed': { code: 'conflict', values: [] },
  'memory-examined': { code: 'conflict', values: [] },
  'memory-decided': { code: 'conflict', values: [] },
  'memory-change-unknown': { code: 'not-found', values: ['change'] },
  'too-many-classes': { code: 'input-invalid', values: ['limit'] },
  'pin-wrong': { code: 'not-permitted', values: [] },
  'pin-wait': { code: 'not-permitted', values: ['seconds'] },
  'needs-reviewer': { code: 'not-permitted', values: [] },
  'needs-engineer': { code: 'not-permitted', values: [] },
  'judged-by-other': { code: 'not-permitted', values: ['name'] },
  'marked-by-other': { code: 'not-permitted', values: ['name'] },
  'asked-by-other': { code: 'not-permitted', values: ['name'] },
  'other-inspector': { code: 'not-permitted', values: ['name'] },
  'inspector-known': { code: 'input-invalid', values: ['name'] },
  'inspector-unknown': { code: 'not-found', values: ['name'] },
  'name-unclear': { code: 'input-invalid', values: [] },
  'name-looks-alike': { code: 'input-invalid', values: ['name'] },
  'first-engineer': { code: 'input-invalid', values: [] },
  'last-engineer': { code: 'conflict', values: [] },
  'study-unknown': { code: 'not-found', values: ['study'] },
  'study-too-small': { code: 'conflict', values: [] },
  'study-other-image': { code: 'conflict', values: [] },
  'study-nothing-to-take-back': { code: 'conflict', values: [] },
  'study-locked': { code: 'conflict', values: ['done', 'total'] },
} as const satisfies Record<string, { readonly code: ErrorCode; readonly values: readonly string[] }>;
export type ErrorCase = keyof typeof ERROR_CASES;

/** What the sentence of a case names. Paths are whole, numbers are numbers. */
export type ErrorValues<Case extends ErrorCase> = Readonly<
  Record<(typeof ERROR_CASES)[Case]['values'][number], string | number>
>;

/** Which case an error is, and what its sentence names. */
export type ErrorDetails = {
  [Case in ErrorCase]: { readonly case: Case } & ErrorValues<Case>;
}[ErrorCase];

/** What was written as an error's details, by this version or another; undefined when this one cannot tell it. */
export function knownDetails(value: unknown): ErrorDetails | undefined {
  if (typeof value !== 'object' || value === null || !('case' in value)) return undefined;
  const { case: which, ...values } = value as Record<string, unknown>;
  if (typeof which !== 'string' || !Object.hasOwn(ERROR_CASES, which)) return undefined;
  const isTold = ERROR_CASES[which as ErrorCase].values.every((name) =>
    ['string', 'number'].includes(typeof values[name]),
  );
  return isTold ? (value as ErrorDetails) : undefined;
}
