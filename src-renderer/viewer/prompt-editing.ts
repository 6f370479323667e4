import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Box, Point } from '../../src-shared/geometry.ts';
import { hundredth } from './geometry.ts';

/** Most points that SAM is given. */
const MOST_POINTS = 64;
/** A box with a shorter side (image pixels) was drawn by accident. */
const SMALLEST_BOX = 1;

const EMPTY: SamPrompts = { box: null, points: [] };

/** With one more point; unchanged when there are as many as SAM takes. */
export function withPoint(prompts: SamPrompts | null, at: Point, label: 0 | 1): SamPrompts {
  const { box, points } = prompts ?? EMPTY;
  return { box, points: [...points, { ...rounded(at), label }].slice(0, MOST_POINTS) };
}

/** With a point elsewhere. */
export function withPointAt({ box, points }: SamPrompts, index: number, at: Point): SamPrompts {
  return {
    box,
    points: points.map((point, i) => (i === index ? { ...rounded(at), label: point.label } : point)),
  };
}

/** Without a point; null when nothing is left. */
export function withoutPoint({ box, points }: SamPrompts, index: number): SamPrompts | null {
  const rest = points.filter((_, i) => i !== index);
  return box === null && rest.length === 0 ? null : { box, points: rest };
}

/** With a box in the place of any before; unchanged when it is too small to be meant. */
export function withBox(prompts: SamPrompts | null, box: Box): SamPrompts | null {
  if (box.width < SMALLEST_BOX || box.height < SMALLEST_BOX) return prompts;
  const { x, y } = rounded(box);
  const size = { width: hundredth(box.width), height: hundredth(box.height) };
  return { box: { x, y, ...size }, points: (prompts ?? EMPTY).points };
}

/** The topmost point within `reach` image pixels; −1 when there is none. */
export function pointAt({ points }: SamPrompts, at: Point, reach: number): number {
  return points.findLastIndex(({ x, y }) => Math.hypot(x - at.x, y - at.y) <= reach);
}

function rounded({ x, y }: Point): Point {
  return { x: hundredth(x), y: hundredth(y) };
}
