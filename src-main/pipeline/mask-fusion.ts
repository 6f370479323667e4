import type { Frame } from '../../src-shared/frame.ts';
import type { MaskLevel, Polygon, Region, RegionPrompts } from '../../src-shared/result.ts';
import { countPositive, frameWindow, resampleRows, upsampleToFrame } from './bilinear.ts';
import { frameGrid } from './frame.ts';
import { imageScore } from './image-score.ts';
import { outlinePolygons } from './polygons.ts';
import { type CoarseRegion, MAP_SIDE } from './regions.ts';
import type { ScoreMap } from './score-map.ts';

/** SAM's answer to one region's prompts. */
export interface RegionMasks {
  readonly region: CoarseRegion;
  readonly prompts: RegionPrompts;
  /** Mask tokens 1..3 in this order: low-resolution logits, 256 × 256, and SAM's predicted quality. */
  readonly levels: readonly { readonly logits: Float32Array; readonly quality: number }[];
}

export interface FusionInput {
  readonly coarse: ScoreMap;
  readonly frame: Frame;
  readonly regions: readonly RegionMasks[];
  /** θ, 0..1. */
  readonly theta: number;
  /** λ ≥ 0: weight of SAM's masks against the coarse map. */
  readonly lambda: number;
}

export interface Fusion {
  /** Frame pixels, 0..1. */
  readonly finalMap: ScoreMap;
  /** Image pixels, 0 or 255. */
  readonly mask: Uint8Array;
  readonly regions: readonly Region[];
  /** Image score, 0..1. */
  readonly score: number;
}

/** A box in frame pixels (or cells); `right` and `bottom` are exclusive. */
interface Span {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * MMR step 5. O is the coarse map, bilinear to frame pixels; R_k of a region is the mean over its mask levels of
 * quality × support × [logit > 0]; R is the maximum over regions; final = max(min(O, θ), (O + λR) / (1 + λ)).
 *
 * Two choices of ours on top of the paper's weighting. The floor min(O, θ): what is not in question keeps its
 * coarse score, so final = O without regions and scores compare across images. The support of a level, the mean
 * of O over its mask against the mean over the region (at most 1): SAM's coarsest mask is often the whole part.
 *
 * A region's final mask is {(O + λR_k) / (1 + λ) > θ} within its own reach: where R_k > 0 or its coarse cells
 * are. A region of which nothing remains is left out of `regions`. Frame → image is bilinear.
 */
export function fuseMasks(input: FusionInput): Fusion {
  const { coarse, frame, regions } = input;
  const mask = new Uint8Array(frame.imageWidth * frame.imageHeight);
  const finalMap = upsampleToFrame(coarse, frame);
  const reaches = regions.map((masks) => regionReach(masks, coarse, frame));
  const patches = reaches.map((reach) => regionScores(reach, finalMap, input.lambda));
  const found = regions
    .map(({ prompts }, k) => finalRegion(prompts, reaches[k]!, patches[k]!, mask, input))
    .filter((region) => region !== undefined)
    .sort((a, b) => b.peak - a.peak)
    .map((region, k): Region => ({ index: k + 1, ...region }));
  if (regions.length > 0) lowerTo(finalMap, input);
  for (const [k, { span }] of reaches.entries()) raiseTo(finalMap, patches[k]!, span);
  return { finalMap, mask, regions: found, score: imageScore(finalMap) };
}

interface RegionReach {
  /** Frame pixels that the region's cells and masks can touch, with a margin of one. */
  readonly span: Span;
  /** R_k over the span. */
  readonly weights: Float32Array;
  /** Over the span: 1 where R_k > 0 or a coarse cell of the region lies. */
  readonly within: Uint8Array;
  readonly levels: readonly MaskLevel[];
}

function regionReach({ region, levels }: RegionMasks, coarse: ScoreMap, frame: Frame): RegionReach {
  const cell = frame.size / MAP_SIDE;
  const cellSpans = levels.map(({ logits }) => positiveCells(logits, frame));
  const masks = cellSpans.map((span) => span && frameSpan(span, cell, frame));
  const cells = {
    left: region.x * cell - 1,
    top: region.y * cell - 1,
    right: (region.x + region.width) * cell + 1,
    bottom: (region.y + region.height) * cell + 1,
  };
  const span = clampSpan([cells, ...masks.filter((mask) => mask !== undefined)].reduce(joinSpans), frame);
  const width = span.right - span.left;
  const weights = new Float32Array(width * (span.bottom - span.top));
  const within = new Uint8Array(weights.length);

  for (const index of region.cells) {
    const x = index % coarse.width;
    const left = x * cell;
    const top = ((index - x) / coarse.width) * cell;
    const right = Math.min(left + cell, span.right);
    const bottom = Math.min(top + cell, span.bottom);
    for (let y = top; y < bottom; y++) {
      const row = (y - span.top) * width - span.left;
      within.fill(1, row + left, row + right);
    }
  }

  const results = levels.map((level, k) => {
    const share =
      (clampedQuality(level) * support(level.logits, cellSpans[k], region, coarse)) / levels.length;
    return maskLevel(level, k, cellSpans[k], frame, (row, y, left) => {
      let to = (y - span.top) * width + left - span.left;
      for (let x = 0; x < row.length; x++, to++) if (row[x]! > 0) weights[to]! += share;
    });
  });
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) within[i] = 1;
  return { span, weights, within, levels: results };
}

/** SAM's answer to one prompt, as it lies in the image. */
export function maskLevels(levels: RegionMasks['levels'], frame: Frame): MaskLevel[] {
  return levels.map((level, k) => maskLevel(level, k, positiveCells(level.logits, frame), frame));
}

/** @param visit gets the frame pixels' logits around the mask, row by row; `row` is reused by the next call */
function maskLevel(
  level: RegionMasks['levels'][number],
  index: number,
  cells: Span | undefined,
  frame: Frame,
  visit?: (row: Float32Array, y: number, left: number) => void,
): MaskLevel {
  let positive = 0;
  if (cells) {
    const source = { width: MAP_SIDE, height: MAP_SIDE, data: level.logits };
    const { left, top, right, bottom } = frameSpan(cells, frame.size / MAP_SIDE, frame);
    const window = { ...frameWindow(frame), x: left, y: top, width: right - left, height: bottom - top };
    if (visit) {
      resampleRows(source, window, (row, y) => {
        for (let x = 0; x < row.length; x++) if (row[x]! > 0) positive++;
        visit(row, y, left);
      });
    } else positive = countPositive(source, window);
  }
  const imagePerFrame = (frame.imageWidth * frame.imageHeight) / (frame.width * frame.height);
  return {
    level: (index + 1) as MaskLevel['level'],
    quality: clampedQuality(level),
    area: Math.round(positive * imagePerFrame),
    polygons: levelPolygons(level.logits, cells, frame),
  };
}

/** Mean coarse score over a mask against the region's own, 0..1. */
function support(
  logits: Float32Array,
  cells: Span | undefined,
  region: CoarseRegion,
  coarse: ScoreMap,
): number {
  if (!cells) return 0;
  let sum = 0;
  let count = 0;
  for (let y = cells.top; y < cells.bottom; y++)
    for (let x = cells.left; x < cells.right; x++) {
      if (!(logits[y * MAP_SIDE + x]! > 0)) continue;
      sum += coarse.data[y * coarse.width + x]!;
      count++;
    }
  return Math.min(1, sum / count / region.mean);
}

function clampedQuality({ quality }: RegionMasks['levels'][number]): number {
  return Math.min(Math.max(quality, 0), 1);
}

/** The box of the positive logits among the content's cells; undefined when there are none. */
function positiveCells(logits: Float32Array, frame: Frame): Span | undefined {
  const content = frameGrid(frame, MAP_SIDE);
  let left = content.width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let y = 0; y < content.height; y++) {
    const row = y * MAP_SIDE;
    let x = 0;
    while (x < content.width && !(logits[row + x]! > 0)) x++;
    if (x === content.width) continue;
    if (top < 0) top = y;
    bottom = y;
    if (x < left) left = x;
    let end = content.width - 1;
    while (!(logits[row + end]! > 0)) end--;
    if (end > right) right = end;
  }
  return top < 0 ? undefined : { left, top, right: right + 1, bottom: bottom + 1 };
}

/** Frame pixels that interpolate one of the cells, with a margin of one. */
function frameSpan(cells: Span, cell: number, frame: Frame): Span {
  return clampSpan(
    {
      left: Math.floor((cells.left - 0.5) * cell) - 1,
      top: Math.floor((cells.top - 0.5) * cell) - 1,
      right: Math.ceil((cells.right + 0.5) * cell) + 1,
      bottom: Math.ceil((cells.bottom + 0.5) * cell) + 1,
    },
    frame,
  );
}

function clampSpan(span: Span, size: { readonly width: number; readonly height: number }): Span {
  return {
    left: Math.max(span.left, 0),
    top: Math.max(span.top, 0),
    right: Math.min(span.right, size.width),
    bottom: Math.min(span.bottom, size.height),
  };
}

function withMargin({ left, top, right, bottom }: Span): Span {
  return { left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1 };
}

function crop(data: Float32Array, rowLength: number, { left, top, right, bottom }: Span): Float32Array {
  const width = right - left;
  const patch = new Float32Array(width * (bottom - top));
  for (let y = top, to = 0; y < bottom; y++, to += width) {
    patch.set(data.subarray(y * rowLength + left, y * rowLength + right), to);
  }
  return patch;
}

function joinSpans(a: Span, b: Span): Span {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** Below a pixel of the image and of the lattice, so that outlines keep their shape at any image size. */
function outlineTolerance(frame: Frame): number {
  return 0.4 * Math.max(1, frame.imageWidth / frame.width);
}

/** Where a patch of a lattice with `cell` frame pixels per cell lies in the image. */
function placement(frame: Frame, span: Span, cell: number) {
  const cellWidth = (cell * frame.imageWidth) / frame.width;
  const cellHeight = (cell * frame.imageHeight) / frame.height;
  return {
    x: span.left * cellWidth,
    y: span.top * cellHeight,
    cellWidth,
    cellHeight,
    imageWidth: frame.imageWidth,
    imageHeight: frame.imageHeight,
  };
}

function levelPolygons(logits: Float32Array, positive: Span | undefined, frame: Frame): Polygon[] {
  if (!positive) return [];
  const span = clampSpan(withMargin(positive), frameGrid(frame, MAP_SIDE));
  const patch = crop(logits, MAP_SIDE, span);
  const width = span.right - span.left;
  const height = span.bottom - span.top;
  const place = placement(frame, span, frame.size / MAP_SIDE);
  return outlinePolygons(patch, width, height, 0, place, outlineTolerance(frame));
}

/** (O + λR_k) / (1 + λ) over the region's span; 0 out of its reach. */
function regionScores(reach: RegionReach, base: ScoreMap, lambda: number): Float32Array {
  const { span, weights, within } = reach;
  const width = span.right - span.left;
  const scores = new Float32Array(weights.length);
  for (let y = span.top, to = 0; y < span.bottom; y++) {
    let from = y * base.width + span.left;
    for (const end = from + width; from < end; from++, to++) {
      if (within[to]) scores[to] = (base.data[from]! + lambda * weights[to]!) / (1 + lambda);
    }
  }
  return scores;
}

/** max(min(O, θ), O / (1 + λ)): the final map where no mask is. */
function lowerTo({ data }: ScoreMap, { theta, lambda }: FusionInput): void {
  for (let i = 0; i < data.length; i++) {
    const score = data[i]!;
    if (score > theta) data[i] = Math.max(theta, score / (1 + lambda));
  }
}

/** Raises the map to the patch's scores where they are higher. */
function raiseTo(map: ScoreMap, scores: Float32Array, span: Span): void {
  const width = span.right - span.left;
  for (let y = span.top, from = 0; y < span.bottom; y++) {
    let to = y * map.width + span.left;
    for (const end = to + width; to < end; from++, to++) {
      if (scores[from]! > map.data[to]!) map.data[to] = scores[from]!;
    }
  }
}

/** The region as found in the final map, its pixels painted into `mask`; undefined when nothing is above θ. */
function finalRegion(
  prompts: RegionPrompts,
  { span, levels }: RegionReach,
  scores: Float32Array,
  mask: Uint8Array,
  { frame, theta }: FusionInput,
): Omit<Region, 'index'> | undefined {
  const width = span.right - span.left;
  let sum = 0;
  let count = 0;
  let peak = 0;
  let bounds: Span = { left: span.right, top: span.bottom, right: 0, bottom: 0 };
  for (let y = span.top, i = 0; y < span.bottom; y++) {
    for (let x = span.left; x < span.right; x++, i++) {
      const score = scores[i]!;
      if (score <= theta) continue;
      sum += score;
      count++;
      if (score > peak) peak = score;
      if (x < bounds.left || x >= bounds.right || y >= bounds.bottom) {
        bounds = joinSpans(bounds, { left: x, top: y, right: x + 1, bottom: y + 1 });
      }
    }
  }
  if (count === 0) return undefined;
  const tight = clampSpan(withMargin(bounds), frame);
  const patch = crop(scores, width, {
    left: tight.left - span.left,
    top: tight.top - span.top,
    right: tight.right - span.left,
    bottom: tight.bottom - span.top,
  });
  const painted = paintMask(patch, tight, theta, frame, mask);
  if (!painted) return undefined;
  // At θ = 0 the outside, which is 0, must stay outside.
  const level = Math.max(theta, 1e-6);
  const place = placement(frame, tight, 1);
  return {
    polygons: outlinePolygons(
      patch,
      tight.right - tight.left,
      tight.bottom - tight.top,
      level,
      place,
      outlineTolerance(frame),
    ),
    box: painted.box,
    area: painted.area,
    peak,
    mean: sum / count,
    prompts,
    levels,
  };
}

/** Paints 255 where the scores, bilinear to image pixels, exceed θ. */
function paintMask(
  scores: Float32Array,
  span: Span,
  theta: number,
  frame: Frame,
  mask: Uint8Array,
): Pick<Region, 'area' | 'box'> | undefined {
  const ratioX = frame.width / frame.imageWidth;
  const ratioY = frame.height / frame.imageHeight;
  const window = clampSpan(
    {
      left: Math.floor(span.left / ratioX),
      top: Math.floor(span.top / ratioY),
      right: Math.ceil(span.right / ratioX),
      bottom: Math.ceil(span.bottom / ratioY),
    },
    { width: frame.imageWidth, height: frame.imageHeight },
  );
  const x = window.left;
  const y = window.top;
  const width = window.right - x;
  const height = window.bottom - y;
  let area = 0;
  let [left, top, right, bottom] = [frame.imageWidth, frame.imageHeight, -1, -1];
  const source = { width: span.right - span.left, height: span.bottom - span.top, data: scores };
  resampleRows(
    source,
    { x, y, width, height, ratioX, ratioY, originX: span.left, originY: span.top },
    (row, pixelY) => {
      let to = pixelY * frame.imageWidth + x;
      for (let i = 0; i < width; i++, to++) {
        if (row[i]! <= theta) continue;
        mask[to] = 255;
        area++;
        if (x + i < left) left = x + i;
        if (x + i > right) right = x + i;
        if (pixelY < top) top = pixelY;
        bottom = pixelY;
      }
    },
  );
  if (area === 0) return undefined;
  return { area, box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 } };
}
