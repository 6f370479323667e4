import type { TileRecipe } from '../../src-shared/recipe.ts';
import { numberOf, scaledNumber } from './draft-numbers.ts';

/** How large images are cut, as it is typed. */
export interface TileDraft {
  readonly mode: 'off' | TileRecipe['mode'];
  /** Per cent. */
  readonly scale: number | string;
  /** Size of the smallest defect in image pixels. */
  readonly pixels: number | string;
  /** Tokens that it should span. */
  readonly tokens: number | string;
  /** Per cent of a tile. */
  readonly overlap: number | string;
}

/** Numbers of tiles, each with a field. */
export type TileNumber = Exclude<keyof TileDraft, 'mode'>;
/** Fields in which something may be wrong. */
export type TileField = `tile-${TileNumber}`;

/** What the fields begin with: every pixel is seen, and a defect of a token's size as two of them. */
const FIRST: TileDraft = { mode: 'off', scale: 100, pixels: 16, tokens: 2, overlap: 25 };

export function toTileDraft(tiles: TileRecipe | undefined): TileDraft {
  if (!tiles) return FIRST;
  const overlap = scaledNumber(tiles.overlap, 100);
  return tiles.mode === 'scale'
    ? { ...FIRST, mode: 'scale', scale: scaledNumber(tiles.scale, 100), overlap }
    : { ...FIRST, mode: 'smallest-defect', pixels: tiles.pixels, tokens: tiles.tokens, overlap };
}

/** What a recipe says of tiles; undefined: nothing, so that its hash is that of one from before. */
export function fromTileDraft({ mode, scale, pixels, tokens, overlap }: TileDraft): TileRecipe | undefined {
  if (mode === 'off') return undefined;
  const share = scaledNumber(numberOf(overlap), 0.01);
  return mode === 'scale'
    ? { mode, scale: scaledNumber(numberOf(scale), 0.01), overlap: share }
    : { mode, pixels: numberOf(pixels), tokens: numberOf(tokens), overlap: share };
}

/** Fields in per cent. */
export function isTilePercent(field: string): boolean {
  return field === 'tile-scale' || field === 'tile-overlap';
}
