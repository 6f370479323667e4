import type { Frame } from '../../src-shared/frame.ts';
import { cellGrid } from './frame.ts';
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
  const across = runStarts(columns.low);
  const down = runStarts(rows.low);
  let count = 0;
  for (let j = 0; j + 1 < down.length; j++) {
    const top = down[j]!;
    const bottom = down[j + 1]!;
    const upper = rows.low[top]! * width;
    const lower = Math.min(rows.low[top]! + 1, source.height - 1) * width;
    for (let i = 0; i + 1 < across.length; i++) {
      const left = across[i]!;
      const right = across[i + 1]!;
      const low = columns.low[left]!;
      const high = low + 1 < width ? low + 1 : low;
      const a = data[upper + low]!;
      const b = data[upper + high]!;
      const c = data[lower + low]!;
      const d = data[lower + high]!;
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

/** Where runs of equal numbers begin, and the end of the last. */
function runStarts(values: Int32Array): Int32Array {
  const starts = new Int32Array(values.length + 1);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) starts[count++] = i;
  starts[count++] = values.length;
  return starts.subarray(0, count);
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
  const ratio = 1 / frame.cell;
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
  const content = mapContent(map, frame);
  const out = new Uint16Array(imageWidth * imageHeight);
  const window = {
    x: 0,
    y: 0,
    width: imageWidth,
    height: imageHeight,
    ratioX: content.width / imageWidth,
    ratioY: content.height / imageHeight,
  };
  resampleRows(map, window, (row, y) => {
    for (let x = 0, to = y * imageWidth; x < imageWidth; x++, to++) out[to] = row[x]! + 0.5;
  });
  return out;
}

/** How much of a map of {@link mapToImage} the image covers, from the top left corner on, in the map's own pixels. */
export function mapContent(
  map: Pick<Raster, 'width' | 'height'>,
  frame: Frame,
): { readonly width: number; readonly height: number } {
  const cells = cellGrid(frame);
  const isCells = map.width === cells.width && map.height === cells.height;
  return isCells ? { width: frame.width / frame.cell, height: frame.height / frame.cell } : map;
}
