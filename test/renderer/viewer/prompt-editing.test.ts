import { expect, it } from 'vitest';
import {
  pointAt,
  withBox,
  withoutPoint,
  withPoint,
  withPointAt,
} from '../../../src-renderer/viewer/prompt-editing.ts';
import { samPromptsSchema } from '../../../src-shared/contract/review.ts';

const first = withPoint(null, { x: 10.123456, y: 20 }, 1);

it('begins with a point, to a hundredth of a pixel, as the contract asks for', () => {
  expect(first).toEqual({ box: null, points: [{ x: 10.12, y: 20, label: 1 }] });
  expect(samPromptsSchema.safeParse(first).success).toBe(true);
});

it('adds, moves and removes points and keeps their labels', () => {
  const two = withPoint(first, { x: 50, y: 60 }, 0);
  expect(two.points.map(({ label }) => label)).toEqual([1, 0]);
  expect(withPointAt(two, 1, { x: 70, y: 80 }).points[1]).toEqual({ x: 70, y: 80, label: 0 });
  expect(withoutPoint(two, 0)).toEqual({ box: null, points: [{ x: 50, y: 60, label: 0 }] });
  expect(withoutPoint(first, 0)).toBeNull();
});

it('finds the topmost point within reach', () => {
  const two = withPoint(first, { x: 12, y: 20 }, 0);
  expect(pointAt(two, { x: 11.5, y: 20 }, 3)).toBe(1);
  expect(pointAt(two, { x: 9, y: 20 }, 1.5)).toBe(0);
  expect(pointAt(two, { x: 30, y: 20 }, 3)).toBe(-1);
});

it('replaces the box, keeps the points, and takes no slip of the hand for a box', () => {
  const boxed = withBox(first, { x: 1, y: 2, width: 30, height: 40 })!;
  expect(boxed.box).toEqual({ x: 1, y: 2, width: 30, height: 40 });
  expect(boxed.points).toEqual(first.points);
  expect(withBox(boxed, { x: 1, y: 2, width: 0.5, height: 40 })).toBe(boxed);
  expect(withoutPoint(boxed, 0)).toEqual({ box: boxed.box, points: [] });
});

it('stops at as many points as SAM takes', () => {
  let prompts = first;
  for (let i = 0; i < 100; i++) prompts = withPoint(prompts, { x: i, y: i }, 1);
  expect(prompts.points).toHaveLength(64);
});
