import type { Opinion, OpinionSettings } from '../../src-shared/opinion.ts';
import { logit, sigmoid } from './calibration.ts';

/** Opinions that there are, each with a number, or a map. */
export type PerOpinion<T> = Readonly<Partial<Record<Opinion, T>>>;

/** In the order in which they are told. */
export const OPINIONS: readonly Opinion[] = ['language', 'consensus', 'references'];

/** Shares by which opinions are joined, by who is there. */
export function opinionWeights(
  there: readonly Opinion[],
  fixed: OpinionSettings['weights'],
): PerOpinion<number> {
  const automatic: Record<Opinion, number> =
    there.length === 3
      ? { language: 0.35, consensus: 0.2, references: 0.45 }
      : { language: 0.4, consensus: 0.6, references: 0.6 };
  const chosen = there.map((opinion) => (fixed ?? automatic)[opinion]);
  const sum = chosen.reduce((total, weight) => total + weight, 0);
  // All fixed at 0: nothing was said about who is right.
  const share = (weight: number) => (sum > 0 ? weight / sum : 1 / there.length);
  return Object.fromEntries(there.map((opinion, i) => [opinion, share(chosen[i]!)]));
}

/**
 * What opinions say together: the weighted mean of their logits, on the scale of language's own map, where `theta` is what
 * each would call 0.5: as far as the farthest good one.
 */
export function fuseLogits(logits: PerOpinion<number>, weights: PerOpinion<number>, theta: number): number {
  let sum = logit(theta);
  for (const opinion of OPINIONS) sum += (weights[opinion] ?? 0) * (logits[opinion] ?? 0);
  return sigmoid(sum);
}

/** As {@link fuseLogits}, cell by cell. */
export function fuseMaps(
  logits: PerOpinion<Float32Array>,
  weights: PerOpinion<number>,
  theta: number,
): Float32Array {
  const there = OPINIONS.filter((opinion) => logits[opinion] !== undefined);
  const base = logit(theta);
  const fused = new Float32Array(logits[there[0]!]!.length).fill(base);
  for (const opinion of there) {
    const weight = weights[opinion]!;
    const map = logits[opinion]!;
    for (let i = 0; i < fused.length; i++) fused[i]! += weight * map[i]!;
  }
  for (let i = 0; i < fused.length; i++) fused[i] = sigmoid(fused[i]!);
  return fused;
}
