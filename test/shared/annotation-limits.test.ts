import { describe, expect, it } from 'vitest';
import { drawnPolygonsSchema } from '../../src-shared/annotation.ts';
import { ANNOTATION_LIMITS, checkAnnotation } from '../../src-shared/annotation-limits.ts';
import type { Polygon } from '../../src-shared/geometry.ts';

/** A ring of so many points that goes up and down by `rise` pixels with each. */
const zigzag = (points: number, rise: number): Polygon => [
  Array.from({ length: points }, (_, i) => [i, i % 2 === 0 ? 0 : rise] as const),
];

describe('the limits of an annotation', () => {
  it('let through what is drawn by hand, and just as many points as they say', () => {
    checkAnnotation([zigzag(4, 10_000)]);
    checkAnnotation([zigzag(ANNOTATION_LIMITS.points / 2, 1), zigzag(ANNOTATION_LIMITS.points / 2, 1)]);
  });

  it('count the points of all rings together', () => {
    const half = ANNOTATION_LIMITS.points / 2;
    expect(() => checkAnnotation([zigzag(half, 1), [...zigzag(half, 1), [[0, 0] as const]]])).toThrow(
      /50001 points; 50000 are the limit/,
    );
  });

  it('count how far the outlines go up and down, the way back to the first point included', () => {
    // 10,000 points, 101 pixels between two of them: 1,010,000 pixels.
    const details = { case: 'annotation-too-long', pixels: 1_010_000, limit: 1_000_000 };
    expect(() => checkAnnotation([zigzag(10_000, 101)])).toThrow(expect.objectContaining({ details }));
    checkAnnotation([zigzag(10_000, 100)]);
  });

  it('are in the contract, with the same words', () => {
    const [issue] = drawnPolygonsSchema.safeParse([zigzag(50_002, 1)]).error!.issues;
    expect(issue!.message).toContain('50002 points; 50000 are the limit');
    expect(drawnPolygonsSchema.safeParse([zigzag(100, 1)]).success).toBe(true);
  });
});
