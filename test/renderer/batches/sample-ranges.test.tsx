// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { SampleRangesPanel } from '../../../src-renderer/batches/sample-ranges.tsx';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { BatchRange } from '../../../src-shared/batch-range.ts';
import type { BatchSummaryRow } from '../../../src-shared/contract/batches.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import { renderPart } from '../render.tsx';
import { progressOf } from './progress.ts';

const actions = {
  ...{ start: vi.fn(), pause: vi.fn(), resume: vi.fn(), retry: vi.fn(), cancel: vi.fn() },
  busy: false,
};

function rowOf(integer: BatchRange | null, used?: SampleRange | null): BatchSummaryRow {
  const progress = progressOf({ status: 'done', active: false, done: 3 });
  const run = used === undefined ? null : { ...progress.run, sampleRanges: { integer: used, float: null } };
  return {
    batch: {
      ...{ id: 7, name: 'Lot 7', objectName: '', partNumber: '', revision: '', lot: '', order: '' },
      ...{ recipeHash: null, createdAt: '', archivedAt: null },
      sampleRanges: { integer, float: null },
      scale: null,
    },
    ...{ images: 3, deletedAt: null, stoppedImport: null, verdicts: { accept: 3, warn: 0, reject: 0 } },
    ...{ doubtful: 0, reviewed: 0, cover: [], run: run && { ...progress, run } },
  };
}

const MEASURED: BatchRange = { low: 0, high: 4095, images: 16, setBy: null };

beforeEach(() => {
  useSession.setState({ inspector: 'Eva', language: 'en' });
  usePeople.setState({ people: [], me: null });
});

it('says nothing of a batch without images of more than 8 bits', async () => {
  await renderPart(<SampleRangesPanel row={rowOf(null, null)} actions={actions} />);
  expect(screen.queryByTestId('sample-ranges')).toBeNull();
});

it('shows values, bits and who says so', async () => {
  await renderPart(<SampleRangesPanel row={rowOf(MEASURED)} actions={actions} />);
  expect(screen.getByTestId('sample-ranges').textContent).toMatch(
    /Black to white: 0 – 4,095 \(12 bits\) from the first 16 images/,
  );
  expect(screen.queryByTestId('range-changed')).toBeNull();
});

it('says that the results were made with another range, and offers a new run', async () => {
  const set: BatchRange = { low: 64, high: 1023, images: null, setBy: 'Rita' };
  const row = rowOf(set, { low: 0, high: 4095 });
  const user = await renderPart(<SampleRangesPanel row={row} actions={actions} />);
  expect(screen.getByTestId('sample-ranges').textContent).toMatch(/64 – 1,023 set by Rita/);
  const alert = screen.getByTestId('range-changed');
  expect(alert.textContent).toContain('0 – 4,095 (12 bits)');
  await user.click(within(alert).getByRole('button'));
  expect(actions.start).toHaveBeenCalledOnce();
});

it('changes the range by bits or by values, and has it measured again', async () => {
  const changeSampleRange = vi.fn(async () => rowOf(MEASURED));
  const user = await renderPart(<SampleRangesPanel row={rowOf(MEASURED)} actions={actions} />, {
    client: { batches: { changeSampleRange }, review: {} },
  });
  const open = () => user.click(screen.getByRole('button', { name: 'Change' }));
  const closed = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await open();
  await user.click(screen.getByRole('button', { name: '10 bits' }));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await closed();
  await open();
  const white = screen.getByLabelText<HTMLInputElement>('White');
  await user.clear(white);
  await user.type(white, '-5');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
  screen.getByText('White must be above black.');
  await user.clear(white);
  await user.type(white, '900');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await closed();
  await open();
  await user.click(screen.getByRole('button', { name: 'Measure on the first images' }));
  await closed();
  const change = { id: 7, kind: 'integer', inspector: 'Eva' };
  expect(changeSampleRange.mock.calls.map((call: readonly unknown[]) => call[0])).toEqual([
    { ...change, range: { low: 0, high: 1023 } },
    { ...change, range: { low: 0, high: 900 } },
    { ...change, range: null },
  ]);
});

it('is the engineer’s to change', async () => {
  const otto = { name: 'Otto', role: 'operator' } as const;
  usePeople.setState({ people: [otto], me: otto });
  await renderPart(<SampleRangesPanel row={rowOf(MEASURED)} actions={actions} />);
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Change' });
  expect(button.disabled).toBe(true);
  expect(button.title).toMatch(/engineer/);
});
