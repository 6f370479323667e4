import { describe, expect, it } from 'vitest';
import {
  actualSizeAt,
  centredOn,
  fitScale,
  panBy,
  pinched,
  revealed,
  scaleLimits,
  toImage,
  toScreen,
  type View,
  type ViewerStage,
  viewportOf,
  visibleBox,
  zoomAt,
} from '../../../src-renderer/viewer/viewport.ts';

// 1000 × 500 image pixels on 524 × 424 CSS pixels, less a margin of 12 all round: 500 × 400, so half size fits.
const stage: ViewerStage = {
  image: { width: 1000, height: 500 },
  screen: { width: 524, height: 424 },
  ratio: 2,
};
const FIT: View = { kind: 'fit' };

describe('fitting', () => {
  it('shows the whole image in the middle', () => {
    expect(fitScale(stage)).toBe(0.5);
    expect(viewportOf(FIT, stage)).toEqual({ scale: 0.5, x: 12, y: 87 });
    expect(visibleBox(viewportOf(FIT, stage), stage)).toEqual({ x: 0, y: 0, width: 1000, height: 500 });
  });

  it('enlarges an image that is smaller than the screen, and lets it be zoomed out to 1:1', () => {
    const small = { ...stage, image: { width: 50, height: 40 } };
    expect(fitScale(small)).toBe(10);
    expect(scaleLimits(small)).toEqual([0.5, 24]);
  });
});

describe('zooming', () => {
  it('keeps the place under the pointer', () => {
    const at = { x: 262, y: 187 };
    const place = toImage(viewportOf(FIT, stage), at);
    expect(place).toEqual({ x: 500, y: 200 });
    const after = viewportOf(zoomAt(FIT, stage, at, 4), stage);
    expect(after.scale).toBeCloseTo(2);
    expect(toScreen(after, place).x).toBeCloseTo(at.x);
    expect(toScreen(after, place).y).toBeCloseTo(at.y);
  });

  it('stops at fit and at 48 device pixels a pixel', () => {
    expect(viewportOf(zoomAt(FIT, stage, { x: 0, y: 0 }, 0.1), stage).scale).toBe(0.5);
    expect(viewportOf(zoomAt(FIT, stage, { x: 262, y: 212 }, 1e6), stage).scale).toBeCloseTo(24);
  });

  it('shows image pixels as device pixels at 1:1, on any screen and for any image', () => {
    const view = actualSizeAt(FIT, stage, { x: 262, y: 212 });
    expect(viewportOf(view, stage).scale).toBe(0.5);
    expect(viewportOf(view, { ...stage, ratio: 1 }).scale).toBe(1);
    expect(viewportOf(view, { ...stage, ratio: 1, image: { width: 9000, height: 9000 } }).scale).toBe(1);
  });
});

describe('moving', () => {
  const close = zoomAt(FIT, stage, { x: 262, y: 212 }, 8);

  it('follows the hand', () => {
    const before = viewportOf(close, stage);
    const after = viewportOf(panBy(close, stage, 30, -20), stage);
    expect(after.x - before.x).toBeCloseTo(30);
    expect(after.y - before.y).toBeCloseTo(-20);
  });

  it('lets a corner in by a quarter of the screen, and answers at once on the way back', () => {
    const far = panBy(close, stage, 1e6, 1e6);
    const { x, y } = viewportOf(far, stage);
    expect(x).toBeCloseTo(524 / 4);
    expect(y).toBeCloseTo(424 / 4);
    expect(viewportOf(panBy(far, stage, -10, 0), stage).x).toBeCloseTo(524 / 4 - 10);
  });

  it('does not move what fits', () => {
    expect(viewportOf(panBy(FIT, stage, 50, 50), stage)).toEqual(viewportOf(FIT, stage));
  });

  it('brings a place to the middle', () => {
    const view = centredOn(close, stage, { x: 0.25, y: 0.75 });
    const middle = toImage(viewportOf(view, stage), { x: 262, y: 212 });
    expect(middle.x).toBeCloseTo(250);
    expect(middle.y).toBeCloseTo(375);
  });
});

it('means the same part of an image of another size', () => {
  const view = centredOn(zoomAt(FIT, stage, { x: 262, y: 212 }, 10), stage, { x: 0.4, y: 0.6 });
  const seen = visibleBox(viewportOf(view, stage), stage);
  const larger = { ...stage, image: { width: 3000, height: 1500 } };
  const then = visibleBox(viewportOf(view, larger), larger);
  expect(then.x / 3).toBeCloseTo(seen.x);
  expect(then.y / 3).toBeCloseTo(seen.y);
  expect(then.width / 3).toBeCloseTo(seen.width);
});

describe('a box that is looked for', () => {
  const close: View = { kind: 'free', factor: 8, centre: { x: 0.1, y: 0.1 } };

  it('is brought to the middle when nothing of it is in sight', () => {
    const view = revealed(close, stage, { x: 700, y: 300, width: 100, height: 60 });
    expect(viewportOf(view, stage).scale).toBe(viewportOf(close, stage).scale);
    const middle = toScreen(viewportOf(view, stage), { x: 750, y: 330 });
    expect(middle.x).toBeCloseTo(262);
    expect(middle.y).toBeCloseTo(212);
  });

  it('leaves the view as it is when some of it is in sight', () => {
    expect(revealed(close, stage, { x: 150, y: 60, width: 800, height: 400 })).toBe(close);
    expect(revealed(FIT, stage, { x: 0, y: 0, width: 1, height: 1 })).toBe(FIT);
  });
});

describe('two fingers', () => {
  const close: View = { kind: 'free', factor: 4, centre: { x: 0.5, y: 0.5 } };

  it('keep the places of the image that they touch, as long as they only move apart and along', () => {
    const before = [
      { x: 200, y: 200 },
      { x: 300, y: 200 },
    ] as const;
    const after = [
      { x: 180, y: 230 },
      { x: 330, y: 230 },
    ] as const;
    const view = pinched(close, stage, before, after);
    for (const [index, finger] of before.entries()) {
      const place = toImage(viewportOf(close, stage), finger);
      const now = toScreen(viewportOf(view, stage), place);
      expect(now.x).toBeCloseTo(after[index]!.x);
      expect(now.y).toBeCloseTo(after[index]!.y);
    }
    expect(viewportOf(view, stage).scale).toBeCloseTo(viewportOf(close, stage).scale * 1.5);
  });

  it('at one place do not zoom without end', () => {
    const at = { x: 200, y: 200 };
    const view = pinched(close, stage, [at, at], [at, { x: 210, y: 200 }]);
    expect(viewportOf(view, stage).scale).toBeLessThanOrEqual(scaleLimits(stage)[1]);
  });
});
