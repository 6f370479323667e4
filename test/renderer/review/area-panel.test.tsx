// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { beginEdit, scaledPolygons } from '../../../src-renderer/review/area-draft.ts';
import { AreaEditPanel, SavedArea } from '../../../src-renderer/review/area-panel.tsx';
import { isOneClick } from '../../../src-renderer/review/use-area.ts';
import type { AreaRevision } from '../../../src-shared/contract/areas.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import { inspectionAreaSchema } from '../../../src-shared/inspection-area.ts';
import { renderPart } from '../render.tsx';

const triangle: Polygon = [
  [
    [0, 0],
    [100, 0],
    [100, 50],
  ],
];
const saved: AreaRevision = {
  product: { partNumber: '4711', revision: 'B' },
  revision: 3,
  hash: 'a'.repeat(64),
  area: inspectionAreaSchema.parse({ width: 200, height: 100, include: [triangle], ignore: [triangle] }),
  inspector: 'Ada',
  createdAt: '2026-11-29T12:00:00.000Z',
};
const handlers = () => ({ remove: vi.fn(), removePart: vi.fn(), save: vi.fn(), discard: vi.fn() });

it('lists what is changed, takes it away one by one, and saves it', async () => {
  const on = handlers();
  const edit = { ...beginEdit(saved, { width: 9, height: 9 }), part: 'kept' as const };
  const user = await renderPart(<AreaEditPanel edit={edit} saving={false} on={on} />);
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Look here (1)',
    'Ignore (1)',
    'Only on the part',
  ]);
  await user.click(screen.getByRole('button', { name: 'Remove: Ignore (1)' }));
  expect(on.remove).toHaveBeenCalledWith('ignore', 0);
  await user.click(screen.getByRole('button', { name: 'Remove: Only on the part' }));
  expect(on.removePart).toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Save the region' }));
  expect(on.save).toHaveBeenCalled();
});

it('says whether the result on show was made with what is saved', async () => {
  await renderPart(<SavedArea saved={saved} result={{}} on={handlers()} />);
  expect(screen.getByTestId('area-other').textContent).toContain('another region of interest');
});

it('says how much of the image was looked at, in Chinese as well', async () => {
  const result = { area: { hash: saved.hash!, share: 0.25 } };
  await renderPart(<SavedArea saved={saved} result={result} on={handlers()} />, { language: 'zh-CN' });
  expect(screen.queryByTestId('area-other')).toBeNull();
  expect(screen.getByText('检测了此图像的 25%。')).toBeTruthy();
});

it('begins a change with what is saved, or with the whole image on show', () => {
  expect(beginEdit(null, { width: 640, height: 480 })).toEqual({
    after: 0,
    width: 640,
    height: 480,
    include: [],
    ignore: [],
    part: null,
  });
  expect(beginEdit({ ...saved, area: null, hash: null }, { width: 9, height: 9 })).toMatchObject({
    after: 3,
    width: 9,
    include: [],
  });
  expect(beginEdit(saved, { width: 9, height: 9 })).toMatchObject({
    after: 3,
    width: 200,
    include: [triangle],
  });
});

it('lays polygons over images of other sizes', () => {
  const twice = scaledPolygons([triangle], { width: 200, height: 100 }, { width: 400, height: 100 });
  expect(twice).toEqual([
    [
      [
        [0, 0],
        [200, 0],
        [200, 50],
      ],
    ],
  ]);
});

it('takes for a part only what one click on it gives: that can be asked in every image', () => {
  const point = { x: 1, y: 2, label: 1 } as const;
  expect(isOneClick({ prompts: { box: null, points: [point] } })).toBe(true);
  expect(isOneClick({ prompts: { box: null, points: [point, point] } })).toBe(false);
  expect(isOneClick({ prompts: { box: null, points: [{ ...point, label: 0 }] } })).toBe(false);
  expect(isOneClick({ prompts: { box: { x: 0, y: 0, width: 5, height: 5 }, points: [point] } })).toBe(false);
});
