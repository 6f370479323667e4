import type { Opinion } from '../../src-shared/opinion.ts';
import { logit, sigmoid } from './calibration.ts';
import type { OpinionView } from './opinion-view.ts';

/** Opinions that there are, each with something. */
export type PerOpinion<T> = Readonly<Partial<Record<Opinion, T>>>;

/** In the order in which they are told. */
export const OPINIONS: readonly Opinion[] = ['language', 'consensus', 'references'];

/** What decides how much each opinion is trusted. */
export interface Trust {
  /**
   * How loose good images are: the distance that nine of ten of their tokens stay within. Undefined: there is no such
   * opinion, or nothing to tell it by.
   */
  readonly references: { readonly count: number; readonly looseness: number | undefined } | undefined;
  readonly consensus: { readonly looseness: number } | undefined;
  /** Parts lie in different poses and are compared as they lie. */
  readonly posesDiffer: boolean;
  /** How high language's own map goes on good images, as logit. */
  readonly languageLimit: number;
  /** θ of the pack's recipe: language's own map means a defect from there on. */
  readonly theta: number;
}

/** Trust in a memory of no looseness, what looseness takes of it, and its range. */
const [TRUST, TRUST_SLOPE, LEAST_TRUST, MOST_TRUST] = [0.9, 1.5, 0.5, 0.8];
/** Looseness of references that nothing tells. */
const USUAL_LOOSENESS = 0.1;
/** References count as much as the crowd when there are so many. */
const EVEN_COUNT = 4;

/** Shares of the opinions in the fused map: tight memories count for more, language that fires on good parts for less. */
export function trustWeights(trust: Trust): PerOpinion<number> {
  const { references, consensus, posesDiffer, languageLimit, theta } = trust;
  const factor = posesDiffer ? 0.5 : 1;
  const ofReferences = references?.looseness ?? consensus?.looseness ?? USUAL_LOOSENESS;
  const ofCrowd = consensus?.looseness ?? ofReferences;
  const share = references ? (consensus ? references.count / (references.count + EVEN_COUNT) : 1) : 0;
  const single = references?.count === 1 ? 0.5 : 1;
  const looseness = share * ofReferences + (1 - share) * ofCrowd;
  const loudness = 1 + Math.max(0, languageLimit - logit(theta));
  return toShares({
    language: (1 - memoryTrust(looseness)) / loudness,
    ...(consensus && { consensus: (1 - share) * memoryTrust(ofCrowd) * factor }),
    ...(references && { references: share * memoryTrust(ofReferences) * factor * single }),
  });
}

function memoryTrust(looseness: number): number {
  return Math.min(Math.max(TRUST - TRUST_SLOPE * looseness, LEAST_TRUST), MOST_TRUST);
}

/** The weights of those that are there, adding up to 1; all of them 0: nothing says who is right. */
export function sharesOf(weights: PerOpinion<number>, there: readonly Opinion[]): PerOpinion<number> {
  return toShares(Object.fromEntries(there.map((opinion) => [opinion, weights[opinion] ?? 0])));
}

function toShares(weights: PerOpinion<number>): PerOpinion<number> {
  const entries = Object.entries(weights);
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries(
    entries.map(([opinion, weight]) => [opinion, sum > 0 ? weight / sum : 1 / entries.length]),
  );
}

/** What the opinions say together: the weighted mean of their logits. */
export function joinViews(views: PerOpinion<OpinionView>, weights: PerOpinion<number>): OpinionView {
  const there = OPINIONS.filter((opinion) => views[opinion]);
  const mean = (of: 'cells' | 'scored') => {
    const joined = new Float32Array(views[there[0]!]!.cells.length);
    for (const opinion of there) {
      const values = views[opinion]![of];
      const weight = weights[opinion]!;
      for (let i = 0; i < joined.length; i++) joined[i]! += weight * values[i]!;
    }
    return joined;
  };
  const cells = mean('cells');
  const isSame = there.every((opinion) => views[opinion]!.scored === views[opinion]!.cells);
  const image = there.reduce((sum, opinion) => sum + weights[opinion]! * views[opinion]!.image, 0);
  return { cells, scored: isSame ? cells : mean('scored'), image };
}

/** Where good images lie in what opinions say together, at most 0: opinions that fire in different places never add up. */
export interface Centre {
  /** Of the highest place. */
  readonly map: number;
  /** Of the highest place, as it counts for the score; see `OpinionView`. */
  readonly peak: number;
  /** Of the image as a whole. */
  readonly image: number;
}

/** On the scale of language's own map: `theta` at the centre, which is as far as the farthest good one. */
export function fusedMap({ cells }: Pick<OpinionView, 'cells'>, centre: Centre, theta: number): Float32Array {
  const base = logit(theta) - centre.map;
  return cells.map((value) => sigmoid(base + value));
}

/** An image's score: half of it what the whole image says, half its strongest place. */
export function fusedScore(
  { image, peak }: { readonly image: number; readonly peak: number },
  centre: Centre,
  theta: number,
): number {
  return sigmoid(logit(theta) + (image - centre.image) / 2 + (peak - centre.peak) / 2);
}
