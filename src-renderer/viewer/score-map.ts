import { frameFor } from '../../src-shared/frame.ts';
import type { Size } from './viewport.ts';

/** A map of an inspected image: value / 65535 = 0..1, row by row. */
export interface LoadedMap extends Size {
  readonly values: Uint16Array;
}

/** SAM's low resolution: frame pixels per cell of the coarse map. */
const CELL = 4;

/**
 * Image pixels per map pixel. A map of cells may reach beyond the image, into SAM's padding, by a part of its last
 * row or column; a map of frame pixels covers the image exactly.
 */
export function mapScale(map: Size, image: Size): { readonly x: number; readonly y: number } {
  const frame = frameFor(image.width, image.height);
  const isCells =
    map.width === Math.ceil(frame.width / CELL) && map.height === Math.ceil(frame.height / CELL);
  const across = isCells ? frame.width / CELL : map.width;
  const down = isCells ? frame.height / CELL : map.height;
  return { x: image.width / across, y: image.height / down };
}

/** The score (0..1) at a place of the image, between the map's pixels as it is painted; null outside. */
export function scoreAt(map: LoadedMap, image: Size, x: number, y: number): number | null {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return null;
  const scale = mapScale(map, image);
  const column = within(x / scale.x - 0.5, map.width - 1);
  const row = within(y / scale.y - 0.5, map.height - 1);
  const left = Math.floor(column);
  const top = Math.floor(row);
  const right = Math.min(left + 1, map.width - 1);
  const bottom = Math.min(top + 1, map.height - 1);
  const at = (c: number, r: number) => map.values[r * map.width + c]!;
  const blend = (a: number, b: number, weight: number) => a + weight * (b - a);
  const upper = blend(at(left, top), at(right, top), column - left);
  const lower = blend(at(left, bottom), at(right, bottom), column - left);
  return blend(upper, lower, row - top) / 65535;
}

function within(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

/**
 * The line where a map crosses a threshold: marching squares with linear interpolation between pixel centres.
 * @param threshold 0..1
 * @returns line segments x1, y1, x2, y2 in map pixels; (0, 0) is the top left corner of the top left pixel
 */
export function isoline({ values, width, height }: LoadedMap, threshold: number): Float32Array {
  const level = threshold * 65535;
  let out = new Float32Array(1024);
  let used = 0;
  const emit = (x1: number, y1: number, x2: number, y2: number) => {
    if (used + 4 > out.length) {
      const larger = new Float32Array(out.length * 2);
      larger.set(out);
      out = larger;
    }
    out[used++] = x1;
    out[used++] = y1;
    out[used++] = x2;
    out[used++] = y2;
  };
  for (let y = 0; y + 1 < height; y++) {
    const row = y * width;
    for (let x = 0; x + 1 < width; x++) {
      const a = values[row + x]!;
      const b = values[row + x + 1]!;
      const c = values[row + width + x + 1]!;
      const d = values[row + width + x]!;
      const above = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0);
      if (above === 0 || above === 15) continue;
      const left = x + 0.5;
      const top = y + 0.5;
      const onTop = left + (level - a) / (b - a);
      const onBottom = left + (level - d) / (c - d);
      const onLeft = top + (level - a) / (d - a);
      const onRight = top + (level - b) / (c - b);
      // Which sides of the square a, b, c, d (clockwise from the top left) the line crosses.
      if (above === 1 || above === 14) emit(left, onLeft, onTop, top);
      else if (above === 2 || above === 13) emit(onTop, top, left + 1, onRight);
      else if (above === 4 || above === 11) emit(left + 1, onRight, onBottom, top + 1);
      else if (above === 8 || above === 7) emit(onBottom, top + 1, left, onLeft);
      else if (above === 3 || above === 12) emit(left, onLeft, left + 1, onRight);
      else if (above === 6 || above === 9) emit(onTop, top, onBottom, top + 1);
      else {
        // Two corners face each other: the mean of the four says whether they are joined.
        const isJoined = (a + b + c + d) / 4 >= level;
        if ((above === 5) === isJoined) {
          emit(onTop, top, left + 1, onRight);
          emit(onBottom, top + 1, left, onLeft);
        } else {
          emit(left, onLeft, onTop, top);
          emit(left + 1, onRight, onBottom, top + 1);
        }
      }
    }
  }
  return out.slice(0, used);
}
