import type { Box, Point } from '../../src-shared/geometry.ts';
import type { Size } from './viewport.ts';

/** CSS pixels between a card and what it tells about, and between it and the edges of the screen. */
const GAP = 14;
const EDGE = 10;

/**
 * Where a card stands beside a box: on the side where it covers least of the box and of what is `taken`, the right
 * one before the left one before those below and above, always whole on the screen. Of a box that is partly off the screen
 * the rest counts, of one that is wholly off it the nearest place at the edge.
 * @returns the card's top left corner; all in CSS pixels
 */
export function placeBeside(target: Box, card: Size, screen: Size, taken: readonly Box[] = []): Point {
  const seen = onScreen(target, screen);
  const [right, left] = [seen.x + seen.width, seen.x - card.width];
  const [below, above] = [seen.y + seen.height, seen.y - card.height];
  // Each side twice: flush with either end of the box.
  const [alignedRight, alignedBottom] = [right - card.width, below - card.height];
  const sides: readonly Point[] = [
    { x: right + GAP, y: seen.y },
    { x: right + GAP, y: alignedBottom },
    { x: left - GAP, y: seen.y },
    { x: left - GAP, y: alignedBottom },
    { x: seen.x, y: below + GAP },
    { x: alignedRight, y: below + GAP },
    { x: seen.x, y: above - GAP },
    { x: alignedRight, y: above - GAP },
  ];
  const places = sides.map((place) => ({
    x: within(place.x, EDGE, screen.width - EDGE - card.width),
    y: within(place.y, EDGE, screen.height - EDGE - card.height),
  }));
  const cost = (place: Point) => {
    const box = { ...place, ...card };
    return 2 * overlap(box, seen) + taken.reduce((sum, other) => sum + overlap(box, other), 0);
  };
  return places.reduce((best, place) => (cost(place) < cost(best) ? place : best));
}

/** The shortest line between two boxes; null where they meet. */
export function lineBetween(a: Box, b: Box): readonly [Point, Point] | null {
  const nearest = (box: Box, to: Point) => ({
    x: within(to.x, box.x, box.x + box.width),
    y: within(to.y, box.y, box.y + box.height),
  });
  const from = nearest(a, nearest(b, { x: a.x + a.width / 2, y: a.y + a.height / 2 }));
  const to = nearest(b, from);
  return from.x === to.x && from.y === to.y ? null : [from, to];
}

/** The part of a box that is on the screen; of a box off it, the place at the edge that is nearest to it. */
export function onScreen({ x, y, width, height }: Box, screen: Size): Box {
  const left = within(x, 0, screen.width);
  const top = within(y, 0, screen.height);
  return {
    x: left,
    y: top,
    width: within(x + width, 0, screen.width) - left,
    height: within(y + height, 0, screen.height) - top,
  };
}

function within(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

function overlap(a: Box, b: Box): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return across > 0 && down > 0 ? across * down : 0;
}
