// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { apiFor, type Client } from '../../../src-renderer/api/connection.ts';
import { startI18n } from '../../../src-renderer/i18n/index.ts';
import { useReviewSettings } from '../../../src-renderer/review/review-settings.ts';
import { useOtherRun } from '../../../src-renderer/review/use-other-run.ts';
import { useReviewPosition, useReviewPositions } from '../../../src-renderer/state/review-position.ts';
import { WorkstationContext } from '../../../src-renderer/state/workstation.ts';
import type { AppInfo } from '../../../src-shared/contract/app.ts';
import { EMPTY_FILTER } from '../../../src-shared/review-queue.ts';
import { toReviewColumns } from '../../../src-shared/review-table.ts';

const BATCH = 1;

beforeAll(() => startI18n('en'));
beforeEach(() => {
  useReviewPositions.setState({ byBatch: {} });
  useReviewSettings.setState({ view: 'grid' });
});

/** Reviews a run of a batch that has these runs, newest first, at an address that may name another one. */
async function reviewing(ids: readonly number[], runId: number, asked: number | null = null) {
  const progress = (id: number) => ({ run: { id, recipeHash: `${id}`, startedAt: '2026-05-01T09:30:00Z' } });
  const tables: (number | null)[] = [];
  const client = {
    runs: { list: async () => ids.map(progress) },
    recipes: {
      list: async () => [
        { hash: '2', revision: 1, recipe: { name: 'Nuts', method: { name: 'winclip', refine: false } } },
      ],
    },
    review: {
      table: async ({ runId }: { runId: number | null }) => {
        tables.push(runId);
        return { columns: toReviewColumns([]), next: null, run: null };
      },
    },
  } as unknown as Client;
  const workstation = { client, api: apiFor(client), info: {} as AppInfo };
  const queries = new QueryClient();
  const { result } = renderHook(() => useOtherRun(BATCH, useReviewPosition(BATCH).runId ?? runId, asked), {
    wrapper: ({ children }: { readonly children: ReactNode }) => (
      <QueryClientProvider client={queries}>
        <WorkstationContext value={workstation}>{children}</WorkstationContext>
      </QueryClientProvider>
    ),
  });
  onTestFinished(cleanup);
  await waitFor(() => expect(result.current.runs.length).toBe(ids.length));
  return { result, tables, position: () => useReviewPositions.getState().byBatch[BATCH] };
}

it('offers the other runs by number, method and date, and fetches none before one is chosen', async () => {
  const { result, tables } = await reviewing([3, 2, 1], 3);
  await waitFor(() => expect(result.current.choices[0]?.name).toMatch(/^Run 2 · WinCLIP, /));
  expect(result.current.choices.map(({ run }) => run.id)).toEqual([2, 1]);
  expect(result.current.id).toBeNull();
  expect(tables).toEqual([]);
});

it('the key begins with the only other run, in the filmstrip, and ends it with its filter', async () => {
  const { result, tables, position } = await reviewing([2, 1], 2);
  act(() => result.current.on.toggle());
  expect(result.current.id).toBe(1);
  expect(useReviewSettings.getState().view).toBe('strip');
  await waitFor(() => expect(result.current.data).not.toBeNull());
  expect(tables).toEqual([1]);
  act(() => result.current.on.narrow());
  expect(position()?.filter.runsDiffer).toBe(true);
  act(() => result.current.on.toggle());
  expect(result.current.id).toBeNull();
  expect(result.current.data).toBeNull();
  expect(position()?.filter).toEqual(EMPTY_FILTER);
});

it('the key asks with which where there are several', async () => {
  const { result } = await reviewing([3, 2, 1], 2);
  act(() => result.current.on.toggle());
  expect(result.current.isChoosing).toBe(true);
  act(() => result.current.on.choose(3));
  expect(result.current).toMatchObject({ id: 3, isChoosing: false });
});

it('follows the address, but to no run that is not one of the batch or is under review itself', async () => {
  const { result } = await reviewing([2, 1], 2, 1);
  expect(result.current.id).toBe(1);
  for (const asked of [2, 99]) {
    useReviewPositions.setState({ byBatch: {} });
    const { result, position } = await reviewing([2, 1], 2, asked);
    await waitFor(() => expect(position()?.otherRunId).toBeNull());
    expect(result.current.id).toBeNull();
  }
});

it('the runs change places, by the menu or by reviewing the other one', async () => {
  const { result, position } = await reviewing([3, 2, 1], 3, 1);
  act(() => result.current.on.swap());
  expect(position()).toMatchObject({ runId: 1, otherRunId: 3 });
  act(() => useReviewPositions.getState().move(BATCH, { runId: 3, otherRunId: 1 }));
  act(() => result.current.on.review(2));
  expect(position()).toMatchObject({ runId: 2, otherRunId: 1 });
  act(() => useReviewPositions.getState().move(BATCH, { runId: 3, otherRunId: 1 }));
  act(() => result.current.on.review(1));
  expect(position()).toMatchObject({ runId: 1, otherRunId: 3 });
});
