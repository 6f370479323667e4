/** Tokens of one stage of the vision tower on a grid, [height, width, channels], as kept and compared. */
export interface TokenGrid {
  /** Index of the stage. */
  readonly stage: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float16Array;
}

/** `half`: averages of 2 × 2 tokens; `fine`: all tokens. */
export type TokenScale = 'half' | 'fine';

/** What is kept of an image's tokens to compare it with others. */
export type ImageTokens = Readonly<Record<TokenScale, readonly TokenGrid[]>>;

/** Tokens of a stage, [height, width, channels]. */
interface StageTokens {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/**
 * Which stages are compared at each scale: all but the first, which holds edges and colours more than things; for defects of
 * few pixels the first of these alone.
 */
export function comparedStages(count: number): Readonly<Record<TokenScale, readonly number[]>> {
  const all = Array.from({ length: count }, (_, stage) => stage);
  const half = count > 1 ? all.slice(1) : all;
  return { half, fine: half.slice(0, 1) };
}

/** What is kept of the stages of an image. */
export function keptTokens(
  stages: readonly StageTokens[],
  compared: Readonly<Record<TokenScale, readonly number[]>>,
): ImageTokens {
  return {
    half: compared.half.map((stage) => averagedSquares(stages[stage]!, stage)),
    fine: compared.fine.map((stage) => {
      const { dims, data } = stages[stage]!;
      const [height, width, channels] = dims as [number, number, number];
      return { stage, width, height, channels, data: Float16Array.from(data) };
    }),
  };
}

/** Averages of 2 × 2 tokens; at an odd size the last ones average what they have. */
function averagedSquares({ dims, data }: StageTokens, stage: number): TokenGrid {
  const [rows, columns, channels] = dims as [number, number, number];
  const height = Math.ceil(rows / 2);
  const width = Math.ceil(columns / 2);
  const out = new Float16Array(height * width * channels);
  const sum = new Float32Array(channels);
  for (let y = 0; y < height; y++) {
    const bottom = Math.min(rows, 2 * y + 2);
    for (let x = 0; x < width; x++) {
      const right = Math.min(columns, 2 * x + 2);
      sum.fill(0);
      for (let v = 2 * y; v < bottom; v++)
        for (let u = 2 * x; u < right; u++) {
          const from = (v * columns + u) * channels;
          for (let c = 0; c < channels; c++) sum[c]! += data[from + c]!;
        }
      const share = 1 / ((bottom - 2 * y) * (right - 2 * x));
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = sum[c]! * share;
    }
  }
  return { stage, width, height, channels, data: out };
}
