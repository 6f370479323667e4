import { describe, expect, it, test } from 'vitest';
import {
  areaCells,
  cellOutline,
  clearOutside,
  clearPixels,
  clipLevels,
  isStretched,
  resampledCells,
  shareOf,
} from '../../src-main/pipeline/area-mask.ts';
import { cellGrid } from '../../src-main/pipeline/frame.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { pointInPolygons } from './point-in-polygons.ts';

const square = (x: number, y: number, side: number): Polygon => [
  [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ],
];

function naiveCells(include: readonly Polygon[], ignore: readonly Polygon[], frame: Frame, scale: number) {
  const { width, height } = cellGrid(frame);
  return Array.from({ length: width * height }, (_, i) => {
    // Where the edge of the image cuts a cell before its centre, the cell before it decides.
    const place = (index: number, size: number) =>
      index > 0 && (index + 0.5) * frame.cell > size ? index - 1 : index;
    const x = (place(i % width, frame.width) + 0.5) * frame.cell;
    const y = (place(Math.floor(i / width), frame.height) + 0.5) * frame.cell;
    const [u, v] = [
      ((x / frame.width) * frame.imageWidth) / scale,
      ((y / frame.height) * frame.imageHeight) / scale,
    ];
    const wanted = include.length === 0 || pointInPolygons(include, u, v);
    return wanted && !pointInPolygons(ignore, u, v) ? 1 : 0;
  });
}

let seed = 11;
const random = () => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
};
const randomPolygon = (): Polygon => [
  Array.from({ length: 7 }, () => [random() * 2400 - 200, random() * 1700 - 150] as const),
];

describe('the cells of a region of interest', () => {
  const frame = frameFor(2001, 1399);

  it.each([
    ['the same size', 1],
    ['an image of half the size', 0.5],
    ['an image three times as large', 3],
  ])('are those whose centre lies inside, drawn on %s', (_name, size) => {
    for (let round = 0; round < 6; round++) {
      const include = Array.from({ length: round % 3 }, randomPolygon);
      const ignore = Array.from({ length: 1 + (round % 2) }, randomPolygon);
      const scaled = (polygons: readonly Polygon[]) =>
        polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x * size, y * size] as const)));
      const area = {
        width: 2001 * size,
        height: 1399 * size,
        include: scaled(include),
        ignore: scaled(ignore),
      };
      const cells = Array.from(areaCells(area, frame));
      const expected = naiveCells(include, ignore, frame, 1);
      // Centres on an edge may fall either way by rounding: none does here.
      expect(cells).toEqual(expected);
    }
  });

  it('are all where nothing is drawn, the cut cells at the edge too', () => {
    const whole = { width: 2001, height: 1399, include: [], ignore: [] };
    expect(shareOf(areaCells(whole, frame))).toBe(1);
    const drawn = { ...whole, include: [square(-10, -10, 3000)] };
    // 715.93 frame pixels high: the last row of cells has its centre outside of the image.
    expect(frameFor(2001, 1397).height % 4).toBeGreaterThan(0);
    expect(shareOf(areaCells({ ...drawn, height: 1397 }, frameFor(2001, 1397)))).toBe(1);
  });

  it('say that they were stretched from two per cent on', () => {
    expect(isStretched({ width: 2001, height: 1399 }, frame)).toBe(false);
    expect(isStretched({ width: 1000, height: 690 }, frame)).toBe(false);
    expect(isStretched({ width: 1000, height: 680 }, frame)).toBe(true);
    expect(isStretched({ width: 1399, height: 2001 }, frame)).toBe(true);
  });

  it('have an outline in image pixels of about their area', () => {
    const area = {
      width: 2001,
      height: 1399,
      include: [square(400, 300, 800)],
      ignore: [square(600, 500, 200)],
    };
    const [outline, ...more] = cellOutline(areaCells(area, frame), frame);
    expect(more).toEqual([]);
    expect(outline!.length).toBe(2);
    const xs = outline![0]!.map(([x]) => x);
    expect(Math.min(...xs)).toBeCloseTo(400, -1);
    expect(Math.max(...xs)).toBeCloseTo(1200, -1);
  });
});

test('cells on a finer lattice are those in which their centres lie', () => {
  const coarse = frameFor(2001, 1399);
  const fine = { ...coarse, size: 4096, scale: 4096 / 2001, width: 4096, height: 2864, cell: 1 };
  const area = { width: 2001, height: 1399, include: [square(300, 200, 900)], ignore: [] };
  const cells = areaCells(area, coarse);
  const finer = resampledCells(cells, coarse, fine);
  expect(finer.length).toBe(4096 * 2864);
  const { width } = cellGrid(coarse);
  for (let i = 0; i < 200; i++) {
    const x = Math.floor(random() * 4096);
    const y = Math.floor(random() * 2864);
    const column = Math.floor((((x + 0.5) / 4096) * coarse.width) / 4);
    const row = Math.floor((((y + 0.5) / 2864) * coarse.height) / 4);
    expect(finer[y * 4096 + x]).toBe(cells[row * width + column]);
  }
  expect(Math.abs(shareOf(finer) - shareOf(areaCells(area, fine)))).toBeLessThan(0.01);
});

describe('what lies outside', () => {
  const frame = frameFor(1024, 512);
  const { width, height } = cellGrid(frame);
  const cells = areaCells({ width: 1024, height: 512, include: [square(0, 0, 512)], ignore: [] }, frame);

  it('is 0 in the map and negative in masks of SAM; inside nothing changes', () => {
    const map = { width, height, data: Float32Array.from({ length: width * height }, () => random()) };
    const cleared = clearOutside(map, cells);
    expect(cleared.data).toEqual(map.data.map((value, i) => (cells[i] ? value : 0)));
    const level = { logits: Float32Array.from({ length: 256 * 256 }, () => random() - 0.5), quality: 0.9 };
    const [clipped] = clipLevels([level], cells, frame);
    expect(clipped!.quality).toBe(0.9);
    const expected = level.logits.map((value, i) =>
      i % 256 < 128 && i < 128 * 256 ? value : -Math.abs(value),
    );
    expect(clipped!.logits).toEqual(expected);
  });

  it('is 0 on frame pixels, of a part of the frame too', () => {
    const span = { left: 500, top: 20, right: 520, bottom: 30 };
    const data = new Float32Array(200).fill(1);
    clearPixels(data, span, cells, frame);
    data.forEach((value, i) => {
      expect(value).toBe((i % 20) + 500 < 512 ? 1 : 0);
    });
  });
});
