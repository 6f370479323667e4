import { describe, expect, it } from 'vitest';
import { clearOutside, clipLevels } from '../../src-main/pipeline/area-mask.ts';
import { frameGrid } from '../../src-main/pipeline/frame.ts';
import { fuseMasks } from '../../src-main/pipeline/mask-fusion.ts';
import type { RegionMasks } from '../../src-main/pipeline/mask-levels.ts';
import { regionPrompts } from '../../src-main/pipeline/region-prompts.ts';
import { findRegions } from '../../src-main/pipeline/regions.ts';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import { sampleBilinear } from './naive-bilinear.ts';
import { polygonArea } from './polygon-area.ts';

const THETA = 0.4;

interface Blob {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Gaussian bumps of height `peak` on a floor of 0.1, centres and radii in cells. */
function bumps(frame: Frame, blobs: readonly Blob[], peak = 0.8): ScoreMap {
  const grid = frameGrid(frame, 256);
  const data = Float32Array.from({ length: grid.width * grid.height }, (_, i) => {
    const [x, y] = [i % grid.width, Math.floor(i / grid.width)];
    const height = (blob: Blob) => Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2);
    return Math.max(0.1, ...blobs.map((blob) => peak * height(blob)));
  });
  return { ...grid, data };
}

/** Logits that are positive in a wavy disc, padding included. */
function discLogits({ x, y, radius }: Blob): Float32Array {
  return Float32Array.from({ length: 256 * 256 }, (_, i) => {
    const [column, row] = [i % 256, i >> 8];
    return radius - Math.hypot(column - x, row - y) + Math.sin(column * 0.9) * Math.cos(row * 1.3);
  });
}

function masksFor(coarse: ScoreMap, frame: Frame, growth = [0.6, 1, 1.7]) {
  return findRegions(coarse, { theta: THETA, minCells: 1, maxRegions: 8 }).map(
    (region): RegionMasks => ({
      region,
      prompts: regionPrompts(region, coarse, frame, 3),
      levels: growth.map((factor, k) => ({
        logits: discLogits({ ...region.peak, radius: factor * 8 }),
        quality: [0.95, 1.02, 0.6][k]!,
      })),
    }),
  );
}

/** MMR step 5 over the whole frame and the whole image, pixel by pixel. */
function naiveFusion(coarse: ScoreMap, frame: Frame, regions: readonly RegionMasks[], lambda: number) {
  const { width, height, imageWidth, imageHeight } = frame;
  const size = width * height;
  const grid = frameGrid(frame, 256);
  const up = (data: Float32Array, w: number, h: number, i: number) =>
    sampleBilinear(data, w, h, ((i % width) + 0.5) / 4 - 0.5, (Math.floor(i / width) + 0.5) / 4 - 0.5);
  const o = Array.from({ length: size }, (_, i) => up(coarse.data, grid.width, grid.height, i));
  const levelMasks = regions.map(({ levels }) =>
    levels.map(({ logits }) => o.map((_, i) => up(logits, 256, 256, i) > 0)),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const supports = regions.map(({ region, levels }) =>
    levels.map(({ logits }) => {
      const inside = [...coarse.data].filter(
        (_, i) => logits[Math.floor(i / grid.width) * 256 + (i % grid.width)]! > 0,
      );
      return Math.min(1, mean(inside) / mean([...region.cells].map((cell) => coarse.data[cell]!)));
    }),
  );
  const r = regions.map(({ levels }, k) =>
    o.map((_, i) =>
      levels.reduce(
        (sum, { quality }, l) =>
          sum + (levelMasks[k]![l]![i] ? (Math.min(quality, 1) * supports[k]![l]!) / levels.length : 0),
        0,
      ),
    ),
  );
  const final = o.map((value, i) =>
    Math.max(Math.min(value, THETA), (value + lambda * Math.max(...r.map((rk) => rk[i]!))) / (1 + lambda)),
  );
  const regionImages = regions.map(({ region }, k) => {
    const cells = new Set(region.cells);
    const scores = o.map((value, i) => {
      const cell = Math.floor(Math.floor(i / width) / 4) * grid.width + Math.floor((i % width) / 4);
      return r[k]![i]! > 0 || cells.has(cell) ? (value + lambda * r[k]![i]!) / (1 + lambda) : 0;
    });
    const mask = Array.from({ length: imageWidth * imageHeight }, (_, i) => {
      const x = (((i % imageWidth) + 0.5) * width) / imageWidth - 0.5;
      const y = ((Math.floor(i / imageWidth) + 0.5) * height) / imageHeight - 0.5;
      return sampleBilinear(scores, width, height, x, y) > THETA;
    });
    const inside = scores.filter((score) => score > THETA);
    return { mask, peak: Math.max(...inside), mean: inside.reduce((a, b) => a + b, 0) / inside.length };
  });
  return { final, levelMasks, regionImages };
}

const count = (mask: readonly boolean[]) => mask.filter(Boolean).length;

describe('fuseMasks', () => {
  it.each([
    ['a wide image smaller than the frame', 300, 90, 1, [0.6, 1, 1.7]],
    ['a tall image larger than the frame', 330, 1400, 1, [0.6, 1, 1.7]],
    ['masks that weigh double', 256, 128, 2, [0.6, 1, 1.7]],
    ['masks that weigh nothing', 256, 128, 0, [0.6, 1, 1.7]],
    ['masks smaller than the coarse regions', 300, 90, 0.2, [0.2, 0.3, 0.4]],
  ])('equals a pixel-by-pixel computation: %s', (_, imageWidth, imageHeight, lambda, growth) => {
    const frame = frameFor(imageWidth, imageHeight);
    const grid = frameGrid(frame, 256);
    // Two neighbours whose masks overlap, and one at the image's far corner, whose masks reach into the padding.
    const coarse = bumps(frame, [
      { x: 20, y: 20, radius: 6 },
      { x: 36, y: 24, radius: 5 },
      { x: grid.width - 2, y: grid.height - 2, radius: 4 },
    ]);
    const regions = masksFor(coarse, frame, growth);
    expect(regions).toHaveLength(3);
    const naive = naiveFusion(coarse, frame, regions, lambda);
    const result = fuseMasks({ coarse, frame, regions, theta: THETA, lambda });

    expect([result.finalMap.width, result.finalMap.height]).toEqual([frame.width, frame.height]);
    const worst = naive.final.reduce((max, v, i) => Math.max(max, Math.abs(v - result.finalMap.data[i]!)), 0);
    expect(worst).toBeLessThan(1e-5);
    expect(result.score).toBe(result.finalMap.data.reduce((a, b) => Math.max(a, b)));

    const union = naive.regionImages[0]!.mask.map((__, i) => naive.regionImages.some(({ mask }) => mask[i]));
    const differing = union.filter((on, i) => on !== (result.mask[i] === 255));
    expect(differing.length).toBeLessThanOrEqual(union.length / 50_000);
    expect(result.mask.every((value) => value === 0 || value === 255)).toBe(true);

    const perFrame = (imageWidth * imageHeight) / (frame.width * frame.height);
    const order = naive.regionImages.map((region, k) => ({ ...region, k })).sort((a, b) => b.peak - a.peak);
    expect(result.regions.map(({ index }) => index)).toEqual([1, 2, 3]);
    for (const region of result.regions) {
      const k = regions.findIndex(({ prompts }) => prompts === region.prompts);
      const expected = naive.regionImages[k]!;
      expect(region.peak).toBeCloseTo(expected.peak, 5);
      expect(region.peak).toBeCloseTo(order[region.index - 1]!.peak, 5);
      expect(region.mean).toBeCloseTo(expected.mean, 4);
      expect(Math.abs(region.area - count(expected.mask))).toBeLessThanOrEqual(2);
      for (const [l, level] of region.levels.entries()) {
        const area = count(naive.levelMasks[k]![l]!) * perFrame;
        expect(level.level).toBe(l + 1);
        expect(level.quality).toBe([0.95, 1, 0.6][l]);
        expect(Math.abs(level.area - area)).toBeLessThanOrEqual(1);
        expect(Math.abs(polygonArea(level.polygons) - area)).toBeLessThan(0.04 * area + 3);
      }
    }
  });

  it('outlines what it masks: box, area and polygons agree with the mask', () => {
    const frame = frameFor(640, 480);
    const coarse = bumps(frame, [{ x: 100, y: 80, radius: 14 }]);
    const { mask, regions } = fuseMasks({
      coarse,
      frame,
      regions: masksFor(coarse, frame, [1, 1.6, 2]),
      theta: THETA,
      lambda: 1,
    });
    const [region] = regions;
    const pixels = [...mask.keys()].filter((i) => mask[i]);
    const xs = pixels.map((i) => i % 640);
    const ys = pixels.map((i) => Math.floor(i / 640));
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    expect(region!.area).toBe(pixels.length);
    expect(region!.box).toEqual({
      x: left,
      y: top,
      width: Math.max(...xs) - left + 1,
      height: Math.max(...ys) - top + 1,
    });
    expect(Math.abs(polygonArea(region!.polygons) - region!.area)).toBeLessThan(0.02 * region!.area);
  });

  it('finds nothing outside of the cells that are looked at, at the resolution of the frame', () => {
    const frame = frameFor(900, 700);
    const grid = frameGrid(frame, 256);
    // The edge cuts the bump in halves.
    const cells = Uint8Array.from({ length: grid.width * grid.height }, (_, i) =>
      i % grid.width < 100 ? 1 : 0,
    );
    const whole = bumps(frame, [{ x: 100, y: 80, radius: 14 }]);
    const coarse = clearOutside(whole, cells);
    const regions = masksFor(coarse, frame).map((region) => ({
      ...region,
      levels: clipLevels(region.levels, cells, frame),
    }));
    const input = { coarse, frame, regions, theta: THETA, lambda: 1 };
    const { finalMap, mask, regions: found } = fuseMasks({ ...input, cells });
    expect(found).toHaveLength(1);
    expect(finalMap.data.findIndex((value, i) => value > 0 && i % finalMap.width >= 400)).toBe(-1);
    // A pixel of the image whose centre is nearest to a frame pixel inside is the last that can be reached.
    const last = Math.ceil((400.5 * 900) / frame.width);
    expect(mask.findIndex((value, i) => value > 0 && i % 900 > last)).toBe(-1);
    expect(found[0]!.box.x + found[0]!.box.width).toBeLessThanOrEqual(last + 1);
    // Well inside it is as without.
    const open = fuseMasks(input);
    const same = finalMap.data.findIndex(
      (value, i) => i % finalMap.width < 396 && value !== open.finalMap.data[i],
    );
    expect(same).toBe(-1);
  });

  it('leaves a good part alone: no region, final = coarse, empty mask', () => {
    const frame = frameFor(200, 100);
    const coarse = bumps(frame, [{ x: 60, y: 30, radius: 9 }], 0.35);
    const { finalMap, mask, regions, score } = fuseMasks({
      coarse,
      frame,
      regions: masksFor(coarse, frame),
      theta: THETA,
      lambda: 1,
    });
    expect(regions).toEqual([]);
    expect(mask.some(Boolean)).toBe(false);
    const at = (x: number, y: number) =>
      sampleBilinear(coarse.data, coarse.width, coarse.height, (x + 0.5) / 4 - 0.5, (y + 0.5) / 4 - 0.5);
    for (const [x, y] of [
      [0, 0],
      [241, 122],
      [1023, 511],
    ] as const) {
      expect(finalMap.data[y * 1024 + x]).toBeCloseTo(at(x, y), 6);
    }
    // The summit is a cell centre, which lies between four frame pixels.
    expect(score).toBeCloseTo(at(241, 121), 6);
  });

  it('drops a region that SAM does not confirm', () => {
    const frame = frameFor(200, 100);
    const coarse = bumps(frame, [{ x: 60, y: 30, radius: 9 }], 0.6);
    const [masks] = masksFor(coarse, frame);
    const nothing = { logits: new Float32Array(256 * 256).fill(-3), quality: 0.9 };
    const result = fuseMasks({
      coarse,
      frame,
      regions: [{ ...masks!, levels: [nothing, nothing, nothing] }],
      theta: THETA,
      lambda: 1,
    });
    expect(result.regions).toEqual([]);
    expect(result.mask.some(Boolean)).toBe(false);
    expect(result.score).toBeCloseTo(THETA, 5);
  });

  it('takes logits of a part of the cells as it takes those of all', () => {
    const frame = frameFor(1500, 900);
    const coarse = bumps(frame, [{ x: 140, y: 70, radius: 12 }]);
    const whole = masksFor(coarse, frame);
    const cells = { left: 100, top: 40, right: 190, bottom: 110 };
    const width = cells.right - cells.left;
    const cut = whole.map((masks) => ({
      ...masks,
      levels: masks.levels.map(({ logits, quality }) => ({
        logits: Float32Array.from(
          { length: width * (cells.bottom - cells.top) },
          (_, i) => logits[(cells.top + Math.floor(i / width)) * 256 + cells.left + (i % width)]!,
        ),
        quality,
        cells,
      })),
    }));
    const fuse = (regions: readonly RegionMasks[]) =>
      fuseMasks({ coarse, frame, regions, theta: THETA, lambda: 1 });
    expect(fuse(whole).regions[0]!.levels.every(({ area }) => area > 0)).toBe(true);
    expect(fuse(cut)).toEqual(fuse(whole));
  });

  it('stays inside its reach at θ = 0', () => {
    const frame = frameFor(256, 256);
    const coarse = { width: 256, height: 256, data: new Float32Array(256 * 256) };
    coarse.data.fill(0.5, 128 * 256 + 100, 128 * 256 + 110);
    const regions = findRegions(coarse, { theta: 0, minCells: 1, maxRegions: 1 }).map((region) => ({
      region,
      prompts: regionPrompts(region, coarse, frame, 1),
      levels: [{ logits: discLogits({ x: 105, y: 128, radius: 10 }), quality: 0.9 }],
    }));
    const { mask, regions: found } = fuseMasks({ coarse, frame, regions, theta: 0, lambda: 1 });
    expect(found).toHaveLength(1);
    expect(mask[0]).toBe(0);
    expect(found[0]!.area).toBeLessThan(Math.PI * 14 ** 2);
    expect(Math.abs(polygonArea(found[0]!.polygons) - found[0]!.area)).toBeLessThan(0.08 * found[0]!.area);
  });
});
