/** One of the eight symmetries of the square, applied as transpose first, then mirrors. */
export interface Symmetry {
  readonly transpose: boolean;
  readonly mirrorRows: boolean;
  readonly mirrorColumns: boolean;
}

/**
 * A grid of tokens under a symmetry. Features of a mirrored picture are nearly the mirrored features, so this
 * is a cheap stand-in for encoding the picture again.
 * @param data [height, width, channels]
 * @returns [height', width', channels], the two sizes swapped when the symmetry transposes
 */
export function applySymmetry<T extends Float16Array | Uint8Array>(
  data: T,
  height: number,
  width: number,
  channels: number,
  symmetry: Symmetry,
): T {
  const { transpose, mirrorRows, mirrorColumns } = symmetry;
  if (!transpose && !mirrorRows && !mirrorColumns) return data;
  const rows = transpose ? width : height;
  const columns = transpose ? height : width;
  const out = data.slice() as T;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const v = mirrorRows ? rows - 1 - y : y;
      const u = mirrorColumns ? columns - 1 - x : x;
      const from = (transpose ? u * width + v : v * width + u) * channels;
      out.set(data.subarray(from, from + channels), (y * columns + x) * channels);
    }
  return out;
}
