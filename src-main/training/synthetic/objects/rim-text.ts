import { textShape } from '../glyphs.ts';
import type { Shape } from '../shape.ts';

/** Letters on a circle, tops outwards. */
export function rimText(text: string, letter: number, radius: number, weight: number, turn: number): Shape {
  const line = textShape(text, letter, weight);
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  return (x, y) => {
    const u = c * x + s * y;
    const v = -s * x + c * y;
    return line(Math.atan2(u, -v) * radius, radius - Math.hypot(u, v));
  };
}
