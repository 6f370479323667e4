import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ImportProgress } from '../../../src-shared/contract/imports.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';

vi.stubGlobal('window', {});
let imports: typeof import('../../../src-renderer/batches/imports.ts');
beforeAll(async () => {
  imports = await import('../../../src-renderer/batches/imports.ts');
});

type Events = (signal: AbortSignal) => AsyncGenerator<ImportProgress>;

function clientOf(events: Events) {
  const client = {
    imports: {
      start: async (_input: unknown, { signal }: { signal: AbortSignal }) => events(signal),
    },
  };
  return client as unknown as Parameters<typeof imports.importInto>[0];
}

const SUMMARY: ImportProgress = {
  kind: 'finished',
  added: 2,
  unchanged: 0,
  changed: [],
  unread: [],
  vanished: [],
  duplicates: [],
  unreadable: [],
  passedOver: [],
  truthFolders: [],
};
const jobOf = (batchId: number) => imports.useImports.getState().jobs.get(batchId);

describe('importInto', () => {
  it('tells how far it is and what came of it', async () => {
    const seen: (string | undefined)[] = [];
    const stop = imports.useImports.subscribe(() => seen.push(jobOf(1)?.state));
    await imports.importInto(
      clientOf(async function* () {
        yield { kind: 'listed', total: 2 };
        yield { kind: 'imported', done: 2, total: 2 };
        yield SUMMARY;
      }),
      1,
      ['/a'],
      'Ada',
    );
    stop();
    expect(seen).toEqual(['listing', 'importing', 'importing', 'finished']);
    expect(jobOf(1)).toEqual({ state: 'finished', summary: SUMMARY });
    imports.useImports.getState().dismiss(1);
    expect(jobOf(1)).toBeUndefined();
  });

  it('can be cancelled in the middle', async () => {
    const done = imports.importInto(
      clientOf(async function* (signal) {
        yield { kind: 'listed', total: 100_000 };
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new ClipSamError('cancelled', 'Cancelled.')));
        });
      }),
      2,
      ['/a'],
      'Ada',
    );
    await expect.poll(() => jobOf(2)?.state).toBe('importing');
    expect(imports.isImporting(jobOf(2))).toBe(true);
    const job = jobOf(2);
    if (job && 'cancel' in job) job.cancel();
    await done;
    expect(jobOf(2)).toEqual({ state: 'cancelled' });
  });

  it('keeps what went wrong', async () => {
    await imports.importInto(
      clientOf(async function* () {
        yield { kind: 'listed', total: 1 };
        throw new ClipSamError('disk-full', 'The disk is full.');
      }),
      3,
      ['/a'],
      'Ada',
    );
    expect(jobOf(3)).toEqual({ state: 'failed', error: { code: 'disk-full', message: 'The disk is full.' } });
  });
});
