import type { RgbImage } from '../../src-shared/rgb-image.ts';
import type { Span } from './span.ts';

/**
 * Shrinks a part of an image by area: a pixel of the result is the mean of what it covers, pixels that it covers in
 * part by their share. A side that is not shorter than the part's stays as long as it was.
 * @param window whole pixels within the image, not empty
 * @param width,height wanted, at least 1
 */
export function shrinkRgb(image: RgbImage, window: Span, width: number, height: number): RgbImage {
  const fromWidth = window.right - window.left;
  const fromHeight = window.bottom - window.top;
  const across = areaShares(fromWidth, Math.min(width, fromWidth));
  const down = areaShares(fromHeight, Math.min(height, fromHeight));
  const row = across.count * 3;
  const data = new Uint8Array(row * down.count);
  const line = new Float32Array(row);
  const sums = new Float32Array(row);
  // 0.5: the values are rounded when they are stored in bytes.
  sums.fill(0.5);
  for (let y = 0; y < fromHeight; y++) {
    shrinkRow(image.data, ((window.top + y) * image.width + window.left) * 3, across, line);
    const share = down.share[y]!;
    for (let i = 0; i < row; i++) sums[i]! += share * line[i]!;
    const target = down.target[y]!;
    if (y + 1 < fromHeight && down.target[y + 1] === target) continue;
    data.set(sums, target * row);
    const rest = down.rest[y]!;
    for (let i = 0; i < row; i++) sums[i] = 0.5 + rest * line[i]!;
  }
  return { width: across.count, height: down.count, data };
}

interface AreaShares {
  /** Pixels of the result. */
  readonly count: number;
  /** For each source pixel the first pixel of the result that covers it, its share there, and that in the next. */
  readonly target: Int32Array;
  readonly share: Float32Array;
  readonly rest: Float32Array;
}

/** @param count at most `size`, so that a source pixel lies in two pixels of the result at most */
function areaShares(size: number, count: number): AreaShares {
  const target = new Int32Array(size);
  const share = new Float32Array(size);
  const rest = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    // In units of 1 / size of a result's pixel these are whole numbers: nothing is lost to rounding.
    const first = Math.floor((i * count) / size);
    const over = Math.max(0, (i + 1) * count - (first + 1) * size);
    target[i] = first;
    share[i] = (count - over) / size;
    rest[i] = over / size;
  }
  return { count, target, share, rest };
}

function shrinkRow(data: Uint8Array, start: number, across: AreaShares, line: Float32Array): void {
  const { target, share, rest } = across;
  line.fill(0);
  for (let x = 0, from = start; x < target.length; x++, from += 3) {
    const to = target[x]! * 3;
    const near = share[x]!;
    line[to]! += near * data[from]!;
    line[to + 1]! += near * data[from + 1]!;
    line[to + 2]! += near * data[from + 2]!;
    const far = rest[x]!;
    if (far === 0) continue;
    line[to + 3]! += far * data[from]!;
    line[to + 4]! += far * data[from + 1]!;
    line[to + 5]! += far * data[from + 2]!;
  }
}
