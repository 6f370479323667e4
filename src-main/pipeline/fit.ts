import type { TowerInput } from '../../src-shared/pack.ts';

/** How a tower wants an image: the side of its square, and how the image is put into it. */
export type TowerFit = Pick<TowerInput, 'inputSize' | 'fit'>;

/** The content of an image in a tower's square, from the top left corner, in the tower's pixels. */
export interface TowerFrame {
  /** Side of the square. */
  readonly size: number;
  readonly width: number;
  readonly height: number;
}

/** Side of the frame that maps, regions and masks of an image live in when the vision tower squashes what it sees. */
const FRAME_SIDE = 1024;

/** Side of the map frame for a vision tower: its own square, where that keeps the aspect ratio. */
export function frameSide({ fit, inputSize }: TowerFit): number {
  return fit === 'longest-side-pad' ? inputSize : FRAME_SIDE;
}

/** The content of a frame in a tower's square; `squash` fills it. */
export function towerFrame(frame: TowerFrame, { fit, inputSize }: TowerFit): TowerFrame {
  if (fit === 'squash') return { size: inputSize, width: inputSize, height: inputSize };
  const scaled = (side: number) => Math.max(1, Math.floor((side * inputSize) / frame.size + 0.5));
  return { size: inputSize, width: scaled(frame.width), height: scaled(frame.height) };
}

/** A tower sees exactly the pixels of the map frame. */
export function seesFrame(frame: TowerFrame, tower: TowerFrame): boolean {
  return frame.size === tower.size && frame.width === tower.width && frame.height === tower.height;
}

/** A lattice over an image: `perWidth` cells lie along its width, and `width` cells are needed for that. */
export interface Lattice {
  readonly width: number;
  readonly height: number;
  readonly perWidth: number;
  readonly perHeight: number;
}

/** The cells of a square with `side` of them along it that its content touches. */
export function contentLattice(content: TowerFrame, side: number): Lattice {
  const perWidth = (content.width * side) / content.size;
  const perHeight = (content.height * side) / content.size;
  return { width: Math.ceil(perWidth), height: Math.ceil(perHeight), perWidth, perHeight };
}

/**
 * Values of one lattice over an image on another one: linear between cell centres, where that has fewer cells averaged
 * with a triangle as wide as they are (as images are scaled), replicated edges.
 * @param data [from.height, from.width, channels]
 * @returns [to.height, to.width, channels]; `data` itself where both lattices are the same
 */
export function onLattice(data: Float32Array, channels: number, from: Lattice, to: Lattice): Float32Array {
  const isSame = from.perWidth === to.perWidth && from.perHeight === to.perHeight;
  if (isSame) return data;
  const columns = taps(from.width, to.width, from.perWidth / to.perWidth);
  const rows = taps(from.height, to.height, from.perHeight / to.perHeight);
  const across = new Float32Array(from.height * to.width * channels);
  for (let y = 0; y < from.height; y++) {
    columns.forEach(({ first, weights }, x) => {
      const target = (y * to.width + x) * channels;
      weights.forEach((weight, k) => {
        addScaled(across, target, data, (y * from.width + first + k) * channels, weight, channels);
      });
    });
  }
  const out = new Float32Array(to.height * to.width * channels);
  const row = to.width * channels;
  rows.forEach(({ first, weights }, y) => {
    weights.forEach((weight, k) => {
      addScaled(out, y * row, across, (first + k) * row, weight, row);
    });
  });
  return out;
}

function addScaled(
  out: Float32Array,
  to: number,
  data: Float32Array,
  from: number,
  weight: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[to + i]! += weight * data[from + i]!;
}

/** Cells that a cell of the result is made of, and their shares, which sum up to 1. @param ratio source cells per result cell */
function taps(
  size: number,
  count: number,
  ratio: number,
): { readonly first: number; readonly weights: readonly number[] }[] {
  const reach = Math.max(1, ratio);
  return Array.from({ length: count }, (_, i) => {
    const centre = Math.min(Math.max((i + 0.5) * ratio - 0.5, 0), size - 1);
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(size - 1, Math.floor(centre + reach));
    const raw = Array.from({ length: last - first + 1 }, (_unused, k) =>
      Math.max(0, 1 - Math.abs(first + k - centre) / reach),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
