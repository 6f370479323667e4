import type { Point } from './geometry.ts';

/** A closed line: the last point is the first. */
export type Ring = readonly Point[];

/** Where the four neighbours of a sample lie; each is one quarter turn anticlockwise from the one before. */
const STEP_X = [0, -1, 0, 1] as const;
const STEP_Y = [-1, 0, 1, 0] as const;
const LEFT = 1;
const RIGHT = 3;

const OUTSIDE = 0;
const INSIDE = 1;
/** Inside, and the line that passes at its right is drawn. */
const DRAWN = 2;

/**
 * Lines around {value ≥ threshold}: marching squares with linear interpolation between samples, drawn by following
 * each border. Sample (x, y) lies at (x + 0.5, y + 0.5); where the set touches the raster's edge the line runs along
 * that edge. Samples that touch only diagonally are apart.
 * @param values width × height, row by row
 * @returns per connected part its outline, anticlockwise as seen on a screen, then its holes, clockwise
 */
export function traceContours(
  values: Float32Array,
  width: number,
  height: number,
  threshold: number,
): Ring[][] {
  // With a margin of one sample outside.
  const stride = width + 2;
  const state = new Uint8Array(stride * (height + 2));
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = (y + 1) * stride + 1; x < width; x++, from++, to++) {
      if (values[from]! >= threshold) state[to] = INSIDE;
    }
  }
  /** Number of the part (from 1) whose line passes at the left of a sample. */
  const partAtLeft = new Int32Array(state.length);
  const offsets = STEP_X.map((step, k) => step + STEP_Y[k]! * stride);

  /** Follows the border that passes between a sample and its neighbour, the set at the left hand. */
  const follow = (start: number, startSide: number, part: number): Ring => {
    const ring: Point[] = [];
    let at = start;
    let side = startSide;
    do {
      const x = (at % stride) - 1;
      const y = (at - x - 1) / stride - 1;
      ring.push(crossing(x, y, side));
      if (side === LEFT) partAtLeft[at] = part;
      else if (side === RIGHT) state[at] = DRAWN;
      const ahead = at + offsets[(side + 1) & 3]!;
      if (state[ahead] === OUTSIDE) side = (side + 1) & 3;
      else if (state[ahead + offsets[side]!] === OUTSIDE) at = ahead;
      else {
        at = ahead + offsets[side]!;
        side = (side + 3) & 3;
      }
    } while (at !== start || side !== startSide);
    ring.push(ring[0]!);
    return ring;
  };

  /** Where the line passes between a sample and its neighbour. */
  const crossing = (x: number, y: number, side: number): Point => {
    const dx = STEP_X[side]!;
    const dy = STEP_Y[side]!;
    const isEdge = x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height;
    const inner = values[y * width + x]!;
    const part = (inner - threshold) / (inner - values[(y + dy) * width + x + dx]!);
    // At the edge, or between infinite values: half way.
    const share = isEdge || Number.isNaN(part) ? 0.5 : part;
    return { x: x + 0.5 + dx * share, y: y + 0.5 + dy * share };
  };

  const parts: Ring[][] = [];
  for (let y = 0; y < height; y++) {
    let part = 0;
    for (let at = (y + 1) * stride + 1, end = at + width; at < end; at++) {
      if (state[at] === OUTSIDE) continue;
      // From the top left, a part's outline is met at its left first, a hole at the right of what encloses it.
      if (state[at - 1] === OUTSIDE) {
        part = partAtLeft[at]!;
        if (part === 0) {
          part = parts.length + 1;
          parts.push([follow(at, LEFT, part)]);
        }
      }
      if (state[at + 1] === OUTSIDE && state[at] === INSIDE) parts[part - 1]!.push(follow(at, RIGHT, part));
    }
  }
  return parts;
}
