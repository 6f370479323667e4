import { expect, test } from 'vitest';
import { findObject } from '../../../../src-main/training/synthetic/defects/find-object.ts';
import { DEFECTS, paintDefect } from '../../../../src-main/training/synthetic/defects/paint-defect.ts';
import { renderSample } from '../../../../src-main/training/synthetic/sample.ts';
import { renderGood, SURFACES } from '../../../../src-main/training/synthetic/scene.ts';
import { Random } from '../../../../src-shared/random.ts';
import type { RgbImage } from '../../../../src-shared/rgb-image.ts';

const photos = new Map<string, RgbImage>();
/** Drawn once: what paints a defect leaves it as it is. */
function photo(kind: string, seed: string, width = 120, height = 90): RgbImage {
  const key = `${kind} ${seed}`;
  const known =
    photos.get(key) ?? renderSample(kind, new Random(seed), { width, height }, { defect: null }).image;
  photos.set(key, known);
  return known;
}

/** A bright disc before a dark, slightly noisy background. */
function disc(width = 160, height = 120): { image: RgbImage; mask: Uint8Array } {
  const random = new Random('disc');
  const data = new Uint8Array(width * height * 3);
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot(x - width / 2, y - height / 2) < height * 0.35;
      const level = (inside ? 170 : 25) + Math.round(random.normal() * 2);
      data.fill(level, (y * width + x) * 3, (y * width + x) * 3 + 3);
      mask[y * width + x] = inside ? 255 : 0;
    }
  }
  return { image: { width, height, data }, mask };
}

test('the photo that is passed in is never changed', () => {
  const image = photo('fabric', 'keep');
  const before = image.data.slice();
  for (const defect of DEFECTS) paintDefect(image, null, new Random(defect), { defect });
  expect(image.data).toEqual(before);
});

test('the same seed paints the same defect', () => {
  const image = photo('leather', 'same');
  expect(paintDefect(image, null, new Random('x'))).toEqual(paintDefect(image, null, new Random('x')));
});

test.each(DEFECTS.map((defect) => [defect]))('%s: the mask marks what changed', (defect) => {
  let painted = 0;
  for (const [kind, seed] of [
    ['rolled steel', 'a'],
    ['plastic', 'b'],
    ['tablet', 'c'],
    ['nut', 'd'],
    ['wood', 'e'],
  ] as const) {
    const image = photo(kind, seed);
    const {
      image: after,
      mask,
      defect: name,
    } = paintDefect(image, null, new Random(`${defect} ${seed}`), { defect });
    expect(name).toBe(defect);
    let inside = 0;
    let area = 0;
    let strongest = 0;
    const outside: number[] = [];
    for (let i = 0; i < mask.length; i++) {
      const change = Math.max(
        ...[0, 1, 2].map((c) => Math.abs(after.data[3 * i + c]! - image.data[3 * i + c]!)),
      );
      strongest = Math.max(strongest, change);
      if (mask[i]! > 0) {
        inside += change;
        area++;
      } else if (change > 0) outside.push(change);
    }
    if (area === 0) {
      expect(strongest, 'an empty mask means an unchanged photo').toBe(0);
      continue;
    }
    painted++;
    expect(inside / area).toBeGreaterThan(4);
    const leaked = outside.filter((change) => change > Math.max(12, 0.35 * strongest)).length;
    expect(leaked).toBeLessThanOrEqual(Math.max(4, area * 0.15));
  }
  expect(painted).toBeGreaterThan(2);
});

test('far from the defect every pixel keeps its value', () => {
  const { image, mask } = disc(400, 300);
  const painted = paintDefect(image, mask, new Random('far'), { defect: 'hole', scale: 0.05 });
  const marked = painted.mask.findIndex((value) => value > 0);
  expect(marked).toBeGreaterThan(-1);
  const [cx, cy] = [marked % 400, Math.floor(marked / 400)];
  const changed = painted.mask.findIndex((_, i) => {
    if (Math.hypot((i % 400) - cx, Math.floor(i / 400) - cy) < 60) return false;
    return [0, 1, 2].some((c) => painted.image.data[3 * i + c] !== image.data[3 * i + c]);
  });
  expect(changed).toBe(-1);
});

test('with an object mask, defects stay on the object', () => {
  const { image, mask } = disc();
  for (const defect of ['scratch', 'stain', 'dent', 'hole', 'corrosion', 'crack']) {
    const painted = paintDefect(image, mask, new Random(defect), { defect });
    let on = 0;
    let off = 0;
    painted.mask.forEach((value, i) => {
      if (value > 0 && mask[i]! > 0) on++;
      else if (value > 0) off++;
    });
    expect(on, defect).toBeGreaterThan(0);
    // The photo's blur carries a defect at the outline a pixel or two beyond it.
    expect(off, defect).toBeLessThanOrEqual(Math.max(4, 0.2 * on));
  }
});

test('a missing part shows the background', () => {
  const { image, mask } = disc();
  const painted = paintDefect(image, mask, new Random('gone'), { defect: 'missing part', scale: 0.4 });
  let dark = 0;
  painted.mask.forEach((value, i) => {
    if (value > 0 && mask[i]! > 0 && painted.image.data[3 * i]! < 60) dark++;
  });
  expect(dark).toBeGreaterThan(100);
});

test('a grey photo stays grey', () => {
  const { image, mask } = disc();
  for (const defect of DEFECTS) {
    const { data } = paintDefect(image, mask, new Random(`grey ${defect}`), { defect }).image;
    const coloured = data.findIndex((value, k) => k % 3 > 0 && value !== data[k - 1]);
    expect(coloured, defect).toBe(-1);
  }
});

test('the size follows the scale that is asked for', () => {
  const image = photo('smooth metal', 'scale', 200, 200);
  const areaAt = (scale: number) => {
    const areas = [1, 2, 3, 4, 5].map((i) =>
      paintDefect(image, null, new Random(`${i}`), { defect: 'stain', scale }).mask.reduce(
        (sum, v) => sum + (v > 0 ? 1 : 0),
        0,
      ),
    );
    return areas.sort((a, b) => a - b)[2]!;
  };
  expect(areaAt(0.3)).toBeGreaterThan(6 * areaAt(0.06));
});

test('an object before a plain background is found; a texture is not mistaken for one', () => {
  const { image, mask } = disc();
  const found = findObject(image);
  let wrong = 0;
  mask.forEach((value, i) => {
    if (value !== found?.[i]) wrong++;
  });
  expect(wrong / mask.length).toBeLessThan(0.03);
  for (const kind of SURFACES) {
    const scene = renderGood(kind, new Random(`texture ${kind}`), { width: 160, height: 120 });
    if (!scene.hasOutline && scene.layers.length === 0) expect(findObject(scene.image), kind).toBeNull();
  }
  expect(findObject({ width: 40, height: 30, data: new Uint8Array(3600).fill(90) })).toBeNull();
});

test('an unknown defect is refused', () => {
  expect(() => paintDefect(disc().image, null, new Random(1), { defect: 'curse' })).toThrow(
    /Known: .*scratch/,
  );
});
