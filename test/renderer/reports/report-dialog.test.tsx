// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ReportDialog } from '../../../src-renderer/reports/report-dialog.tsx';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { ReportProgress } from '../../../src-shared/contract/reports.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { type FakeClient, renderPart } from '../render.tsx';
import { report } from './report-fixture.ts';

const remarks = {
  ...{ pages: 2, pictures: 1, changed: 0, missing: 0, overLimit: 0, pending: 0 },
  unknownSigns: [],
};
const company = { name: 'ACME', address: '', logo: null };
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });

beforeEach(() => {
  usePeople.setState({ people: [], me: null });
  useSession.setState({ inspector: 'Ada', language: 'en' });
});

function client(reports: FakeClient['reports']): FakeClient {
  return {
    batches: { list: async () => [] },
    runs: { list: async () => [] },
    lots: { list: async () => ({ lots: [], next: null }) },
    reports: { company: async () => company, ...reports },
  };
}

async function* events(...all: readonly ReportProgress[]) {
  yield* all;
}

it('makes nothing until there is a run, and says so', async () => {
  const make = vi.fn();
  await renderPart(
    <ReportDialog
      task={{ kind: 'new', subject: { batchId: null, runId: null, imageId: null } }}
      onClose={() => {}}
      onMade={() => {}}
    />,
    { client: client({ make }) },
  );
  screen.getByText('Choose a batch and a run.');
  expect(button('Make and file').disabled).toBe(true);
  expect(button('Preview').disabled).toBe(true);
});

it('revises only with a reason, with what the report was made with, and tells what came of it', async () => {
  const earlier = report();
  const next = report({ id: 2, revision: 2 });
  const revise = vi.fn(async () =>
    events({ kind: 'making', done: 0, total: 3 }, { kind: 'finished', report: next, remarks }),
  );
  const onMade = vi.fn();
  const user = await renderPart(
    <ReportDialog task={{ kind: 'revise', report: earlier }} onClose={() => {}} onMade={onMade} />,
    { client: client({ revise: revise as never }) },
  );
  expect(button('Make and file the revision').disabled).toBe(true);
  await user.type(screen.getByRole('textbox', { name: /Why it is made anew/ }), ' judged again ');
  await waitFor(() => expect(button('Preview').disabled).toBe(false));
  await user.click(button('Make and file the revision'));
  await waitFor(() => expect(onMade).toHaveBeenCalledExactlyOnceWith({ report: next, remarks }));
  expect(revise.mock.calls[0]).toEqual([
    {
      ...{ id: 1, reason: 'judged again', inspector: 'Ada' },
      options: expect.objectContaining({ template: 'batch', runId: 7, company }),
    },
    { signal: expect.any(AbortSignal) },
  ]);
});

it('says why no report came of it, and can be asked again', async () => {
  const make = vi.fn(async () => {
    throw new ClipSamError('conflict', 'Busy.', { details: { case: 'report-busy' } });
  });
  const user = await renderPart(
    <ReportDialog
      task={{ kind: 'new', subject: { batchId: 3, runId: 7, imageId: null } }}
      onClose={() => {}}
      onMade={() => {}}
    />,
    { client: client({ make }) },
  );
  await waitFor(() => expect(button('Preview').disabled).toBe(false));
  await user.click(button('Make and file'));
  await screen.findByRole('alert');
  expect(button('Make and file').disabled).toBe(false);
});

it('gives a report up when it is cancelled', async () => {
  let given: AbortSignal | undefined;
  const make = vi.fn(async (_input: unknown, options?: { readonly signal?: AbortSignal | undefined }) => {
    given = options?.signal;
    return (async function* () {
      yield { kind: 'making', done: 1, total: 4 } as const;
      await new Promise((_resolve, reject) => given?.addEventListener('abort', () => reject(new Error())));
    })();
  });
  const onMade = vi.fn();
  const user = await renderPart(
    <ReportDialog
      task={{ kind: 'new', subject: { batchId: 3, runId: 7, imageId: null } }}
      onClose={() => {}}
      onMade={onMade}
    />,
    { client: client({ make: make as never }) },
  );
  await waitFor(() => expect(button('Preview').disabled).toBe(false));
  await user.click(button('Make and file'));
  await screen.findByText('Making the report: 1 of 4');
  const [cancel] = screen.getAllByRole('button', { name: 'Cancel' });
  await user.click(cancel!);
  await waitFor(() => expect(given?.aborted).toBe(true));
  expect(onMade).not.toHaveBeenCalled();
  expect(screen.queryByRole('alert')).toBeNull();
});
