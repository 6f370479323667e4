import type { TokenGrid } from './image-tokens.ts';

/** Tokens of unit length on a grid, [height · width, channels]. */
export interface UnitTokens {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Added to squared lengths: a token without any contrast gets a length of 0, not of NaN. */
const TINY = 1e-6;

/**
 * Tokens ready to be compared by cosine: of each stage, less the token's mean over channels, at unit length; smoothed ones
 * are then averaged with the neighbours that they have (3 × 3) and brought to unit length again. The stages are put in a
 * row, so that the cosine of the whole is the mean of the stages' cosines.
 * @param stages on one grid
 */
export function unitTokens(
  stages: readonly TokenGrid[],
  { smoothed }: { readonly smoothed: boolean },
): UnitTokens {
  const { width, height } = stages[0]!;
  const channels = stages.reduce((sum, stage) => sum + stage.channels, 0);
  const data = new Float32Array(width * height * channels);
  const share = 1 / Math.sqrt(stages.length);
  let offset = 0;
  for (const stage of stages) {
    const units = unitStage(stage, smoothed);
    for (let token = 0, from = 0; token < width * height; token++) {
      const to = token * channels + offset;
      for (let c = 0; c < stage.channels; c++, from++) data[to + c] = units[from]! * share;
    }
    offset += stage.channels;
  }
  return { width, height, channels, data };
}

function unitStage({ width, height, channels, data }: TokenGrid, smoothed: boolean): Float32Array {
  const units = Float32Array.from(data);
  for (let from = 0; from < units.length; from += channels) {
    let mean = 0;
    for (let i = from; i < from + channels; i++) mean += units[i]!;
    mean /= channels;
    for (let i = from; i < from + channels; i++) units[i]! -= mean;
  }
  toUnitLength(units, channels);
  if (!smoothed) return units;
  const across = meansOfThree(units, height, width, channels);
  // A whole row is what lies next to another one down the grid.
  const means = meansOfThree(across, 1, height, width * channels);
  toUnitLength(means, channels);
  return means;
}

/** Brings every token to unit length. */
function toUnitLength(data: Float32Array, channels: number): void {
  for (let from = 0; from < data.length; from += channels) {
    let sum = TINY;
    for (let i = from; i < from + channels; i++) sum += data[i]! * data[i]!;
    const scale = 1 / Math.sqrt(sum);
    for (let i = from; i < from + channels; i++) data[i]! *= scale;
  }
}

/** Means of every item of a line with its neighbours; `lines` lines of `count` items of `size` values. */
function meansOfThree(data: Float32Array, lines: number, count: number, size: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < lines; line++) {
    for (let item = 0; item < count; item++) {
      const first = Math.max(0, item - 1);
      const last = Math.min(count - 1, item + 1);
      const to = (line * count + item) * size;
      for (let near = first; near <= last; near++) {
        const from = (line * count + near) * size;
        for (let i = 0; i < size; i++) out[to + i]! += data[from + i]!;
      }
      const share = 1 / (last - first + 1);
      for (let i = 0; i < size; i++) out[to + i]! *= share;
    }
  }
  return out;
}
