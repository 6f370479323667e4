// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import { apiFor, type Client } from '../../../src-renderer/api/connection.ts';
import { ReviewEdits } from '../../../src-renderer/review/review-edits.ts';
import { reviewTableKey } from '../../../src-renderer/review/review-table-cache.ts';
import { useReviewImage } from '../../../src-renderer/review/use-review-image.ts';
import { followEvents, WorkstationContext } from '../../../src-renderer/state/workstation.ts';
import type { AppInfo, WorkstationEvent } from '../../../src-shared/contract/app.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import type { VerdictEntry } from '../../../src-shared/verdict.ts';

const RUN = 7;
const AT = { runId: RUN, imageId: 1 };
const ROW = { imageId: 1, name: 'a.png', status: 'done', model: 'reject', human: null } as ReviewRow;

/** A window on image 1 of a run; every call that reads it is counted, every verdict comes back as an event. */
function openImage() {
  const calls = { image: 0, remarks: 0 };
  const verdicts: VerdictEntry[] = [];
  const events = new EventTarget();
  const judge = async (input: Omit<VerdictEntry, 'id' | 'createdAt' | 'supersedes'>) => {
    const entry = { ...input, id: verdicts.length + 1, createdAt: '', supersedes: null };
    verdicts.push(entry);
    events.dispatchEvent(new Event('reviewed'));
    return entry;
  };
  const client = {
    app: {
      events: async function* (): AsyncGenerator<WorkstationEvent> {
        for (;;) {
          await new Promise((resolve) => events.addEventListener('reviewed', resolve, { once: true }));
          yield { kind: 'reviewed', ...AT };
        }
      },
    },
    review: {
      image: async () => {
        calls.image++;
        return { image: { id: 1 }, file: 'same', outcome: { status: 'pending' }, hasTruth: false };
      },
      remarks: async () => {
        calls.remarks++;
        return { verdicts: [...verdicts], annotations: [] };
      },
      pyramid: async () => ({ imageId: 1 }),
      judge,
    },
    // Told of by the same events; nothing on this screen reads them.
    lots: {},
    signatures: {},
    reports: { dispositions: async () => [] },
  } as unknown as Client;
  const api = apiFor(client);
  const workstation = { client, api, info: {} as AppInfo };
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const { result } = renderHook(() => useReviewImage(RUN, null, [ROW], ROW), {
    wrapper: ({ children }: { readonly children: ReactNode }) => (
      <QueryClientProvider client={queries}>
        <WorkstationContext value={workstation}>{children}</WorkstationContext>
      </QueryClientProvider>
    ),
  });
  onTestFinished(cleanup);
  void followEvents(workstation, queries, new AbortController().signal);
  const tableKey = reviewTableKey(1, null);
  const options = { client, api, queries, runId: RUN, tableKey, workspace: '/w', workspaceId: 'w' };
  const edits = new ReviewEdits({ ...options, inspector: () => 'Ada' });
  return { calls, result, edits, judge };
}

const VERDICT = { defectClass: '', severity: null, overturnReason: '', comment: '' } as const;

test('a verdict, one’s own or another’s, fetches what was said anew and never the image with its result', async () => {
  const { calls, result, edits, judge } = openImage();
  const said = () => result.current.remarks.data?.verdicts.map(({ inspector }) => inspector);
  await expect.poll(said).toEqual([]);
  await expect.poll(() => result.current.image.isSuccess).toBe(true);
  expect(calls).toEqual({ image: 1, remarks: 1 });
  await edits.judge(1, { ...VERDICT, verdict: 'reject' });
  await expect.poll(() => calls.remarks).toBe(2);
  await expect.poll(said).toEqual(['Ada']);
  await judge({ ...VERDICT, ...AT, verdict: 'accept', inspector: 'Bo' });
  await expect.poll(said).toEqual(['Ada', 'Bo']);
  expect(calls).toEqual({ image: 1, remarks: 3 });
});
