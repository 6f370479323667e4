import type { Alignment } from '../../src-shared/alignment.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Point } from '../../src-shared/geometry.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { frameGrid } from './frame.ts';
import type { PartPose } from './part-pose.ts';
import type { PartSilhouette } from './part-silhouette.ts';
import type { ScoreMap } from './score-map.ts';
import { shrinkRgb } from './shrink.ts';
import { clampSpan, type Span } from './span.ts';

/** What an aligned picture shows beyond each end of the part, as a share of its length. */
const MARGIN = 0.06;

/** The alignment that takes a pose away. @param size side of the aligned picture in pixels */
export function alignmentOf({ centre, angle, length, width }: PartPose, size = 1024): Alignment {
  return { size, centre, angle, scale: (Math.max(length, width) * (1 + 2 * MARGIN)) / size };
}

/** A point of the frame in the aligned picture. */
export function toAligned({ x, y }: Point, { size, centre, angle, scale }: Alignment): Point {
  const [dx, dy] = [(x - centre.x) / scale, (y - centre.y) / scale];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: size / 2 + dx * cos + dy * sin, y: size / 2 + dy * cos - dx * sin };
}

/** A point of the aligned picture in the frame. */
export function fromAligned({ x, y }: Point, { size, centre, angle, scale }: Alignment): Point {
  const [dx, dy] = [(x - size / 2) * scale, (y - size / 2) * scale];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: centre.x + dx * cos - dy * sin, y: centre.y + dx * sin + dy * cos };
}

/**
 * The aligned picture: bilinear, by area where it shows more than one pixel of the source in one of its own; what lies
 * beyond the source is filled with the background.
 * @param source the frame's content in any resolution, such as the image itself
 * @returns size × size
 */
export function alignPicture(
  source: RgbImage,
  frame: Pick<Frame, 'width' | 'height'>,
  alignment: Alignment,
  background: PartSilhouette['background'],
): RgbImage {
  const { size } = alignment;
  const { image, place } = sourcePatch(source, frame, alignment);
  const origin = place({ x: 0.5, y: 0.5 });
  const right = place({ x: 1.5, y: 0.5 });
  const below = place({ x: 0.5, y: 1.5 });
  const line: WarpLine = { x: 0, y: 0, stepX: right.x - origin.x, stepY: right.y - origin.y, size };
  const data = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    line.x = origin.x + row * (below.x - origin.x);
    line.y = origin.y + row * (below.y - origin.y);
    warpRow(image, line, background, data, row * size * 3);
  }
  return { width: size, height: size, data };
}

/** A line through a source: the place of the first of `size` samples, and the way to the next; 0 is a pixel's centre. */
interface WarpLine {
  x: number;
  y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly size: number;
}

function warpRow(
  { width, height, data }: RgbImage,
  line: WarpLine,
  [red, green, blue]: PartSilhouette['background'],
  out: Uint8Array,
  start: number,
): void {
  const [maxX, maxY] = [width - 1, height - 1];
  for (let i = 0, to = start; i < line.size; i++, to += 3) {
    let x = line.x + i * line.stepX;
    let y = line.y + i * line.stepY;
    if (x < -0.5 || y < -0.5 || x > maxX + 0.5 || y > maxY + 0.5) {
      out[to] = red;
      out[to + 1] = green;
      out[to + 2] = blue;
      continue;
    }
    // The outer half of the outermost pixels repeats their centres.
    x = x < 0 ? 0 : x > maxX ? maxX : x;
    y = y < 0 ? 0 : y > maxY ? maxY : y;
    const left = x | 0;
    const top = y | 0;
    const fx = x - left;
    const fy = y - top;
    const a = (top * width + left) * 3;
    const b = left < maxX ? a + 3 : a;
    const down = top < maxY ? width * 3 : 0;
    const c = a + down;
    const d = b + down;
    const wb = fx * (1 - fy);
    const wc = (1 - fx) * fy;
    const wd = fx * fy;
    const wa = 1 - wb - wc - wd;
    out[to] = wa * data[a]! + wb * data[b]! + wc * data[c]! + wd * data[d]! + 0.5;
    out[to + 1] = wa * data[a + 1]! + wb * data[b + 1]! + wc * data[c + 1]! + wd * data[d + 1]! + 0.5;
    out[to + 2] = wa * data[a + 2]! + wb * data[b + 2]! + wc * data[c + 2]! + wd * data[d + 2]! + 0.5;
  }
}

/**
 * What an aligned picture needs of its source, at no more than about its own resolution.
 * @returns place: where a point of the aligned picture lies between the patch's pixel centres
 */
function sourcePatch(source: RgbImage, frame: Pick<Frame, 'width' | 'height'>, alignment: Alignment) {
  const [ratioX, ratioY] = [source.width / frame.width, source.height / frame.height];
  const step = alignment.scale * Math.max(ratioX, ratioY);
  const window = step > 1 ? sourceWindow(source, alignment, ratioX, ratioY, step) : undefined;
  const { left, top, right, bottom } = window ?? {
    left: 0,
    top: 0,
    right: source.width,
    bottom: source.height,
  };
  const [width, height] = [right - left, bottom - top];
  const image = window
    ? shrinkRgb(source, window, Math.max(1, Math.round(width / step)), Math.max(1, Math.round(height / step)))
    : source;
  const place = (aligned: Point): Point => {
    const { x, y } = fromAligned(aligned, alignment);
    return {
      x: ((x * ratioX - left) * image.width) / width - 0.5,
      y: ((y * ratioY - top) * image.height) / height - 0.5,
    };
  };
  return { image, place };
}

/** The source's pixels around an aligned picture, with what interpolation takes beyond; undefined when there are none. */
function sourceWindow(
  { width, height }: RgbImage,
  alignment: Alignment,
  ratioX: number,
  ratioY: number,
  step: number,
): Span | undefined {
  const { size, centre, angle, scale } = alignment;
  const reach = ((Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle))) * size * scale) / 2;
  const margin = 2 * Math.ceil(step);
  const window = clampSpan(
    {
      left: Math.floor((centre.x - reach) * ratioX) - margin,
      top: Math.floor((centre.y - reach) * ratioY) - margin,
      right: Math.ceil((centre.x + reach) * ratioX) + margin,
      bottom: Math.ceil((centre.y + reach) * ratioY) + margin,
    },
    { width, height },
  );
  return window.right > window.left && window.bottom > window.top ? window : undefined;
}

/**
 * A map of the aligned picture on the cells of the frame it was cut from, bilinear between the map's own cells. A cell
 * of the frame that covers more than one of the map's gets the mean of several places in it.
 * @param map on cells that cover the aligned picture's whole square
 * @param side cells along the frame's whole square
 * @param outside value of cells whose middle the aligned picture does not show
 * @returns on the frame's content, as `frameGrid(frame, side)`
 */
export function mapFromAligned(
  map: ScoreMap,
  alignment: Alignment,
  frame: Frame,
  side: number,
  outside = 0,
): ScoreMap {
  const grid = frameGrid(frame, side);
  const data = new Float32Array(grid.width * grid.height);
  const cell = frame.size / side;
  const perCell = Math.max(map.width, map.height) / alignment.size;
  const taps = Math.max(1, Math.ceil((cell / alignment.scale) * perCell));
  const isShown = (value: number) => value >= 0 && value <= alignment.size;
  for (let y = 0, i = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++, i++) {
      const middle = toAligned({ x: (x + 0.5) * cell, y: (y + 0.5) * cell }, alignment);
      if (!isShown(middle.x) || !isShown(middle.y)) {
        data[i] = outside;
        continue;
      }
      let sum = 0;
      for (let v = 0; v < taps; v++) {
        for (let u = 0; u < taps; u++) {
          const at = { x: (x + (u + 0.5) / taps) * cell, y: (y + (v + 0.5) / taps) * cell };
          sum += mapValue(map, toAligned(at, alignment), alignment.size);
        }
      }
      data[i] = sum / (taps * taps);
    }
  }
  return { ...grid, data };
}

/** A map's value at a point of the square that it covers, bilinear, edges repeated. */
function mapValue({ width, height, data }: ScoreMap, point: Point, size: number): number {
  const x = Math.min(Math.max((point.x / size) * width - 0.5, 0), width - 1);
  const y = Math.min(Math.max((point.y / size) * height - 0.5, 0), height - 1);
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const upper = data[top * width + left]! * (1 - x + left) + data[top * width + right]! * (x - left);
  const lower = data[bottom * width + left]! * (1 - x + left) + data[bottom * width + right]! * (x - left);
  return upper + (y - top) * (lower - upper);
}
