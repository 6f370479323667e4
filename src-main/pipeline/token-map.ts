import { resampleRows } from './bilinear.ts';
import type { TokenScale } from './image-tokens.ts';
import type { ScoreMap } from './score-map.ts';

/** Cells of the coarse map along a token. */
export const CELLS_OF_TOKEN: Readonly<Record<TokenScale, number>> = { half: 8, fine: 4 };

/** Values per token → values per cell of the coarse map, bilinear. */
export function tokensToCells(
  tokens: ScoreMap,
  scale: TokenScale,
  cells: Pick<ScoreMap, 'width' | 'height'>,
): Float32Array {
  const { width, height } = cells;
  const ratio = 1 / CELLS_OF_TOKEN[scale];
  const out = new Float32Array(width * height);
  resampleRows(tokens, { x: 0, y: 0, width, height, ratioX: ratio, ratioY: ratio }, (row, y) =>
    out.set(row, y * width),
  );
  return out;
}
