import { type Frame, MAP_SIDE } from '../../src-shared/frame.ts';
import { contentLattice, onLattice, type TowerFrame } from './fit.ts';

/** Logit of cells that no image lies in: SAM is as sure of a background far from any object. */
const NO_IMAGE = -32;

/**
 * SAM's logits over its encoder's square, on the cells of the map frame. Cells outside of the content are clearly
 * negative, but for the first ones along it, which repeat its edge: the last pixels of the content are interpolated with
 * them.
 * @param logits [side, side], row by row
 * @param tower where the image's content lies in the encoder's square
 * @returns [256, 256]; `logits` itself where both squares hold the content alike
 */
export function logitsOnFrame(
  logits: Float32Array,
  side: number,
  tower: TowerFrame,
  frame: Frame,
): Float32Array {
  const from = contentLattice(tower, side);
  const to = contentLattice(frame, MAP_SIDE);
  const isSame = from.perWidth === to.perWidth && from.perHeight === to.perHeight;
  if (isSame && side === MAP_SIDE) return logits;
  const content = new Float32Array(from.width * from.height);
  for (let y = 0; y < from.height; y++) {
    content.set(logits.subarray(y * side, y * side + from.width), y * from.width);
  }
  const cells = onLattice(content, 1, from, to);
  const out = new Float32Array(MAP_SIDE * MAP_SIDE).fill(NO_IMAGE);
  const right = Math.min(to.width + 1, MAP_SIDE);
  const bottom = Math.min(to.height + 1, MAP_SIDE);
  for (let y = 0; y < bottom; y++) {
    const row = Math.min(y, to.height - 1) * to.width;
    for (let x = 0; x < right; x++) out[y * MAP_SIDE + x] = cells[row + Math.min(x, to.width - 1)]!;
  }
  return out;
}
