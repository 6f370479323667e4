import { DISTANCE_STEEPNESS, distanceLogit, type Limits } from './calibration.ts';

/** Judged tokens are alike within this share of the limit of good ones. */
const RADIUS = 0.5;
const POWER = 4;
/** The logit that a full match of a harmless mark is brought down to: below the limit. */
const SILENT = -1;
/** How far above the farthest good place a full match of a counter-example is raised. */
const RAISED = 1;

/** How alike to judged marks an image is, 0..1; undefined where there are no such marks. */
export interface Likeness {
  readonly harmless: Float32Array | undefined;
  readonly counterExamples: Float32Array | undefined;
}

/** The radius within which tokens are alike. @param limit up to where tokens are good */
export function likenessRadius(limit: number): number {
  return RADIUS * limit;
}

/** Likeness from distances to the nearest mark of each kind; where both kinds are near the nearer one counts. */
export function markLikeness(
  harmless: Float32Array | undefined,
  counterExamples: Float32Array | undefined,
  radius: number,
): Likeness {
  const alike = (own: Float32Array | undefined, other: Float32Array | undefined, winsTie: boolean) =>
    own?.map((distance, i) => {
      const rival = other?.[i] ?? Number.POSITIVE_INFINITY;
      if (rival < distance || (rival === distance && !winsTie)) return 0;
      return 1 / (1 + (distance / radius) ** POWER);
    });
  return {
    harmless: alike(harmless, counterExamples, true),
    counterExamples: alike(counterExamples, harmless, false),
  };
}

/** Logits with what is like harmless marks silenced. */
export function silenced(logits: Float32Array, harmless: Float32Array | undefined): Float32Array {
  if (!harmless) return logits;
  return logits.map((value, i) => value - harmless[i]! * Math.max(0, value - SILENT));
}

/** Distances with what is like harmless marks silenced, token by token. */
export function silencedDistances(
  distances: Float32Array,
  { map: limit }: Limits,
  harmless: Float32Array | undefined,
): Float32Array {
  if (!harmless) return distances;
  const logits = silenced(
    distances.map((distance) => distanceLogit(distance, limit)),
    harmless,
  );
  return logits.map((value) => limit * Math.exp(value / DISTANCE_STEEPNESS));
}

/** Logits of what opinions say together, with what is like counter-examples raised. @param centre see `Centre` */
export function raised(
  logits: Float32Array,
  counterExamples: Float32Array | undefined,
  centre: number,
): Float32Array {
  if (!counterExamples) return logits;
  const aim = centre + RAISED;
  return logits.map((value, i) => value + counterExamples[i]! * Math.max(0, aim - value));
}
