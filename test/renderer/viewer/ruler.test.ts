import { describe, expect, it } from 'vitest';
import { rulerLength, scaleFrom, snapped } from '../../../src-renderer/viewer/ruler.ts';

const image = { width: 400, height: 300 };
const from = { x: 100, y: 100 };

it('measures between two points', () => {
  expect(rulerLength({ from: { x: 1, y: 2 }, to: { x: 4, y: 6 } })).toBe(5);
});

describe('snapping', () => {
  it.each([
    ['to the right', [180, 110], [180, 100]],
    ['down', [93, 190], [100, 190]],
    ['to the left', [20, 95], [20, 100]],
    ['up', [104, 10], [100, 10]],
    ['down to the right', [150, 170], [160, 160]],
    ['down to the left', [50, 170], [40, 160]],
    ['up to the left', [50, 30], [40, 40]],
    ['up to the right', [170, 50], [160, 40]],
  ] as const)('goes %s, as far as the pointer is along it', (_, [x, y], [toX, toY]) => {
    const to = snapped(from, { x, y }, image);
    expect(to.x).toBeCloseTo(toX, 9);
    expect(to.y).toBeCloseTo(toY, 9);
  });

  it('leaves no direction but the eight', () => {
    for (let degree = 0; degree < 360; degree++) {
      const turn = (degree / 180) * Math.PI;
      const to = snapped(from, { x: 100 + 50 * Math.cos(turn), y: 100 + 50 * Math.sin(turn) }, image);
      const eighths = (Math.atan2(to.y - 100, to.x - 100) / Math.PI) * 4;
      expect(Math.abs(eighths - Math.round(eighths))).toBeLessThan(1e-9);
      // Never farther from the pointer than half of the angle between two directions.
      const apart = Math.hypot(to.x - 100 - 50 * Math.cos(turn), to.y - 100 - 50 * Math.sin(turn));
      expect(apart).toBeLessThanOrEqual(50 * Math.sin(Math.PI / 8) + 1e-9);
    }
  });

  it('keeps its direction at the edge of the image', () => {
    expect(snapped({ x: 100, y: 40 }, { x: 20, y: 0 }, image)).toEqual({ x: 60, y: 0 });
    expect(snapped({ x: 350, y: 100 }, { x: 400, y: 180 }, image)).toEqual({ x: 400, y: 150 });
  });

  it('has no length at its own beginning', () => {
    expect(snapped(from, from, image)).toEqual(from);
  });
});

describe('the scale of a known length', () => {
  it('is millimetres by pixels, on an image of this size', () => {
    const ruler = { from: { x: 0, y: 0 }, to: { x: 30, y: 40 } };
    expect(scaleFrom(ruler, 12.5, image)).toEqual({
      ...{ millimetresPerPixel: 0.25, source: 'drawn' },
      ...{ imageWidth: 400, imageHeight: 300 },
    });
  });

  it('is none of nothing', () => {
    expect(scaleFrom({ from, to: from }, 3, image)).toBeNull();
    const line = { from, to: { x: 101, y: 100 } };
    expect([0, -1, Number.NaN, 1001].map((length) => scaleFrom(line, length, image))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
