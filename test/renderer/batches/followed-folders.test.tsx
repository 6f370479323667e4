// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { FollowedFolders } from '../../../src-renderer/batches/followed-folders.tsx';
import type { FollowedFolderView } from '../../../src-shared/contract/follow.ts';
import { renderPart } from '../render.tsx';

const folder: FollowedFolderView = {
  ...{ id: 1, path: '/data/camera1', inspector: 'ana', isOn: true, error: null },
  settings: {
    ...{
      name: 'Camera',
      batchPer: 'day',
      objectName: '',
      partNumber: '4711',
      lot: '',
      recipeHash: 'a'.repeat(64),
    },
    ...{ polling: 'auto', waitSeconds: 30, broker: null },
  },
  state: {
    ...{ isPolled: false, away: null, trouble: null, batchId: 3, taken: 5, inspected: 4, failed: 1 },
    ...{ waiting: ['/data/camera1/half.png'], broker: { problem: 'refused', waiting: 2 } },
  },
};

it('shows how following goes, and what is waited for', async () => {
  const onShow = vi.fn();
  await renderPart(<FollowedFolders onShow={onShow} />, {
    client: { follow: { list: async () => [folder] } },
  });
  const shown = within(await screen.findByTestId('followed'));
  shown.getByText('/data/camera1');
  shown.getByText('a batch per day · part 4711 · 5 came, 4 inspected, 1 failed');
  shown.getByText('Not written to its end yet, waited for: half.png (1 in all).');
  shown.getByText(/The broker is not reached \(refused\); 2 results are kept for it/);
  fireEvent.click(shown.getByText('Show batch'));
  expect(onShow).toHaveBeenCalledWith(3);
});
