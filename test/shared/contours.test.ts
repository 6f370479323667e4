import { expect, test } from 'vitest';
import { type Ring, traceContours } from '../../src-shared/contours.ts';
import { Random } from '../../src-shared/random.ts';

interface Field {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Noise, so that there are holes, islands within them, diagonal touches and lines along all edges. */
function noise(seed: number, width: number, height: number): Field {
  const random = new Random(`contours/${seed}`);
  return { width, height, values: Float32Array.from({ length: width * height }, () => random.next() - 0.45) };
}

/** Labels of the parts where `inside` holds: neighbours in a row or column, and diagonal ones where asked. */
function naiveParts({ width, height, values }: Field, inside: (value: number) => boolean, diagonal: boolean) {
  const labels = Array.from(values, (value, i) => (inside(value) ? i : -1));
  for (let changed = true; changed; ) {
    changed = false;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (const [dx, dy] of [
          [-1, 0],
          [1, 0],
          [0, -1],
          [0, 1],
          ...(diagonal ? [[-1, -1] as const, [1, 1] as const, [-1, 1] as const, [1, -1] as const] : []),
        ] as const) {
          const [i, j] = [y * width + x, (y + dy) * width + x + dx];
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          if (labels[i]! < 0 || labels[j]! < 0 || labels[j]! >= labels[i]!) continue;
          labels[i] = labels[j]!;
          changed = true;
        }
  }
  return labels;
}

function isWithin(rings: readonly Ring[], x: number, y: number): boolean {
  let within = false;
  for (const ring of rings)
    for (const [i, a] of ring.slice(1).entries()) {
      const b = ring[i]!;
      if (a.y > y !== b.y > y && x < a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)) within = !within;
    }
  return within;
}

const signedArea = (ring: Ring) =>
  ring.slice(1).reduce((sum, b, i) => sum + (ring[i]!.x * b.y - b.x * ring[i]!.y) / 2, 0);

test.each([
  [1, 24, 17],
  [2, 17, 24],
  [3, 40, 40],
  [4, 1, 9],
  [5, 9, 1],
])(
  'outlines hold exactly the samples of their part, holes those of the gaps (noise %i)',
  (seed, width, height) => {
    const field = noise(seed, width, height);
    const contours = traceContours(field.values, width, height, 0);
    const parts = naiveParts(field, (value) => value >= 0, false);
    const places = parts.map((_, i) => [(i % width) + 0.5, Math.floor(i / width) + 0.5] as const);
    expect(contours).toHaveLength(new Set(parts.filter((label) => label >= 0)).size);
    for (const rings of contours) {
      const held = parts.map((_, i) => isWithin(rings, ...places[i]!));
      const label = parts[held.indexOf(true)]!;
      expect(held).toEqual(parts.map((own) => own === label));
    }

    const gaps = naiveParts(field, (value) => !(value >= 0), true);
    const isAtEdge = (i: number) =>
      i % width === 0 || i % width === width - 1 || i < width || i >= width * (height - 1);
    const open = new Set(gaps.filter((label, i) => label >= 0 && isAtEdge(i)));
    const closed = new Set(gaps.filter((label) => label >= 0 && !open.has(label)));
    expect(contours.flatMap(([, ...holes]) => holes)).toHaveLength(closed.size);
    for (const [outline, ...holes] of contours) {
      expect(signedArea(outline!)).toBeLessThan(0);
      for (const hole of holes) expect(signedArea(hole)).toBeGreaterThan(0);
    }
  },
);

test('lines are closed and pass where the value between two samples is the threshold', () => {
  const { values, width, height } = noise(6, 30, 20);
  for (const ring of traceContours(values, width, height, 0.1).flat()) {
    expect(ring.at(-1)).toEqual(ring[0]);
    for (const { x, y } of ring) {
      const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
      const [dx, dy] = [x - 0.5 - left, y - 0.5 - top];
      if (x === 0 || y === 0 || x === width || y === height) continue;
      const from = values[top * width + left]!;
      const to = values[(top + (dy > 0 ? 1 : 0)) * width + left + (dx > 0 ? 1 : 0)]!;
      expect(from + (dx + dy) * (to - from)).toBeCloseTo(0.1, 5);
    }
  }
});

test('a full raster is outlined along its edge, an empty one not at all', () => {
  const [[outline, ...holes]] = traceContours(new Float32Array(6).fill(1), 3, 2, 0.5) as [Ring[]];
  expect(holes).toEqual([]);
  expect(outline!.every(({ x, y }) => x === 0 || x === 3 || y === 0 || y === 2)).toBe(true);
  expect(signedArea(outline!)).toBeCloseTo(-(6 - 4 * 0.125));
  expect(traceContours(new Float32Array(6), 3, 2, 0.5)).toEqual([]);
});

test('infinite values are outlined half way', () => {
  const [[outline]] = traceContours(Float32Array.of(-Infinity, Infinity, -Infinity), 3, 1, 0) as [Ring[]];
  expect(outline!.map(({ x }) => x).toSorted()).toEqual([1, 1, 1.5, 1.5, 2].toSorted());
});
