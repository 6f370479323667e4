import { describe, expect, it } from 'vitest';
import { findRegions } from '../../src-main/pipeline/regions.ts';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';
import { joinViewMasks, type ViewMasks } from '../../src-main/pipeline/tile-masks.ts';
import { planTiles, type TilePlan, tileArea, tileCount } from '../../src-main/pipeline/tile-plan.ts';
import { joinPrompts, promptsWithin, regionViews, viewArea } from '../../src-main/pipeline/tile-regions.ts';
import type { Box } from '../../src-shared/geometry.ts';

const plan = planTiles(
  { width: 4000, height: 3000 },
  { mode: 'scale', scale: 1, overlap: 0.25 },
  { inputSize: 1024, grid: 64 },
)!;

/** A joined map that is 0.9 in a box of the image, in image pixels. */
function mapWith({ x, y, width, height }: Box, { frame }: TilePlan): ScoreMap {
  const data = new Float32Array(frame.width * frame.height);
  for (let row = 0; row < frame.height; row++) {
    for (let column = 0; column < frame.width; column++) {
      const px = ((column + 0.5) * frame.imageWidth) / frame.width;
      const py = ((row + 0.5) * frame.imageHeight) / frame.height;
      if (px >= x && px < x + width && py >= y && py < y + height) data[row * frame.width + column] = 0.9;
    }
  }
  return { width: frame.width, height: frame.height, data };
}

function viewsOf(box: Box, count = 4) {
  const coarse = mapWith(box, plan);
  const [region] = findRegions(coarse, { theta: 0.5, minCells: 1, maxRegions: 1 });
  return { coarse, region: region!, views: regionViews(region!, coarse, plan, count) };
}

describe('where SAM is asked about a region of a tiled image', () => {
  it('is the tile in which it lies farthest from the borders', () => {
    // In reach of four tiles; deepest in one.
    const box = { x: 900, y: 850, width: 40, height: 30 };
    const { views } = viewsOf(box);
    expect(views).toHaveLength(1);
    const clearance = (index: number) => {
      const area = tileArea(plan, index);
      const sides = [
        area.x === 0 ? Number.POSITIVE_INFINITY : box.x - area.x,
        area.y === 0 ? Number.POSITIVE_INFINITY : box.y - area.y,
        area.x + area.width === 4000 ? Number.POSITIVE_INFINITY : area.x + area.width - box.x - box.width,
        area.y + area.height === 3000 ? Number.POSITIVE_INFINITY : area.y + area.height - box.y - box.height,
      ];
      return Math.min(...sides);
    };
    const all = Array.from({ length: tileCount(plan) }, (_, i) => clearance(i));
    expect(clearance(views[0]!.tile!)).toBe(Math.max(...all));
    expect(views[0]!.prompts.points).toHaveLength(4);
  });

  it('is every tile that it crosses when none holds all of it, with prompts inside that tile', () => {
    const { region, views } = viewsOf({ x: 300, y: 1500, width: 2400, height: 60 });
    expect(views.length).toBeGreaterThan(2);
    expect(views.reduce((sum, { cells }) => sum + cells, 0)).toBe(region.cells.length);
    for (const { tile, prompts } of views) {
      const area = tileArea(plan, tile!);
      for (const { x, y } of prompts.points) {
        expect(x).toBeGreaterThanOrEqual(area.x);
        expect(x).toBeLessThanOrEqual(area.x + area.width);
        expect(y).toBeGreaterThanOrEqual(1495);
        expect(y).toBeLessThanOrEqual(1565);
      }
      const inside = promptsWithin(prompts, area);
      expect(inside.box!.x).toBeGreaterThanOrEqual(0);
      expect(inside.box!.x + inside.box!.width).toBeLessThanOrEqual(area.width);
    }
    const { box } = joinPrompts(views);
    expect(Math.abs(box.x - 300)).toBeLessThan(3);
    expect(Math.abs(box.x + box.width - 2700)).toBeLessThan(3);
  });

  it('is one tile alone as long as it holds all of the region', () => {
    const { starts, length } = plan.columns;
    const [left, right] = [starts[1]!, starts[1]! + length];
    const perX = plan.frame.imageWidth / plan.frame.width;
    const inside = viewsOf({ x: left + 2 * perX, y: 1500, width: length - 4 * perX, height: 40 });
    expect(inside.views).toHaveLength(1);
    const beyond = viewsOf({ x: left + 2 * perX, y: 1500, width: right - left + perX, height: 40 });
    expect(beyond.views.length).toBeGreaterThan(1);
  });

  it('never has more points than a stored region can', () => {
    const { views } = viewsOf({ x: 100, y: 100, width: 2600, height: 2400 }, 16);
    expect(views.length).toBeGreaterThan(4);
    expect(joinPrompts(views).points.length).toBeLessThanOrEqual(64);
  });

  it('is the whole image for what would be in too many tiles', () => {
    const { views } = viewsOf({ x: 0, y: 0, width: 4000, height: 3000 });
    expect(views.map(({ tile }) => tile)).toEqual([undefined]);
    expect(viewArea(views[0]!, plan, 1024).area).toEqual({ x: 0, y: 0, width: 4000, height: 3000 });
  });
});

describe('masks of tiles, joined', () => {
  /** SAM's answer of a view that outlines a box of the image. */
  function answer(view: ReturnType<typeof viewsOf>['views'][number], box: Box): ViewMasks {
    const { area, frame } = viewArea(view, plan, 1024);
    const logits = Float32Array.from({ length: 256 * 256 }, (_, i) => {
      const x = area.x + (((i % 256) + 0.5) * 4 * area.width) / frame.width;
      const y = area.y + ((Math.floor(i / 256) + 0.5) * 4 * area.height) / frame.height;
      return Math.min(x - box.x, box.x + box.width - x, y - box.y, box.y + box.height - y);
    });
    return { view, area, frame, levels: [1, 2, 3].map(() => ({ logits, quality: 0.9 })) };
  }

  it('outline a region across tiles as one, at its place', () => {
    const box = { x: 300, y: 1500, width: 2400, height: 60 };
    const { views } = viewsOf(box);
    const [level] = joinViewMasks(
      views.map((view) => answer(view, box)),
      plan,
    );
    const { cells, logits, quality } = level!;
    expect(quality).toBeCloseTo(0.9, 6);
    const width = cells!.right - cells!.left;
    const { frame } = plan;
    let wrong = 0;
    for (let i = 0; i < logits.length; i++) {
      const x = ((cells!.left + (i % width) + 0.5) * frame.imageWidth) / frame.width;
      const y = ((cells!.top + Math.floor(i / width) + 0.5) * frame.imageHeight) / frame.height;
      const inside = Math.min(x - box.x, box.x + box.width - x, y - box.y, box.y + box.height - y);
      if (Math.abs(inside) > 2.5 && logits[i]! > 0 !== inside > 0) wrong++;
    }
    expect(wrong).toBe(0);
    expect(logits.some((value) => value > 0)).toBe(true);
  });

  it('are nothing where SAM found nothing', () => {
    const { views } = viewsOf({ x: 900, y: 850, width: 40, height: 30 });
    const empty = answer(views[0]!, { x: 0, y: 0, width: -1, height: -1 });
    expect(joinViewMasks([empty], plan)[0]!.logits.every((value) => value < 0)).toBe(true);
  });

  it('end at the border of the only tile that was asked', () => {
    const { views } = viewsOf({ x: 900, y: 850, width: 40, height: 30 });
    const everything = answer(views[0]!, { x: -1e4, y: -1e4, width: 3e4, height: 3e4 });
    const { cells } = joinViewMasks([everything], plan)[0]!;
    const perX = plan.frame.imageWidth / plan.frame.width;
    expect(cells!.left * perX).toBeGreaterThan(everything.area.x - 3 * perX);
    expect(cells!.right * perX).toBeLessThan(everything.area.x + everything.area.width + 3 * perX);
  });
});
