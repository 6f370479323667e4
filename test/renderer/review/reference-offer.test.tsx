// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ReferenceOffer } from '../../../src-renderer/review/reference-offer.tsx';
import { useReviewSettings } from '../../../src-renderer/review/review-settings.ts';
import type { SetOfRun } from '../../../src-shared/contract/references.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import { renderPart } from '../render.tsx';

const set: SetOfRun = {
  product: { partNumber: '4711', revision: 'B' },
  references: 0,
  waiting: 0,
  images: [],
};
const accepted = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ imageId: i + 1, human: 'accept', status: 'done' }) as ReviewRow);

async function offer(rows: readonly ReviewRow[], known: Partial<SetOfRun> = {}, isUsed = true) {
  const addAll = vi.fn((_: readonly number[]) => null);
  const references = { set: { ...set, ...known }, addAll, isBusy: false };
  const user = await renderPart(<ReferenceOffer rows={rows} references={references} isUsed={isUsed} />);
  return { user, addAll };
}

beforeEach(() => useReviewSettings.setState({ declined: [] }));

it('comes after three accepts, and takes those', async () => {
  const { user, addAll } = await offer([...accepted(3), { imageId: 9, human: 'reject' } as ReviewRow]);
  expect(screen.getByText('3 parts accepted. Use them as references?')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Use as references' }));
  expect(addAll.mock.calls).toEqual([[[1, 2, 3]]]);
});

it('takes sixteen, spread over all, where many were accepted', async () => {
  const { user, addAll } = await offer(accepted(64));
  expect(screen.getByText('64 parts accepted. Use 16 of them as references?')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Use as references' }));
  expect(addAll.mock.calls[0]![0]).toEqual(Array.from({ length: 16 }, (_, i) => 4 * i + 1));
});

it.each([
  ['after two', accepted(2), {}, true],
  ['where there are references', accepted(3), { references: 1 }, true],
  ['where some wait for a word', accepted(3), { waiting: 1 }, true],
  ['where the recipe does not compare with references', accepted(3), {}, false],
] as const)('does not come %s', async (_, rows, known, isUsed) => {
  await offer(rows, known, isUsed);
  expect(screen.queryByTestId('reference-offer')).toBeNull();
});

it('is not made again for a product for which it was declined', async () => {
  const { user } = await offer(accepted(3));
  await user.click(screen.getByRole('button', { name: 'Don’t ask again for this product' }));
  expect(screen.queryByTestId('reference-offer')).toBeNull();
  await offer(accepted(5), { product: { partNumber: '4712', revision: 'B' } });
  expect(screen.getByTestId('reference-offer')).toBeTruthy();
});
