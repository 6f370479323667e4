import { expect, it } from 'vitest';
import { gridPrompts, regionBoxPrompts } from '../../src-main/methods/candidate-prompts.ts';
import { frameFor } from '../../src-shared/frame.ts';

it('puts single points in the middle of the squares of a grid', () => {
  const prompts = gridPrompts({ imageWidth: 400, imageHeight: 190 }, 4);
  expect(prompts.map(({ points }) => points)).toEqual(
    [
      [50, 47.5],
      [150, 47.5],
      [250, 47.5],
      [350, 47.5],
      [50, 142.5],
      [150, 142.5],
      [250, 142.5],
      [350, 142.5],
    ].map(([x, y]) => [{ x, y, label: 1 }]),
  );
  expect(prompts.every(({ box }) => box === null)).toBe(true);
  expect(gridPrompts({ imageWidth: 10, imageHeight: 4000 }, 8)).toHaveLength(8);
});

/** 100 × 100 cells of a picture of 400 × 400 pixels, 0.1 but for what is painted. */
function textMap(...painted: readonly { at: readonly [number, number, number, number]; value: number }[]) {
  const data = new Float32Array(100 * 100).fill(0.1);
  for (const {
    at: [left, top, width, height],
    value,
  } of painted)
    for (let y = top; y < top + height; y++) data.fill(value, y * 100 + left, y * 100 + left + width);
  return { width: 100, height: 100, data };
}
const frame = { ...frameFor(400, 400), width: 400, height: 400, scale: 1, cell: 4 };

it('boxes the regions above each quantile, each once', () => {
  // Of 10,000 cells 975 lie above 0.1, 300 of them above 0.3, and 90 of those above 0.6.
  const text = textMap(
    { at: [10, 20, 39, 25], value: 0.3 },
    { at: [12, 22, 20, 15], value: 0.6 },
    { at: [14, 24, 10, 9], value: 0.9 },
  );
  expect(regionBoxPrompts(text, frame, 0)).toEqual([
    { box: { x: 40, y: 80, width: 156, height: 100 }, points: [] },
    { box: { x: 48, y: 88, width: 80, height: 60 }, points: [] },
    { box: { x: 56, y: 96, width: 40, height: 36 }, points: [] },
  ]);
  // The only region of all levels.
  const sharp = textMap({ at: [70, 70, 9, 9], value: 0.9 });
  expect(regionBoxPrompts(sharp, frame, 0)).toEqual([
    { box: { x: 280, y: 280, width: 36, height: 36 }, points: [] },
  ]);
});

it('gives points inside to a decoder that takes no boxes', () => {
  const [prompt] = regionBoxPrompts(textMap({ at: [70, 70, 9, 9], value: 0.9 }), frame, 3);
  expect(prompt!.points).toHaveLength(3);
  for (const { x, y, label } of prompt!.points) {
    expect(label).toBe(1);
    expect(Math.min(x, y)).toBeGreaterThan(280);
    expect(Math.max(x, y)).toBeLessThan(316);
  }
});

it('asks nothing of a map that marks nothing', () => {
  expect(regionBoxPrompts(textMap(), frame, 0)).toEqual([]);
  expect(regionBoxPrompts(textMap({ at: [5, 5, 1, 3], value: 0.9 }), frame, 0)).toEqual([]);
});
