import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { TileRecipe } from '../../src-shared/recipe.ts';
import type { Span } from './span.ts';

/** Where the tiles begin along one side of the image, in image pixels. All have the same length. */
export interface TileAxis {
  /** Ascending, the first 0. */
  readonly starts: readonly number[];
  readonly length: number;
  /** Pixels that neighbours have in common, at least. */
  readonly overlap: number;
}

/** How an image is cut into tiles, and how their maps become one. */
export interface TilePlan {
  readonly columns: TileAxis;
  readonly rows: TileAxis;
  /** Frame pixels per image pixel in a tile. */
  readonly scale: number;
  /** What the recipe asks for, where that is not what is done: enlarged too much, or too many tiles. */
  readonly limit?: { readonly by: 'enlargement' | 'count'; readonly wanted: number };
  /**
   * The lattice of the joined maps: coarse and final map have its size, and a cell is a frame pixel. Its longest side
   * is that of a single frame or more, and {@link LONGEST_MAP} at most.
   */
  readonly frame: Frame;
}

/** What the encoder makes of a tile. */
export interface EncoderSize {
  /** Pixels along its square. */
  readonly inputSize: number;
  /** Tokens along its square. */
  readonly grid: number;
}

/** An enlarged picture shows nothing more, so a tile's pixels are never larger than this many frame pixels. */
export const MOST_ENLARGED = 4;
/** A short side with fewer frame pixels than this, 2 tokens of 16, is enlarged until it has them. */
const LEAST_SIDE = 32;
export const MOST_TILES = 1000;
/** Longest side of joined maps, and their most cells. */
export const LONGEST_MAP = 4096;
const MOST_CELLS = 1 << 22;

/**
 * Tiles for an image; all have the same size, are spread evenly and overlap by the recipe's share or more. Thin
 * images are enlarged, up to {@link MOST_ENLARGED}, so that their short side has 2 tokens (not more: a wide tile shows
 * what is normal around a defect). A tile of a strip is as high as the strip.
 * @param size of the image in pixels
 * @returns undefined when the whole image, as it is scaled for the encoder, is as large as the recipe asks for
 */
export function planTiles(
  { width, height }: { readonly width: number; readonly height: number },
  recipe: TileRecipe,
  encoder: EncoderSize,
): TilePlan | undefined {
  const { inputSize } = encoder;
  const wanted = wantedScale(recipe, encoder);
  const raised = Math.max(wanted, Math.min(MOST_ENLARGED, LEAST_SIDE / Math.min(width, height)));
  let by: 'enlargement' | 'count' | undefined;
  let side = Math.floor(inputSize / Math.min(raised, MOST_ENLARGED));
  if (wanted > MOST_ENLARGED) by = 'enlargement';
  const cut = () => ({
    columns: cutAxis(width, side, recipe.overlap),
    rows: cutAxis(height, side, recipe.overlap),
  });
  let axes = cut();
  for (; tileCount(axes) > MOST_TILES; axes = cut()) {
    side = Math.ceil(side * Math.max(1.001, Math.sqrt(tileCount(axes) / MOST_TILES) * 0.99));
    by = 'count';
  }
  if (tileCount(axes) === 1) return undefined;
  const scale = inputSize / side;
  return {
    ...axes,
    scale,
    ...(by && scale < wanted && { limit: { by, wanted } }),
    frame: joinedFrame(width, height, scale, inputSize),
  };
}

export function tileCount({ columns, rows }: Pick<TilePlan, 'columns' | 'rows'>): number {
  return columns.starts.length * rows.starts.length;
}

/** A tile in image pixels. @param index row by row, from 0 */
export function tileArea({ columns, rows }: TilePlan, index: number): Box {
  const across = columns.starts.length;
  return {
    x: columns.starts[index % across]!,
    y: rows.starts[Math.floor(index / across)]!,
    width: columns.length,
    height: rows.length,
  };
}

/** A tile's share of the image's area. */
export function tilePortion({ columns, rows, frame }: TilePlan): number {
  return (columns.length * rows.length) / (frame.imageWidth * frame.imageHeight);
}

/** The cells of the joined map whose centres lie in an area of the image. */
export function areaSpan({ x, y, width, height }: Box, frame: Frame): Span {
  const across = frame.width / frame.imageWidth;
  const down = frame.height / frame.imageHeight;
  return {
    left: Math.max(0, Math.ceil(x * across - 0.5)),
    top: Math.max(0, Math.ceil(y * down - 0.5)),
    right: Math.min(frame.width, Math.ceil((x + width) * across - 0.5)),
    bottom: Math.min(frame.height, Math.ceil((y + height) * down - 0.5)),
  };
}

function wantedScale(recipe: TileRecipe, { inputSize, grid }: EncoderSize): number {
  if (recipe.mode === 'scale') return recipe.scale;
  return (recipe.tokens * inputSize) / (grid * recipe.pixels);
}

function cutAxis(total: number, side: number, overlap: number): TileAxis {
  if (total <= side) return { starts: [0], length: total, overlap: 0 };
  const steps = Math.ceil((total - side) / Math.max(1, Math.floor(side * (1 - overlap))));
  const starts = Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (total - side)) / steps));
  return { starts, length: side, overlap: side - Math.ceil((total - side) / steps) };
}

function joinedFrame(width: number, height: number, scale: number, inputSize: number): Frame {
  const long = Math.max(width, height);
  const byCells = Math.floor(Math.sqrt((MOST_CELLS * long) / Math.min(width, height)));
  const size = Math.min(LONGEST_MAP, byCells, Math.max(inputSize, Math.round(long * scale)));
  return { ...frameFor(width, height, size), cell: 1 };
}
