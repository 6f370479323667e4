import { expect, test } from 'vitest';
import { textShape, textWidth } from '../../../src-main/training/synthetic/glyphs.ts';
import {
  arc,
  around,
  box,
  capsule,
  circle,
  outline,
  polygon,
  rotate,
  subtract,
  union,
} from '../../../src-main/training/synthetic/shape.ts';

test('distances of simple shapes, worked by hand', () => {
  expect(circle(2, 1, 0)(4, 4)).toBeCloseTo(3);
  expect(box(2, 1)(5, 5)).toBeCloseTo(5);
  expect(box(2, 1)(0, 0)).toBeCloseTo(-1);
  expect(box(2, 1, 0.5)(2, 1)).toBeCloseTo(Math.SQRT2 * 0.5 - 0.5);
  expect(capsule(-1, 0, 1, 0, 0.5)(2, 0)).toBeCloseTo(0.5);
  expect(arc(1, 0.5, 0.1)(0, 0)).toBeCloseTo(0.9);
  expect(polygon(4, 1)(3, 0)).toBeCloseTo(2);
});

test('an outline of points has the distances of the same box', () => {
  const shape = outline([-2, -1, 2, -1, 2, 1, -2, 1]);
  const same = box(2, 1);
  for (const [x, y] of [
    [0, 0],
    [1.9, 0.3],
    [3, 0],
    [-4, 2],
    [2, 1.5],
    [0.2, -5],
  ] as const) {
    expect(shape(x, y)).toBeCloseTo(same(x, y));
  }
});

test('union, difference, turning and repeating', () => {
  const ring = subtract(circle(2), circle(1));
  expect(ring(0, 0)).toBeCloseTo(1);
  expect(ring(1.5, 0)).toBeCloseTo(-0.5);
  expect(union(circle(1), circle(1, 5, 0))(5, 0)).toBeCloseTo(-1);
  expect(rotate(box(2, 1), Math.PI / 2)(0, 1.5)).toBeCloseTo(-0.5);
  const four = around(circle(0.5, 2, 0), 4);
  for (const [x, y] of [
    [2, 0],
    [0, 2],
    [-2, 0],
    [0, -2],
  ] as const)
    expect(four(x, y)).toBeCloseTo(-0.5);
});

test('a letter covers its strokes and nothing else', () => {
  // "I" is one vertical stroke in the middle of a cell of width 4/6.
  const shape = textShape('I', 6, 0.05);
  expect(textWidth('I')).toBeCloseTo(4 / 6);
  expect(shape(0, 0)).toBeLessThan(0);
  expect(shape(0, 2.9)).toBeLessThan(0);
  expect(shape(1, 0)).toBeCloseTo(1 - 0.3, 5);
});
