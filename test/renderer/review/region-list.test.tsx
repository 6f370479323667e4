// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { RegionList } from '../../../src-renderer/review/region-list.tsx';
import type { InspectionResult, Region } from '../../../src-shared/result.ts';
import { type Scale, typedScale } from '../../../src-shared/scale.ts';
import { renderPart } from '../render.tsx';

/** A bar of 40 × 9 pixels that lies at a slant of 3 : 4, so that length and width are not those of its box. */
const bar = (index: number, more: Partial<Region> = {}) =>
  ({
    index,
    ...{ peak: 0.9, mean: 0.7, area: 360, length: 41, width: 9, levels: [], polygons: [] },
    box: { x: 0, y: 0, width: 32, height: 31 },
    ...more,
  }) as unknown as Region;

const handlers = { onSelect: vi.fn(), onPoint: vi.fn(), onFalsePositive: vi.fn(), onEditPrompts: vi.fn() };

async function listOf(regions: readonly Region[], scale: Scale | null, language?: 'zh-CN') {
  const result = { width: 1000, height: 800, regions } as unknown as InspectionResult;
  return renderPart(
    <RegionList result={result} scale={scale} annotations={[]} barred={null} selected={null} {...handlers} />,
    language ? { language } : {},
  );
}

it('tells length, width, area and diameter in pixels, and once that nobody has said how large one is', async () => {
  await listOf([bar(1), bar(2)], null);
  // 2 √(360 / π) = 21.41
  expect(screen.getAllByText('41 × 9 px · 360 px² · ⌀ 21.4 px')).toHaveLength(2);
  expect(screen.getAllByText(/Nobody has said how large a pixel is/)).toHaveLength(1);
  expect(screen.queryByText(/mm/)).toBeNull();
});

it('tells millimetres beside the pixels, lengths by the scale and areas by its square', async () => {
  await listOf([bar(1)], typedScale(0.05));
  screen.getByText('2.05 × 0.45 mm · 0.9 mm² · ⌀ 1.07 mm');
  screen.getByText('41 × 9 px · 360 px² · ⌀ 21.4 px');
  screen.getByText('0.05 mm per pixel, for images of any size');
});

it('says when the scale is that of images of another size', async () => {
  const drawn = { millimetresPerPixel: 0.1, source: 'drawn', imageWidth: 2000, imageHeight: 1600 } as const;
  await listOf([bar(1)], drawn);
  screen.getByText('0.1 mm per pixel, drawn on an image of 2,000 × 1,600 pixels');
  screen.getByText(/set on an image of 2,000 × 1,600 pixels, and this one has 1,000 × 800/);
});

it('lists what is below the limit on its own', async () => {
  await listOf([bar(1), bar(2, { belowLimit: true }), bar(3)], null);
  const group = screen.getByRole('region', { name: 'Below limit (1)' });
  expect(within(group).getAllByRole('listitem')).toHaveLength(1);
  within(group).getByText('2');
  expect(screen.getAllByRole('listitem')).toHaveLength(3);
});

it('says so in Chinese', async () => {
  await listOf([bar(1, { belowLimit: true })], null, 'zh-CN');
  screen.getByRole('region', { name: '低于限值 (1)' });
  screen.getByText(/尺寸以像素表示/);
});
