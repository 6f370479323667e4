/** A raster between its pixel centres, by the definition: (0, 0) is the centre of the first pixel, edges replicate. */
export function sampleBilinear(
  data: ArrayLike<number>,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const px = Math.min(Math.max(x, 0), width - 1);
  const py = Math.min(Math.max(y, 0), height - 1);
  const at = (column: number, row: number) =>
    data[Math.min(row, height - 1) * width + Math.min(column, width - 1)]!;
  const [fx, fy] = [px - Math.floor(px), py - Math.floor(py)];
  const [left, top] = [Math.floor(px), Math.floor(py)];
  return (
    (at(left, top) * (1 - fx) + at(left + 1, top) * fx) * (1 - fy) +
    (at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx) * fy
  );
}
