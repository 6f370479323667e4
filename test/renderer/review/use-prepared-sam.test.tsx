// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, onTestFinished, test, vi } from 'vitest';
import { apiFor, type Client } from '../../../src-renderer/api/connection.ts';
import { usePreparedSam } from '../../../src-renderer/review/use-prepared-sam.ts';
import { WorkstationContext } from '../../../src-renderer/state/workstation.ts';
import type { AppInfo } from '../../../src-shared/contract/app.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';

const ROWS = [1, 2, 3, 4].map((imageId) => ({ imageId }) as ReviewRow);

function openReview(isNeeded: boolean) {
  vi.useFakeTimers();
  onTestFinished(() => {
    cleanup();
    vi.useRealTimers();
  });
  const asked: number[] = [];
  const signals: AbortSignal[] = [];
  const prepareSam = async ({ imageId }: { imageId: number }, { signal }: { signal: AbortSignal }) => {
    asked.push(imageId);
    signals.push(signal);
    if (imageId === 3) throw new Error('that image failed in the run');
    return { isNeeded };
  };
  const client = { review: { prepareSam } } as unknown as Client;
  const workstation = { client, api: apiFor(client), info: {} as AppInfo };
  const { rerender } = renderHook(({ at }) => usePreparedSam(7, ROWS, ROWS[at]!), {
    initialProps: { at: 0 },
    wrapper: ({ children }: { readonly children: ReactNode }) => (
      <WorkstationContext value={workstation}>{children}</WorkstationContext>
    ),
  });
  return { asked, signals, show: (at: number) => rerender({ at }) };
}

test('the image at hand is made ready, then its neighbours; one left meanwhile is given up', async () => {
  const { asked, signals, show } = openReview(true);
  show(1);
  await vi.advanceTimersByTimeAsync(150);
  expect(asked).toEqual([]);
  show(2);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toEqual([3, 4, 2]);
  expect(signals[0]!.aborted).toBe(false);
  show(3);
  expect(signals[0]!.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked.slice(3)).toEqual([4, 3]);
});

test('no more is asked where the pack needs none', async () => {
  const { asked } = openReview(false);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toEqual([1]);
});
