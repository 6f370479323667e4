import { expect, test } from 'vitest';
import type { ObjectKind, Part } from '../../../src-main/training/synthetic/blueprint.ts';
import { decorateObject, decorateSurface } from '../../../src-main/training/synthetic/decoration.ts';
import { makeSite } from '../../../src-main/training/synthetic/defects/site.ts';
import { bounds } from '../../../src-main/training/synthetic/part.ts';
import { emptyPlanes } from '../../../src-main/training/synthetic/planes.ts';
import { randomMotif } from '../../../src-main/training/synthetic/print.ts';
import { renderSample } from '../../../src-main/training/synthetic/sample.ts';
import { renderGood } from '../../../src-main/training/synthetic/scene.ts';
import { box, circle, subtract } from '../../../src-main/training/synthetic/shape.ts';
import { Random } from '../../../src-shared/random.ts';

/** Points of a grid over −2..2 where the shape is solid. */
function solid(shape: (x: number, y: number) => number, step = 0.02): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [];
  for (let y = -2; y <= 2; y += step) {
    for (let x = -2; x <= 2; x += step) if (shape(x, y) < 0) points.push([x, y]);
  }
  return points;
}

test('a motif has ink, and all of it within the size it states', () => {
  for (let i = 0; i < 20; i++) {
    const motif = randomMotif(new Random(`motif ${i}`));
    const points = solid(motif.shape);
    expect(points.length, `motif ${i}`).toBeGreaterThan(10);
    for (const [x, y] of points) {
      expect(Math.abs(x), `motif ${i} at ${x}, ${y}`).toBeLessThan(motif.halfWidth + 0.06);
      expect(Math.abs(y), `motif ${i} at ${x}, ${y}`).toBeLessThan(motif.halfHeight + 0.06);
    }
  }
});

const PLATE: readonly Part[] = [
  { shape: box(1, 0.6), bounds: bounds(1, 0.6), material: { color: [0.5, 0.5, 0.5] } },
  { shape: circle(0.2), bounds: bounds(0.2, 0.2), mode: 'hole' },
];
const kind = (parts: readonly Part[]): ObjectKind => ({
  names: ['part'],
  extent: [1, 0.6],
  build: () => parts,
});

test('writing lies on the part, clear of its outline and holes', () => {
  const ground = subtract(box(1, 0.6), circle(0.2));
  let written = 0;
  for (let i = 0; i < 60; i++) {
    for (const part of decorateObject(kind(PLATE), PLATE, new Random(`plate ${i}`))) {
      written++;
      const points = solid(part.shape, 0.04);
      const off = points.filter(([x, y]) => ground(x, y) > 0);
      expect(off.length, `plate ${i}`).toBeLessThanOrEqual(points.length * 0.02);
    }
  }
  expect(written).toBeGreaterThan(40);
});

test('where there is no room nothing is written', () => {
  const wire: readonly Part[] = [
    { shape: box(1, 0.02), bounds: bounds(1, 0.02), material: { color: [1, 1, 1] } },
  ];
  for (let i = 0; i < 20; i++) expect(decorateObject(kind(wire), wire, new Random(i))).toEqual([]);
});

test('soft surfaces are printed on, never engraved', () => {
  const base = emptyPlanes(64, 64);
  const modes = (hard: boolean) =>
    new Set(
      Array.from({ length: 60 }, (_, i) =>
        decorateSurface(base, new Random(`soft ${i}`), base, hard).map((layer) => layer.mode),
      ).flat(),
    );
  expect(modes(false)).toEqual(new Set(['mark']));
  expect(modes(true)).toEqual(new Set(['mark', 'engrave']));
});

test('about a third of the defects are put on writing', () => {
  const image = { width: 200, height: 200, data: new Uint8Array(200 * 200 * 3) };
  const site = makeSite(image, null, { grain: 0, strength: 1, accents: [{ x: 50, y: 60, radius: 8 }] });
  const random = new Random('accents');
  let near = 0;
  for (let i = 0; i < 600; i++) {
    const [x, y] = site.pointInside(random);
    if (Math.abs(x - 50) <= 8 && Math.abs(y - 60) <= 8) near++;
  }
  expect(near / 600).toBeGreaterThan(0.26);
  expect(near / 600).toBeLessThan(0.42);
});

test('what is written on a good part is in the picture of the damaged one too, and not in its mask', () => {
  const size = { width: 160, height: 120 };
  let checked = 0;
  for (let i = 0; i < 14; i++) {
    const seed = `plate ${i}`;
    const scene = renderGood('plate', new Random(seed), size);
    if (scene.accents.length === 0) continue;
    const sample = renderSample('plate', new Random(seed), size, { defect: 'scratch' });
    if (sample.defect === null) continue;
    const changed = new Set<number>();
    for (let k = 0; k < scene.image.data.length; k++)
      if (Math.abs(scene.image.data[k]! - sample.image.data[k]!) > 20) changed.add(Math.floor(k / 3));
    const marked = sample.mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
    const outside = [...changed].filter((at) => sample.mask[at] === 0).length;
    expect(outside, seed).toBeLessThan(Math.max(5, marked * 0.2));
    checked++;
  }
  expect(checked).toBeGreaterThan(5);
});
