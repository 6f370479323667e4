import type { Alignment } from '../../src-shared/alignment.ts';
import type { Frame } from '../../src-shared/frame.ts';
import { fromAligned } from '../pipeline/alignment.ts';
import { type CellMask, isLookedAt } from '../pipeline/area-mask.ts';
import type { TokenScale } from '../pipeline/image-tokens.ts';
import { CELLS_OF_TOKEN } from '../pipeline/token-map.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';

/**
 * The values that count for an image's score: of tokens whose middle is looked at; of cells, where an area lies between
 * them; all where everything is looked at.
 * @param onCells brings them to the cells of the coarse map
 */
export function countedValues(
  values: Float32Array,
  { width, height }: Pick<UnitTokens, 'width' | 'height'>,
  {
    cells,
    alignment,
    frame,
  }: {
    readonly cells?: CellMask | undefined;
    readonly alignment: Alignment | null;
    readonly frame: Frame;
  },
  scale: TokenScale,
  onCells: (values: Float32Array) => Float32Array,
): Float32Array {
  if (!cells) return values;
  const token = CELLS_OF_TOKEN[scale] * frame.cell;
  const counted = values.filter((_, i) => {
    const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
    const at = alignment
      ? fromAligned({ x: (x * alignment.size) / width, y: (y * alignment.size) / height }, alignment)
      : { x: x * token, y: y * token };
    return isLookedAt(at, cells, frame);
  });
  return counted.length > 0 ? counted : seenCells(onCells(values), cells);
}

/** Values of the cells that are looked at. */
export function seenCells(values: Float32Array, cells: CellMask | undefined): Float32Array {
  return cells ? values.filter((_, i) => cells[i] === 1) : values;
}
