import type { CandidateMask } from '../../src-main/methods/candidate-mask.ts';
import { candidateMask } from '../../src-main/methods/candidate-mask.ts';
import type { LevelLogits } from '../../src-main/pipeline/mask-levels.ts';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';

/** SAM's logits over its lattice: `inside` where told, else `outside`. */
export function levelOf(
  isInside: (x: number, y: number) => boolean,
  quality = 0.9,
  [inside, outside] = [4, -4],
): LevelLogits {
  const logits = Float32Array.from({ length: 256 * 256 }, (_, i) =>
    isInside(i % 256, Math.floor(i / 256)) ? inside! : outside!,
  );
  return { logits, quality };
}

/** A mask as a drawing: `#` where it is. */
export function maskOf(rows: readonly string[], quality = 0.9): CandidateMask {
  const level = levelOf((x, y) => rows[y]?.[x] === '#', quality);
  return candidateMask(level, { width: rows[0]!.length, height: rows.length })!;
}

export function mapOf(rows: readonly (readonly number[])[]): ScoreMap {
  return { width: rows[0]!.length, height: rows.length, data: Float32Array.from(rows.flat()) };
}
