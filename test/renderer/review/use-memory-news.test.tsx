// @vitest-environment happy-dom
import { QueryClient } from '@tanstack/react-query';
import { act, cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { apiFor, type Client } from '../../../src-renderer/api/connection.ts';
import { startI18n } from '../../../src-renderer/i18n/index.ts';
import { ReviewEdits } from '../../../src-renderer/review/review-edits.ts';
import { reviewTableKey } from '../../../src-renderer/review/review-table-cache.ts';
import { useStatusLine } from '../../../src-renderer/review/status-line.ts';
import { useAnnotating } from '../../../src-renderer/review/use-annotating.ts';
import { useMemoryNews } from '../../../src-renderer/review/use-memory-news.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import { followEvents, WorkstationContext } from '../../../src-renderer/state/workstation.ts';
import type { AppInfo, WorkstationEvent } from '../../../src-shared/contract/app.ts';
import type { MemoryChange } from '../../../src-shared/reference-set.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import { memoryChange, memoryItem } from '../references/memory-fixture.ts';

const RUN = 7;
const LATER = '2999-01-01T00:00:00.000Z';
const MARKED = 'Marked: False positive';
const CHECKED = 'Being checked: confirmed defects are scored again before it counts';
const COUNTS = 'Marked as harmless: its like stays quiet from now on';

/** What is learnt from a false positive. */
function learnt(state: MemoryChange['state']): MemoryChange {
  const items = [{ effect: 'add', item: memoryItem(1, { kind: 'harmless' }) }] as const;
  return memoryChange(1, { items: [...items], origin: 'annotation', inspector: 'Ada', at: LATER, state });
}

beforeAll(() => startI18n('en'));
beforeEach(() => {
  useSession.setState({ inspector: 'Ada' });
  useStatusLine.setState({ message: '', at: 0 });
});

/** A review whose workstation answers a mark, and tells what was learnt from it, when the test says so. */
function openReview() {
  const annotated = Promise.withResolvers<void>();
  const events = new TransformStream<WorkstationEvent, WorkstationEvent>();
  const writer = events.writable.getWriter();
  let changes: MemoryChange[] = [];
  const client = {
    app: { events: async () => events.readable },
    references: { history: async () => changes },
    review: {
      remarks: async () => ({ verdicts: [], annotations: [] }),
      annotate: async () => {
        await annotated.promise;
        return { id: 1 };
      },
    },
  } as unknown as Client;
  const workstation = { client, api: apiFor(client), info: {} as AppInfo };
  const queries = new QueryClient();
  const options = { client, api: workstation.api, queries, runId: RUN, workspace: '/w', workspaceId: 'w' };
  const edits = new ReviewEdits({
    ...options,
    tableKey: reviewTableKey(1, null),
    inspector: () => 'Ada',
  });
  const said: string[] = [];
  onTestFinished(useStatusLine.subscribe(({ message }) => void said.push(message)));
  const { product } = learnt('effective');
  const selection = { imageId: 3, region: null, annotation: null, pointed: null, drawn: null };
  const { result } = renderHook(
    () => ({
      tell: useMemoryNews(product, edits),
      ...useAnnotating({
        row: { imageId: 3 } as ReviewRow,
        runId: RUN,
        annotations: [],
        selection,
        select: () => {},
        barred: null,
        edits,
        sam: { asked: null, ask: () => {}, choose: () => {} },
        rememberClass: () => {},
        onTaken: () => {},
      }),
    }),
    {
      wrapper: ({ children }: { readonly children: ReactNode }) => (
        <WorkstationContext value={workstation}>{children}</WorkstationContext>
      ),
    },
  );
  onTestFinished(cleanup);
  void followEvents(workstation, queries, new AbortController().signal);
  /** Lets everything happen that waits for nothing but its turn. */
  const rest = () => act(() => new Promise((resolve) => setTimeout(resolve)));
  return {
    said,
    rest,
    mark: () => act(() => result.current.toggleFalsePositive(1)),
    tell: (change: MemoryChange) => result.current.tell(change),
    answer: () => {
      annotated.resolve();
      return rest();
    },
    event: async (state: MemoryChange['state']) => {
      changes = [learnt(state)];
      await writer.write({ kind: 'references', product });
      await rest();
    },
  };
}

test('what was learnt from a mark is said after the mark, also when it is known first', async () => {
  const review = openReview();
  await review.mark();
  await review.event('effective');
  expect(review.said).toEqual([]);
  await review.answer();
  expect(review.said).toEqual([MARKED, COUNTS]);
});

test('what was learnt from a mark is said once, with every step that it takes', async () => {
  const review = openReview();
  await review.mark();
  await review.answer();
  for (const state of ['examining', 'examining', 'effective', 'effective'] as const)
    await review.event(state);
  expect(review.said).toEqual([MARKED, CHECKED, COUNTS]);
});

test('an answer that is overtaken by the news does not bring back what was before', async () => {
  const review = openReview();
  await review.event('effective');
  review.tell(learnt('examining'));
  await review.rest();
  expect(review.said).toEqual([COUNTS]);
});
