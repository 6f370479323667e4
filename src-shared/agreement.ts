import { z } from 'zod';
import { countSchema, immutable } from './field-schemas.ts';
import type { HumanVerdict } from './verdict.ts';

/**
 * How many images were judged alike, with the 95 % interval of that share (Wilson), and Cohen's or Fleiss' kappa:
 * agreement beyond chance, 1 at most. Null where it is not defined.
 */
const agreement = z.object({
  kappa: z.number().nullable(),
  agreed: countSchema,
  total: countSchema,
  /** Low and high, 0..1; null of nothing. */
  interval: z.tuple([z.number(), z.number()]).readonly().nullable(),
});
export type Agreement = Readonly<z.infer<typeof agreement>>;

/** What an inspector said: `rounds[r][i]` is their answer to image i in round r. */
export interface InspectorRatings {
  readonly inspector: string;
  readonly rounds: readonly (readonly HumanVerdict[])[];
}

/** An inspector's answers of all rounds against what is known of the images. */
const referenceAgreement = agreement.extend({
  /** Answers on defective images, and those of them that accepted. */
  defective: countSchema,
  misses: countSchema,
  /** Answers on good images, and those of them that rejected. */
  good: countSchema,
  falseAlarms: countSchema,
});
type ReferenceAgreement = Readonly<z.infer<typeof referenceAgreement>>;

/** Between two inspectors. */
export const pairAgreementSchema = agreement.extend({ first: z.string(), second: z.string() });
export type PairAgreement = Readonly<z.infer<typeof pairAgreementSchema>>;

export const agreementOfStudy = z.object({
  inspectors: z.array(
    z.object({
      inspector: z.string(),
      /** Between their own rounds. */
      repeatability: agreement,
      /** Null where nothing is known of any image. */
      reference: referenceAgreement.nullable(),
    }),
  ),
  /** Every round of every inspector against every other. */
  overall: agreement,
  /** Reproducibility between two inspectors, over their rounds in parallel. */
  pairs: z.array(pairAgreementSchema),
});
const studyAgreementSchema = immutable(agreementOfStudy);
export type StudyAgreement = z.infer<typeof studyAgreementSchema>;

/**
 * Cohen's kappa of two ratings of the same items (Cohen 1960, "A coefficient of agreement for nominal scales").
 * @returns null without items, and where both gave one and the same answer throughout: agreement by chance is
 * certain then, and nothing can exceed it
 */
export function cohenKappa<T>(first: readonly T[], second: readonly T[]): number | null {
  if (first.length !== second.length) throw new RangeError('Both raters must rate the same items.');
  const total = first.length;
  if (total === 0) return null;
  const observed = countWhere(first, (rating, i) => rating === second[i]) / total;
  let expected = 0;
  for (const category of new Set([...first, ...second])) {
    const share = (ratings: readonly T[]) => countWhere(ratings, (rating) => rating === category) / total;
    expected += share(first) * share(second);
  }
  return beyondChance(observed, expected);
}

/**
 * Fleiss' kappa of any number of ratings per item (Fleiss 1971, "Measuring nominal scale agreement among many
 * raters").
 * @param table one row per item: how many of its ratings fell into each category; every row has the same sum, 2 or
 * more
 * @returns null without items, and where all ratings are the same
 */
export function fleissKappa(table: readonly (readonly number[])[]): number | null {
  const [head] = table;
  if (!head) return null;
  const raters = sum(head);
  if (raters < 2 || table.some((row) => sum(row) !== raters || row.length !== head.length)) {
    throw new RangeError('Every item needs the same number of ratings, two or more.');
  }
  const alike = table.map((row) => (sum(row.map((n) => n * n)) - raters) / (raters * (raters - 1)));
  const shares = head.map((_, k) => sum(table.map((row) => row[k]!)) / (table.length * raters));
  return beyondChance(sum(alike) / table.length, sum(shares.map((share) => share * share)));
}

/** The 95 % interval of a share (Wilson 1927): it stays within 0..1, also for few items. Null of nothing. */
export function wilsonInterval(hits: number, total: number): readonly [low: number, high: number] | null {
  if (total === 0) return null;
  const z = 1.959963984540054;
  const share = hits / total;
  const scale = 1 + z ** 2 / total;
  const middle = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/**
 * An attribute agreement study (AIAG, Measurement Systems Analysis, 4th ed., chapter III C): repeatability within
 * each inspector, reproducibility between them, and the agreement of each with a reference. `uncertain` is an answer
 * of its own: it agrees with itself only, and is neither a miss nor a false alarm.
 * @param raters every one with the same number of rounds (2 or more) over the same images
 * @param reference by image: whether it is known to be good or defective; null where nobody knows
 */
export function studyAgreement(
  raters: readonly InspectorRatings[],
  reference: readonly ('accept' | 'reject' | null)[],
): StudyAgreement {
  return {
    inspectors: raters.map(({ inspector, rounds }) => ({
      inspector,
      repeatability: amongRatings(rounds),
      reference: againstReference(rounds, reference),
    })),
    overall: amongRatings(raters.flatMap(({ rounds }) => rounds)),
    pairs: raters.flatMap((a, i) =>
      raters.slice(i + 1).map((b) => {
        return {
          first: a.inspector,
          second: b.inspector,
          ...pairAgreement(a.rounds.flat(), b.rounds.flat()),
        };
      }),
    ),
  };
}

/** How far two raters agree on the same items, one answer each. */
export function pairAgreement<T>(first: readonly T[], second: readonly T[]): Agreement {
  const agreed = countWhere(first, (rating, at) => rating === second[at]);
  return { kappa: cohenKappa(first, second), ...shareOf(agreed, first.length) };
}

/** Several ratings of the same images: an image agrees when all its ratings do. */
function amongRatings(ratings: readonly (readonly HumanVerdict[])[]): Agreement {
  const [first = [], second] = ratings;
  const agreed = countWhere(first, (rating, i) => ratings.every((others) => others[i] === rating));
  const kappa = second && ratings.length === 2 ? cohenKappa(first, second) : fleissOf(ratings);
  return { kappa, ...shareOf(agreed, first.length) };
}

function fleissOf(ratings: readonly (readonly HumanVerdict[])[]): number | null {
  const [first] = ratings;
  if (!first || ratings.length < 2) return null;
  return fleissKappa(
    first.map((_, i) =>
      (['accept', 'reject', 'uncertain'] as const).map((verdict) =>
        countWhere(ratings, (of) => of[i] === verdict),
      ),
    ),
  );
}

function againstReference(
  rounds: readonly (readonly HumanVerdict[])[],
  reference: readonly ('accept' | 'reject' | null)[],
): ReferenceAgreement | null {
  const known = rounds.flatMap((round) =>
    round.flatMap((said, i) => {
      const truth = reference[i] ?? null;
      return truth === null ? [] : [{ said, truth }];
    }),
  );
  if (known.length === 0) return null;
  const times = (truth: 'accept' | 'reject', said?: HumanVerdict) =>
    countWhere(known, (one) => one.truth === truth && (said === undefined || one.said === said));
  return {
    kappa: cohenKappa<HumanVerdict>(
      known.map(({ said }) => said),
      known.map(({ truth }) => truth),
    ),
    ...shareOf(times('accept', 'accept') + times('reject', 'reject'), known.length),
    defective: times('reject'),
    misses: times('reject', 'accept'),
    good: times('accept'),
    falseAlarms: times('accept', 'reject'),
  };
}

/** How a kappa is read. `aiag`: AIAG MSA; `landis`: Landis & Koch 1977, "The measurement of observer agreement". */
export function readingOf(kappa: number): {
  readonly aiag: 'good' | 'between' | 'poor';
  readonly landis: 'poor' | 'slight' | 'fair' | 'moderate' | 'substantial' | 'almost-perfect';
} {
  const landis =
    kappa < 0
      ? 'poor'
      : kappa <= 0.2
        ? 'slight'
        : kappa <= 0.4
          ? 'fair'
          : kappa <= 0.6
            ? 'moderate'
            : kappa <= 0.8
              ? 'substantial'
              : 'almost-perfect';
  return { aiag: kappa > 0.75 ? 'good' : kappa < 0.4 ? 'poor' : 'between', landis };
}

function shareOf(agreed: number, total: number) {
  return { agreed, total, interval: wilsonInterval(agreed, total) };
}

function beyondChance(observed: number, expected: number): number | null {
  // Shares of whole numbers: certainty may miss 1 by a rounding error.
  return 1 - expected < 1e-12 ? null : (observed - expected) / (1 - expected);
}

function countWhere<T>(values: readonly T[], test: (value: T, index: number) => boolean): number {
  return values.reduce((count, value, i) => count + (test(value, i) ? 1 : 0), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
