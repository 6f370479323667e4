import type { Frame } from '../../src-shared/frame.ts';
import type { Point } from '../../src-shared/geometry.ts';
import type { PartDoubt, PartMark, PartSeed } from '../../src-shared/inspection-area.ts';
import { type CellMask, shareOf } from './area-mask.ts';
import { connectedComponents } from './connected-components.ts';
import { cellGrid } from './frame.ts';
import { clampedQuality, type LevelLogits } from './mask-levels.ts';

/** Tokens of a stage of the vision tower on the content. */
interface StageTokens {
  /** [height, width, channels]. */
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Tokens by which a part is found again. */
export interface PartTokens {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Frame pixels per token. */
  readonly cell: number;
  /** Row by row, each of length 1. */
  readonly data: Float32Array;
}

/** SAM's own doubt: below this predicted IoU a mask is no outline of the part. */
export const LEAST_QUALITY = 0.7;
/**
 * How much more than the background of the seed's image a place must resemble the clicked one, as a share of what is left
 * to 1. On hazelnuts (training data) and generated plates: 0.35 at least where there is one, of any colour; 0.15 at most on
 * pictures of cloth.
 */
const LEAST_LIKENESS = 0.3;
/** How many times larger or smaller than the seed's a part's share of the image may be. */
const MOST_GROWTH = 2;
/** A mask that touches this much of the border is the background, unless the clicked part does so itself. */
const MOST_BORDER = 0.5;
/** Cells around the part that count as part: defects on its rim. */
const MARGIN = 2;
/** Notches in the rim up to twice this many cells are part: what is broken off is looked at. */
const NOTCH = 3;

/**
 * All stages as one vector per token: each stage of length 1, then the 3 × 3 neighbours averaged, the whole of length 1:
 * the product of two is about the mean of the stages' cosines.
 * @param stages on one grid
 * @param cell frame pixels per token
 */
export function partTokens(stages: readonly StageTokens[], cell: number): PartTokens {
  const [height, width] = stages[0]!.dims as [number, number, number];
  const channels = stages.reduce((sum, { dims }) => sum + dims[2]!, 0);
  const joined = new Float32Array(width * height * channels);
  let offset = 0;
  for (const { dims, data } of stages) {
    const own = dims[2]!;
    for (let token = 0; token < width * height; token++) {
      const length = lengthOf(data.subarray(token * own, (token + 1) * own));
      const to = token * channels + offset;
      for (let c = 0; c < own; c++) joined[to + c] = data[token * own + c]! / length;
    }
    offset += own;
  }
  const data = new Float32Array(joined.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const to = data.subarray((y * width + x) * channels, (y * width + x + 1) * channels);
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const from = (v * width + u) * channels;
          for (let c = 0; c < channels; c++) to[c]! += joined[from + c]!;
        }
      const length = lengthOf(to);
      for (let c = 0; c < channels; c++) to[c]! /= length;
    }
  return { width, height, channels, cell, data };
}

/** Of a vector; 1 for one of zeros, which stays as it is. */
function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum) || 1;
}

/** The token that a point lies on. @param point image pixels */
export function tokenAt(tokens: PartTokens, { x, y }: Point, frame: Frame): Float32Array {
  const { width, height, channels, cell, data } = tokens;
  const index = (position: number, size: number) =>
    Math.min(Math.max(Math.floor(position / cell), 0), size - 1);
  const column = index((x * frame.width) / frame.imageWidth, width);
  const row = index((y * frame.height) / frame.imageHeight, height);
  const at = (row * width + column) * channels;
  return data.slice(at, at + channels);
}

/** How much each token resembles one: cosines. @throws TypeError when it is of another width */
function likenesses({ width, height, channels, data }: PartTokens, token: ArrayLike<number>): Float64Array {
  if (token.length !== channels) throw new TypeError(`a token of ${token.length}, not ${channels} channels`);
  return Float64Array.from({ length: width * height }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[i * channels + c]! * token[c]!;
    return sum;
  });
}

/** Median likeness of the tokens outside of a part: how much the background resembles its token. */
export function backgroundLikeness(
  tokens: PartTokens,
  token: ArrayLike<number>,
  cells: CellMask,
  frame: Frame,
): number {
  const grid = cellGrid(frame);
  const outside = likenesses(tokens, token).filter((_, i) => {
    const x = Math.floor((((i % tokens.width) + 0.5) * tokens.cell) / frame.cell);
    const y = Math.floor(((Math.floor(i / tokens.width) + 0.5) * tokens.cell) / frame.cell);
    return !cells[Math.min(y, grid.height - 1) * grid.width + Math.min(x, grid.width - 1)];
  });
  // A part that fills the image has no background: everything else is unlike it.
  return outside.sort()[outside.length >> 1] ?? 0;
}

/**
 * The places that resemble a part's token, the best first, each farther than a tenth of the image's longer side from those
 * before; none that resemble it hardly more than its background does.
 * @param tokens as {@link partTokens} gives them
 * @returns centres of tokens, image pixels
 * @throws TypeError when the token is of another width
 */
export function likestPlaces(
  tokens: PartTokens,
  { token, background }: Pick<PartSeed, 'token' | 'background'>,
  frame: Frame,
  count: number,
): Point[] {
  const { width, height, cell } = tokens;
  const likeness = likenesses(tokens, token);
  const least = background + LEAST_LIKENESS * (1 - background);
  const order = Array.from(likeness.keys()).sort((a, b) => likeness[b]! - likeness[a]! || a - b);
  const apart = Math.max(width, height) / 10;
  const chosen: (readonly [x: number, y: number])[] = [];
  for (const index of order) {
    if (chosen.length === count || likeness[index]! < least) break;
    const x = index % width;
    const y = (index - x) / width;
    if (chosen.every(([u, v]) => Math.hypot(x - u, y - v) > apart)) chosen.push([x, y]);
  }
  return chosen.map(([x, y]) => ({
    x: Math.min(((x + 0.5) * cell * frame.imageWidth) / frame.width, frame.imageWidth),
    y: Math.min(((y + 0.5) * cell * frame.imageHeight) / frame.height, frame.imageHeight),
  }));
}

/** One of SAM's masks as cells, with what it is compared by. */
interface PartCandidate {
  readonly cells: CellMask;
  readonly share: number;
  readonly border: number;
}

/** A mask of SAM's on the whole lattice as cells of the content. */
function candidateOf({ logits }: LevelLogits, frame: Frame): PartCandidate {
  const { width, height } = cellGrid(frame);
  const side = Math.sqrt(logits.length);
  const cells = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) cells[i] = logits[y * side + x]! > 0 ? 1 : 0;
  return { cells, share: shareOf(cells), border: borderShare(cells, width, height) };
}

/** What SAM's mask for the clicked point says of the part, without the token; undefined: the mask is empty. */
export function seedOf(
  levels: readonly LevelLogits[],
  level: PartMark['level'],
  frame: Frame,
): (Pick<PartSeed, 'share' | 'border'> & { readonly cells: CellMask }) | undefined {
  const found = candidateOf(levels[level - 1]!, frame);
  return found.share > 0 ? found : undefined;
}

/**
 * The mask that is the part: of SAM's three for a place the one whose share of the image is nearest to the seed's.
 * @returns why it is none, where SAM is unsure
 */
export function choosePart(
  levels: readonly LevelLogits[],
  seed: Pick<PartSeed, 'share' | 'border'>,
  frame: Frame,
): { readonly cells: CellMask; readonly share: number } | { readonly doubt: PartDoubt } {
  const growth = (share: number) =>
    share > 0 ? Math.abs(Math.log(share / seed.share)) : Number.POSITIVE_INFINITY;
  const [nearest] = levels
    .map((level) => ({ ...candidateOf(level, frame), quality: clampedQuality(level) }))
    .sort((a, b) => growth(a.share) - growth(b.share));
  if (!nearest || growth(nearest.share) > Math.log(MOST_GROWTH)) return { doubt: 'size' };
  if (nearest.quality < LEAST_QUALITY) return { doubt: 'quality' };
  if (nearest.border > Math.max(MOST_BORDER, 1.5 * seed.border)) return { doubt: 'border' };
  return { cells: nearest.cells, share: nearest.share };
}

/**
 * The cells that are looked at because of a part: its mask with its holes filled and narrow notches closed, since a hole
 * or a notch may be the defect, and a margin around it.
 */
export function partCells(mask: CellMask, frame: Frame): CellMask {
  const { width, height } = cellGrid(frame);
  const outside = invert(withoutHoles(mask, width, height));
  const grown = invert(near(invert(outside), width, height, NOTCH + MARGIN));
  return invert(near(grown, width, height, NOTCH));
}

function invert(cells: CellMask): CellMask {
  return cells.map((cell) => 1 - cell);
}

/** With everything set that the border cannot reach over cells that are not. */
function withoutHoles(mask: CellMask, width: number, height: number): CellMask {
  const filled = new Uint8Array(mask.length).fill(1);
  for (const piece of connectedComponents(invert(mask), width, height)) {
    const isOutside = piece.some((i) => {
      const x = i % width;
      return x === 0 || x === width - 1 || i < width || i >= mask.length - width;
    });
    if (isOutside) for (const i of piece) filled[i] = 0;
  }
  return filled;
}

/** 1 where a set cell lies within a distance, centre to centre. */
function near(cells: CellMask, width: number, height: number, distance: number): CellMask {
  const reached = new Uint8Array(cells.length);
  for (let dy = -distance; dy <= distance; dy++) {
    const reach = Math.floor(Math.sqrt(distance ** 2 - dy ** 2));
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
      const row = (y + dy) * width;
      for (let x = 0; x < width; x++) {
        if (cells[y * width + x]) {
          reached.fill(1, row + Math.max(0, x - reach), row + Math.min(width, x + reach + 1));
        }
      }
    }
  }
  return reached;
}

/** Share of the cells along the border that are set. */
function borderShare(cells: CellMask, width: number, height: number): number {
  let set = 0;
  for (let x = 0; x < width; x++) set += cells[x]! + cells[(height - 1) * width + x]!;
  for (let y = 1; y < height - 1; y++) set += cells[y * width]! + cells[(y + 1) * width - 1]!;
  return Math.min(1, set / Math.max(1, 2 * (width + height) - 4));
}
