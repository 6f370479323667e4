import { describe, expect, it } from 'vitest';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';
import { TileBlend } from '../../src-main/pipeline/tile-blend.ts';
import { planTiles, type TilePlan, tileArea, tileCount } from '../../src-main/pipeline/tile-plan.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import { Random } from '../../src-shared/random.ts';
import { sampleBilinear } from './naive-bilinear.ts';

const ENCODER = { inputSize: 1024, grid: 64 };

/** A map on the cells of a part of an image, of a function of the place in the image. */
function mapOf(area: Box, frame: Frame, value: (x: number, y: number) => number): ScoreMap {
  const width = Math.ceil(frame.width / 4);
  const height = Math.ceil(frame.height / 4);
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const x = area.x + (((i % width) + 0.5) * 4 * area.width) / frame.width;
    const y = area.y + ((Math.floor(i / width) + 0.5) * 4 * area.height) / frame.height;
    return value(x, y);
  });
  return { width, height, data };
}

function partsOf(plan: TilePlan) {
  return Array.from({ length: tileCount(plan) }, (_, index) => {
    const area = tileArea(plan, index);
    return { index, area, frame: frameFor(area.width, area.height) };
  });
}

function joined(
  plan: TilePlan,
  tile: (x: number, y: number, index: number) => number,
  whole: (x: number, y: number) => number = () => 0,
): ScoreMap {
  const blend = new TileBlend(plan);
  for (const { index, area, frame } of partsOf(plan)) {
    blend.add(
      index,
      mapOf(area, frame, (x, y) => tile(x, y, index)),
      frame,
    );
  }
  const { imageWidth: width, imageHeight: height } = plan.frame;
  const frame = frameFor(width, height);
  return blend.result(mapOf({ x: 0, y: 0, width, height }, frame, whole), frame);
}

function place(i: number, { frame }: TilePlan) {
  return {
    x: (((i % frame.width) + 0.5) * frame.imageWidth) / frame.width,
    y: ((Math.floor(i / frame.width) + 0.5) * frame.imageHeight) / frame.height,
  };
}

describe('maps of tiles, joined', () => {
  it('have no seams: a slope stays a slope', () => {
    for (const [width, height, scale, overlap] of [
      [3000, 1700, 0.8, 0.25],
      [2500, 2500, 1, 0.05],
      [6000, 60, 1, 0.3],
    ] as const) {
      const plan = planTiles({ width, height }, { mode: 'scale', scale, overlap }, ENCODER)!;
      const slope = (x: number, y: number) => 0.1 + (0.5 * x) / width + (0.3 * y) / height;
      const { data } = joined(plan, slope);
      // Half a tile's cell from the image's own border the map is only repeated.
      const half = 2 / plan.scale;
      let worst = 0;
      for (let i = 0; i < data.length; i++) {
        const { x, y } = place(i, plan);
        if (Math.min(x, y, width - x, height - y) < half) continue;
        worst = Math.max(worst, Math.abs(data[i]! - slope(x, y)));
      }
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it('are the mean weighted by how far from the border a place lies, cell by cell', () => {
    const plan = planTiles(
      { width: 1900, height: 1300 },
      { mode: 'scale', scale: 1, overlap: 0.3 },
      ENCODER,
    )!;
    const random = new Random('tile-blend');
    const parts = partsOf(plan).map((part) => ({
      ...part,
      map: mapOf(part.area, part.frame, () => random.next()),
    }));
    const blend = new TileBlend(plan);
    for (const { index, map, frame } of parts) blend.add(index, map, frame);
    const whole = frameFor(1900, 1300);
    const { data, width } = blend.result(
      { width: 256, height: 176, data: new Float32Array(256 * 176) },
      whole,
    );
    for (let round = 0; round < 3000; round++) {
      const i = random.int(0, data.length - 1);
      const { x, y } = place(i, plan);
      let [sum, total] = [0, 0];
      for (const { area, map } of parts) {
        if (x < area.x || y < area.y || x >= area.x + area.width || y >= area.y + area.height) continue;
        const value = sampleBilinear(
          map.data,
          map.width,
          map.height,
          (x - area.x) / 4 - 0.5,
          (y - area.y) / 4 - 0.5,
        );
        const along = (at: number, from: number, length: number, end: number, overlap: number) =>
          Math.min(
            1,
            from > 0 ? (at - from - 2) / (overlap - 2) : 1,
            from + length < end ? (from + length - at - 2) / (overlap - 2) : 1,
          );
        const across = Math.max(1e-6, along(x, area.x, area.width, 1900, plan.columns.overlap));
        const down = Math.max(1e-6, along(y, area.y, area.height, 1300, plan.rows.overlap));
        sum += across * down * value;
        total += across * down;
      }
      expect(Math.abs(data[i]! - sum / total), `cell ${i % width}, ${Math.floor(i / width)}`).toBeLessThan(
        1e-4,
      );
    }
  });

  it('keep what only the whole image shows, and what only a tile shows', () => {
    const plan = planTiles(
      { width: 4000, height: 3000 },
      { mode: 'scale', scale: 1, overlap: 0.2 },
      ENCODER,
    )!;
    const near = (x: number, y: number, radius: number, a: number, b: number) =>
      Math.hypot(a - x, b - y) < radius;
    const { data } = joined(
      plan,
      (x, y) => (near(700, 700, 30, x, y) ? 0.8 : 0.1),
      (x, y) => (near(2500, 1800, 900, x, y) ? 0.7 : 0.05),
    );
    const at = (x: number, y: number) =>
      data[
        Math.floor((y * plan.frame.height) / 3000) * plan.frame.width +
          Math.floor((x * plan.frame.width) / 4000)
      ];
    expect(at(700, 700)).toBeCloseTo(0.8, 5);
    expect(at(2500, 1800)).toBeCloseTo(0.7, 5);
    expect(at(200, 2500)).toBeCloseTo(0.1, 5);
  });

  it('lose no peak where a cell of theirs covers many of a tile', () => {
    const recipe = { mode: 'smallest-defect', pixels: 16, tokens: 4, overlap: 0.2 } as const;
    const plan = planTiles({ width: 12_000, height: 60 }, recipe, ENCODER)!;
    expect(12_000 / plan.frame.width).toBeGreaterThan(2);
    const { data } = joined(plan, (x, y) =>
      Math.abs(x - 5003.5) < 0.6 && Math.abs(y - 30.5) < 0.6 ? 0.9 : 0.1,
    );
    expect(Math.max(...data)).toBeGreaterThan(0.6);
  });
});
