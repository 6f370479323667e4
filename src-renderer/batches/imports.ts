import { create } from 'zustand';
import type { ImportProgress } from '../../src-shared/contract/imports.ts';
import { type Client, failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';

export type FinishedImport = Extract<ImportProgress, { kind: 'finished' }>;

/** An import into a batch: at work, or how it ended. */
export type ImportJob =
  | { readonly state: 'listing'; cancel(): void }
  | { readonly state: 'importing'; readonly done: number; readonly total: number; cancel(): void }
  | { readonly state: 'finished'; readonly summary: FinishedImport }
  /** What was imported until then stays. */
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed'; readonly error: Failure };

interface Imports {
  /** By batch; kept until the user has seen enough of it. */
  readonly jobs: ReadonlyMap<number, ImportJob>;
  dismiss(batchId: number): void;
}

/** Imports go on while other screens are looked at. */
export const useImports = create<Imports>((set) => ({
  jobs: new Map(),
  dismiss: (batchId) => set(({ jobs }) => ({ jobs: new Map([...jobs].filter(([id]) => id !== batchId)) })),
}));

function put(batchId: number, job: ImportJob): void {
  useImports.setState(({ jobs }) => ({ jobs: new Map(jobs).set(batchId, job) }));
}

/**
 * Imports files and folders into a batch, or (`paths` null) the rest of what was stopped; progress and outcome are in
 * {@link useImports}.
 */
export async function importInto(
  client: Pick<Client, 'imports'>,
  batchId: number,
  paths: readonly string[] | null,
  inspector: string,
): Promise<void> {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  put(batchId, { state: 'listing', cancel });
  try {
    const input = { id: batchId, paths: paths && [...paths], inspector };
    for await (const event of await client.imports.start(input, { signal: abort.signal })) {
      if (event.kind === 'listed') put(batchId, { state: 'importing', done: 0, total: event.total, cancel });
      if (event.kind === 'imported')
        put(batchId, { state: 'importing', done: event.done, total: event.total, cancel });
      if (event.kind === 'finished') put(batchId, { state: 'finished', summary: event });
    }
    if (abort.signal.aborted) put(batchId, { state: 'cancelled' });
  } catch (error) {
    put(
      batchId,
      abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error: failureOf(error) },
    );
  }
}

/** True while files are read. */
export function isImporting(job: ImportJob | undefined): boolean {
  return job?.state === 'listing' || job?.state === 'importing';
}
