/** A stored map: value / 65535 = 0..1, row by row. */
export interface QuantisedMap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

/** Not above any threshold yet; other negative numbers are roots, minus the cells of their set. */
const OUTSIDE = -0x80000000;

/**
 * How many regions a coarse map has at each of many thresholds: what `findRegions` finds at each, in one pass.
 * Cells join from the highest value to the lowest (union-find), and every threshold on the way reads off the count.
 * @param thetas 0..1, ascending
 * @param options.minCells regions with fewer cells do not count
 * @returns a count per threshold, at most `maxRegions` and at most 255
 */
export function countRegionsByTheta(
  map: QuantisedMap,
  thetas: readonly number[],
  { minCells, maxRegions }: { readonly minCells: number; readonly maxRegions: number },
): Uint8Array {
  const { cells, starts } = cellsByThreshold(map, thetas);
  const width = map.width + 2;
  // With a border of one cell that never joins.
  const parent = new Int32Array(width * (map.height + 2)).fill(OUTSIDE);
  const neighbours = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  const counts = new Uint8Array(thetas.length);
  const counted = (size: number) => (size >= minCells ? 1 : 0);
  let regions = 0;
  for (let level = thetas.length - 1; level >= 0; level--) {
    for (let i = starts[level]!; i < starts[level + 1]!; i++) {
      let root = cells[i]!;
      let size = 1;
      regions += counted(1);
      parent[root] = -1;
      for (const step of neighbours) {
        if (parent[cells[i]! + step] === OUTSIDE) continue;
        const other = rootOf(parent, cells[i]! + step);
        if (other === root) continue;
        const otherSize = -parent[other]!;
        regions += counted(size + otherSize) - counted(size) - counted(otherSize);
        const [large, small] = otherSize > size ? [other, root] : [root, other];
        size += otherSize;
        parent[small] = large;
        parent[large] = -size;
        root = large;
      }
    }
    counts[level] = Math.min(regions, maxRegions, 255);
  }
  return counts;
}

function rootOf(parent: Int32Array, cell: number): number {
  let at = cell;
  for (let up = parent[at]!; up >= 0; up = parent[at]!) {
    // Halves the path for the next one.
    const above = parent[up]!;
    if (above >= 0) parent[at] = above;
    at = up;
  }
  return at;
}

/** Cells (indices into the bordered raster) grouped by the highest threshold that they are above. */
function cellsByThreshold({ width, height, data }: QuantisedMap, thetas: readonly number[]) {
  // Thresholds strictly below each value that a cell can have.
  const below = new Uint16Array(65536);
  for (let value = 0, level = 0; value < below.length; value++) {
    while (level < thetas.length && Math.fround(value / 65535) > thetas[level]!) level++;
    below[value] = level;
  }
  const starts = new Uint32Array(thetas.length + 2);
  for (let i = 0; i < data.length; i++) starts[below[data[i]!]! + 1]!++;
  for (let level = 0; level <= thetas.length; level++) starts[level + 1]! += starts[level]!;
  const next = starts.slice();
  const cells = new Uint32Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      cells[next[below[data[i]!]!]!++] = (y + 1) * (width + 2) + x + 1;
    }
  }
  // Those above none come first; what is left is numbered by threshold.
  return { cells, starts: starts.subarray(1) };
}
