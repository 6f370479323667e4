import type { Frame } from '../../src-shared/frame.ts';
import { frameGrid } from './frame.ts';
import { MAP_SIDE } from './regions.ts';
import type { ScoreMap } from './score-map.ts';

/** A row-major raster of numbers. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array | Uint16Array;
}

/** The part of a resized raster that is wanted, in pixels of the resized raster. */
export interface ResampleWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Source pixels per resized pixel. */
  readonly ratioX: number;
  readonly ratioY: number;
  /** Where the source lies when it is a patch of a larger raster, in source pixels; 0, 0 by default. */
  readonly originX?: number;
  readonly originY?: number;
}

/**
 * Bilinear interpolation with half-pixel centres and replicated edges (ONNX Resize `linear`, PyTorch
 * `align_corners=False`), a row at a time: the source position of pixel i is (i + 0.5) · ratio − 0.5.
 * @param visit gets the window's rows from top to bottom; `row` is reused by the next call
 */
export function resampleRows(
  source: Raster,
  window: ResampleWindow,
  visit: (row: Float32Array, y: number) => void,
): void {
  const { data } = source;
  const columns = linearTaps(source.width, window.x, window.width, window.ratioX, window.originX);
  const rows = linearTaps(source.height, window.y, window.height, window.ratioY, window.originY);
  const first = columns.low[0] ?? 0;
  const last = Math.min(source.width - 1, (columns.low[window.width - 1] ?? 0) + 1);
  const blended = new Float32Array(source.width + 1);
  const row = new Float32Array(window.width);
  for (let y = 0; y < window.height; y++) {
    const upper = rows.low[y]! * source.width;
    const lower = Math.min(rows.low[y]! + 1, source.height - 1) * source.width;
    const weight = rows.weight[y]!;
    for (let x = first; x <= last; x++) {
      const value = data[upper + x]!;
      blended[x] = value + weight * (data[lower + x]! - value);
    }
    blended[source.width] = blended[source.width - 1]!;
    for (let x = 0; x < window.width; x++) {
      const low = columns.low[x]!;
      const value = blended[low]!;
      row[x] = value + columns.weight[x]! * (blended[low + 1]! - value);
    }
    visit(row, window.y + y);
  }
}

/**
 * How many pixels of {@link resampleRows} are above 0, without making those between four source pixels of one sign:
 * what is interpolated between them has it too.
 */
export function countPositive(source: Raster, window: ResampleWindow): number {
  const { data, width } = source;
  const columns = linearTaps(width, window.x, window.width, window.ratioX, window.originX);
  const rows = linearTaps(source.height, window.y, window.height, window.ratioY, window.originY);
  const across = runs(columns.low);
  let count = 0;
  for (const [top, bottom] of runs(rows.low)) {
    const upper = rows.low[top]! * width;
    const lower = Math.min(rows.low[top]! + 1, source.height - 1) * width;
    for (const [left, right] of across) {
      const low = columns.low[left]!;
      const high = Math.min(low + 1, width - 1);
      const [a, b, c, d] = [data[upper + low]!, data[upper + high]!, data[lower + low]!, data[lower + high]!];
      if (a > 0 && b > 0 && c > 0 && d > 0) count += (bottom - top) * (right - left);
      else if (a > 0 || b > 0 || c > 0 || d > 0) {
        for (let y = top; y < bottom; y++) {
          const start = Math.fround(a + rows.weight[y]! * (c - a));
          const end = Math.fround(b + rows.weight[y]! * (d - b));
          for (let x = left; x < right; x++) if (start + columns.weight[x]! * (end - start) > 0) count++;
        }
      }
    }
  }
  return count;
}

/** Where equal numbers stand together: begin and end of each run. */
function runs(values: Int32Array): (readonly [number, number])[] {
  const list: (readonly [number, number])[] = [];
  for (let begin = 0, end = 0; begin < values.length; begin = end) {
    while (end < values.length && values[end] === values[begin]) end++;
    list.push([begin, end]);
  }
  return list;
}

function linearTaps(sourceSize: number, start: number, count: number, ratio: number, origin = 0) {
  const low = new Int32Array(count);
  const weight = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const position = Math.min(Math.max((start + i + 0.5) * ratio - 0.5 - origin, 0), sourceSize - 1);
    low[i] = Math.floor(position);
    weight[i] = position - low[i]!;
  }
  return { low, weight };
}

/** The window that covers a whole frame when the source is a map on cells. */
export function frameWindow(frame: Frame): ResampleWindow {
  const ratio = MAP_SIDE / frame.size;
  return { x: 0, y: 0, width: frame.width, height: frame.height, ratioX: ratio, ratioY: ratio };
}

/** A coarse map (cells) → frame pixels, padding cropped. */
export function upsampleToFrame(coarse: ScoreMap, frame: Frame): ScoreMap {
  const data = new Float32Array(frame.width * frame.height);
  resampleRows(coarse, frameWindow(frame), (row, y) => data.set(row, y * frame.width));
  return { width: frame.width, height: frame.height, data };
}

/**
 * Resizes a map of an inspected image to the image's own pixels, bilinearly, rounded. The map is one of the
 * two lattices of the pipeline: frame pixels, or cells (whose last row and column may reach into the padding).
 * @param map values on any scale that fits 16 bits
 * @returns width × height of the image
 */
export function mapToImage(map: Raster, frame: Frame): Uint16Array {
  const { imageWidth, imageHeight } = frame;
  const cells = frameGrid(frame, MAP_SIDE);
  const isCells = map.width === cells.width && map.height === cells.height;
  const contentWidth = isCells ? (frame.width * MAP_SIDE) / frame.size : map.width;
  const contentHeight = isCells ? (frame.height * MAP_SIDE) / frame.size : map.height;
  const out = new Uint16Array(imageWidth * imageHeight);
  const window = {
    x: 0,
    y: 0,
    width: imageWidth,
    height: imageHeight,
    ratioX: contentWidth / imageWidth,
    ratioY: contentHeight / imageHeight,
  };
  resampleRows(map, window, (row, y) => {
    for (let x = 0, to = y * imageWidth; x < imageWidth; x++, to++) out[to] = row[x]! + 0.5;
  });
  return out;
}
