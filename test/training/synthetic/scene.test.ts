import { expect, test } from 'vitest';
import type { SyntheticSample } from '../../../src-main/training/synthetic/image.ts';
import { renderSample } from '../../../src-main/training/synthetic/sample.ts';
import { OBJECTS, renderGood, SURFACES } from '../../../src-main/training/synthetic/scene.ts';
import { Random } from '../../../src-shared/random.ts';
import type { RgbImage } from '../../../src-shared/rgb-image.ts';

const KINDS = [...SURFACES, ...OBJECTS];
const SIZE = { width: 80, height: 64 };

const render = (kind: string, seed: string, defect?: string | null): SyntheticSample =>
  renderSample(kind, new Random(seed), SIZE, defect === undefined ? {} : { defect });

const area = (mask: Uint8Array) => mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);

/** Largest difference over the channels, per pixel. */
function difference(a: RgbImage, b: RgbImage): number[] {
  const out: number[] = [];
  for (let k = 0; k < a.data.length; k += 3) {
    out.push(Math.max(...[0, 1, 2].map((c) => Math.abs(a.data[k + c]! - b.data[k + c]!))));
  }
  return out;
}

test('the same seed gives the same pixels, mask and words; another seed another picture', () => {
  for (const kind of ['machined metal', 'pcb', 'screw', 'tablet', 'asphalt']) {
    const a = render(kind, 'seed');
    expect(render(kind, 'seed')).toEqual(a);
    expect(render(kind, 'other').image.data).not.toEqual(a.image.data);
  }
});

test('a good part has an empty mask and no defect', () => {
  for (const kind of KINDS) {
    const sample = render(kind, 'good', null);
    expect(sample.defect).toBeNull();
    expect(area(sample.mask)).toBe(0);
    expect(sample.objectSynonyms).not.toContain(sample.object);
  }
});

test('every kind renders at odd sizes, with values that are not all the same', () => {
  for (const [i, kind] of KINDS.entries()) {
    const size = i % 2 === 0 ? { width: 29, height: 91 } : { width: 75, height: 22 };
    const sample = renderSample(kind, new Random(`odd ${kind}`), size);
    expect(sample.image.data.length).toBe(size.width * size.height * 3);
    expect(sample.mask.length).toBe(size.width * size.height);
    expect(new Set(sample.image.data).size, kind).toBeGreaterThan(8);
    expect(sample.mask.every((value) => value === 0 || value === 255)).toBe(true);
    expect(area(sample.mask) > 0).toBe(sample.defect !== null);
  }
});

test('a tiny image is no problem', () => {
  for (const kind of ['fabric', 'nut', 'pcb', 'cable end']) {
    expect(renderSample(kind, new Random('tiny'), { width: 9, height: 7 }).image.data.length).toBe(9 * 7 * 3);
  }
});

test('the mask marks what differs from the good picture of the same seed', () => {
  let checked = 0;
  for (const kind of ['rolled steel', 'leather', 'tile', 'asphalt', 'smooth metal', 'painted sheet']) {
    for (const defect of ['crack', 'scratch', 'stain', 'hole', 'inclusion', 'oxide patch']) {
      const seed = `${kind} ${defect}`;
      const sample = render(kind, seed, defect);
      if (sample.defect === null) continue;
      const changes = difference(render(kind, seed, null).image, sample.image);
      const strongest = Math.max(...changes);
      const inside = changes.filter((_, i) => sample.mask[i]! > 0);
      const outside = changes.filter((_, i) => sample.mask[i] === 0);
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(inside), seed).toBeGreaterThan(7);
      // What lies outside is the faint tail of a soft defect.
      expect(outside.filter((value) => value > Math.max(12, 0.35 * strongest)).length, seed).toBeLessThan(
        Math.max(4, inside.length * 0.1),
      );
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(30);
});

test('defects are of all sizes: specks and large patches, mostly small', () => {
  const shares: number[] = [];
  for (let i = 0; i < 90; i++) {
    const random = new Random(`share ${i}`);
    const sample = renderSample(random.pick(KINDS), random, { width: 72, height: 72 });
    if (sample.defect !== null) shares.push(area(sample.mask) / (72 * 72));
  }
  expect(shares.length).toBeGreaterThan(75);
  shares.sort((a, b) => a - b);
  expect(shares[Math.floor(shares.length * 0.1)]).toBeLessThan(0.004);
  expect(shares[Math.floor(shares.length * 0.9)]).toBeGreaterThan(0.02);
  expect(shares[Math.floor(shares.length * 0.5)]).toBeLessThan(0.03);
});

test('a missing component is really missing', () => {
  const size = { width: 240, height: 180 };
  const seed = 'board';
  const sample = renderSample('pcb', new Random(seed), size, { defect: 'missing component' });
  expect(sample.defect).toBe('missing component');
  const good = renderSample('pcb', new Random(seed), size, { defect: null });
  const changed = difference(good.image, sample.image).filter((value) => value > 10).length;
  expect(changed).toBeGreaterThan(20);
});

test('about half of the pictures are grey', () => {
  const grey = KINDS.filter((kind) => {
    const { data } = render(kind, `grey ${kind}`, null).image;
    return data.every((value, k) => k % 3 === 0 || value === data[k - 1]);
  }).length;
  expect(grey / KINDS.length).toBeGreaterThan(0.3);
  expect(grey / KINDS.length).toBeLessThan(0.7);
});

test('objects have an outline, surfaces fill the picture', () => {
  for (const kind of OBJECTS) {
    const { objectMask } = renderGood(kind, new Random('mask'), SIZE);
    const share = area(objectMask) / objectMask.length;
    expect(share, kind).toBeGreaterThan(0.005);
  }
  const whole = SURFACES.filter(
    (kind) => area(renderGood(kind, new Random('m'), SIZE).objectMask) === SIZE.width * SIZE.height,
  );
  expect(whole.length).toBeGreaterThan(SURFACES.length * 0.6);
});

test('an unknown kind or defect is refused with the list of known ones', () => {
  expect(() => renderSample('unicorn', new Random(1), SIZE)).toThrow(/Unknown kind "unicorn".*screw/);
  expect(() => renderSample('fabric', new Random(1), SIZE, { defect: 'curse' })).toThrow(
    /Unknown defect "curse".*scratch/,
  );
});
