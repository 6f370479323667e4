/** Size of a grid in tokens. */
export interface GridSize {
  readonly width: number;
  readonly height: number;
}

/** Square windows of tokens of one size, one step apart. */
export interface Windows {
  /** Sides in tokens: `side`, or as much as the grid has. */
  readonly width: number;
  readonly height: number;
  /** How many there are, across and down; row by row. */
  readonly columns: number;
  readonly rows: number;
}

/** All windows of a size in a grid. A grid that is smaller has windows of what it has. */
export function windowsOf(grid: GridSize, side: number): Windows {
  const width = Math.min(side, grid.width);
  const height = Math.min(side, grid.height);
  return { width, height, columns: grid.width - width + 1, rows: grid.height - height + 1 };
}

/** Places in the grid (row by row) of the tokens in each window. */
export function windowTokens(grid: GridSize, { width, height, columns, rows }: Windows): readonly number[][] {
  return Array.from({ length: columns * rows }, (_, at) => {
    const left = at % columns;
    const top = Math.floor(at / columns);
    return Array.from(
      { length: width * height },
      (__, i) => (top + Math.floor(i / width)) * grid.width + left + (i % width),
    );
  });
}

/**
 * WinCLIP's harmonic aggregation (arXiv 2303.14814): per token the harmonic mean of the scores of all windows that cover
 * it, so that one window that finds a token normal outweighs others.
 * @param logits of the windows' scores, which are their sigmoids
 * @returns per token 1 / harmonic mean, ≥ 1; Infinity where a score is 0
 */
export function inverseHarmonicMeans(
  grid: GridSize,
  windows: Windows,
  logits: ArrayLike<number>,
): Float64Array {
  const sums = new Float64Array(grid.width * grid.height);
  const counts = new Uint32Array(sums.length);
  windowTokens(grid, windows).forEach((tokens, at) => {
    const inverse = inverseScore(logits[at]!);
    for (const token of tokens) {
      sums[token]! += inverse;
      counts[token]! += 1;
    }
  });
  return sums.map((sum, token) => sum / counts[token]!);
}

/** 1 / sigmoid(logit), without a division by 0. */
export function inverseScore(logit: number): number {
  return 1 + Math.exp(-logit);
}
