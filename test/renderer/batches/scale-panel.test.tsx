// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ScalePanel } from '../../../src-renderer/batches/scale-panel.tsx';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { BatchSummaryRow } from '../../../src-shared/contract/batches.ts';
import { type Scale, typedScale } from '../../../src-shared/scale.ts';
import { renderPart } from '../render.tsx';
import { progressOf } from './progress.ts';

const actions = {
  ...{ start: vi.fn(), pause: vi.fn(), resume: vi.fn(), retry: vi.fn(), cancel: vi.fn() },
  busy: false,
};

/** @param used scale of the run; undefined: there is none */
function rowOf(scale: Scale | null, used?: Scale | null): BatchSummaryRow {
  const progress = progressOf({ status: 'done', active: false, done: 3 });
  const run = used === undefined ? null : { ...progress, run: { ...progress.run, scale: used } };
  return {
    batch: {
      ...{ id: 7, name: 'Lot 7', objectName: '', partNumber: '', revision: '', lot: '', order: '' },
      ...{ recipeHash: null, createdAt: '', archivedAt: null, sampleRanges: { integer: null, float: null } },
      scale,
    },
    ...{ images: 3, deletedAt: null, stoppedImport: null, verdicts: { accept: 3, warn: 0, reject: 0 } },
    ...{ doubtful: 0, reviewed: 0, cover: [], run },
  };
}

const DRAWN: Scale = { millimetresPerPixel: 0.05, source: 'drawn', imageWidth: 1000, imageHeight: 800 };

beforeEach(() => {
  vi.clearAllMocks();
  useSession.setState({ inspector: 'Eva', language: 'en' });
  usePeople.setState({ people: [], me: null });
});

it('says that there is none, and takes one that is typed', async () => {
  const changeScale = vi.fn(async () => rowOf(typedScale(0.02)));
  const user = await renderPart(<ScalePanel row={rowOf(null)} actions={actions} />, {
    client: { batches: { changeScale } },
  });
  screen.getByText('No scale: sizes are in pixels.');
  await user.click(screen.getByRole('button', { name: 'Set' }));
  const dialog = within(screen.getByRole('dialog'));
  expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
  await user.type(dialog.getByLabelText('Millimetres per pixel'), '0.02');
  dialog.getByText('50 pixels are one millimetre.');
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(changeScale).toHaveBeenCalledWith({ id: 7, scale: typedScale(0.02), inspector: 'Eva' });
});

it('shows on which image it was drawn, and removes it', async () => {
  const changeScale = vi.fn(async () => rowOf(null));
  const user = await renderPart(<ScalePanel row={rowOf(DRAWN, DRAWN)} actions={actions} />, {
    client: { batches: { changeScale } },
  });
  screen.getByText('0.05 mm per pixel, drawn on an image of 1,000 × 800 pixels');
  expect(screen.queryByTestId('scale-changed')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Change' }));
  await user.click(screen.getByRole('button', { name: 'Remove the scale' }));
  await waitFor(() => expect(changeScale).toHaveBeenCalledWith({ id: 7, scale: null, inspector: 'Eva' }));
});

it('says that the results have another one and keep it, and offers a new run', async () => {
  const user = await renderPart(<ScalePanel row={rowOf(DRAWN, typedScale(0.2))} actions={actions} />);
  const alert = screen.getByTestId('scale-changed');
  expect(alert.textContent).toContain('0.2 mm per pixel, for images of any size and keep it');
  await user.click(within(alert).getByRole('button'));
  expect(actions.start).toHaveBeenCalledOnce();
});

it('says that results without a scale are shown with this one', async () => {
  await renderPart(<ScalePanel row={rowOf(DRAWN, null)} actions={actions} />);
  screen.getByTestId('scale-later');
  expect(screen.queryByTestId('scale-changed')).toBeNull();
});

it('is left to engineers', async () => {
  const person = { id: 1, name: 'Otto', role: 'operator' as const };
  usePeople.setState({ people: [{ ...person, active: true }], me: person } as never);
  await renderPart(<ScalePanel row={rowOf(null)} actions={actions} />);
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Set' }).disabled).toBe(true);
});
