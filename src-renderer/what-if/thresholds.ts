import type { Recipe } from '../../src-shared/recipe.ts';

/** The part of a recipe that can be tried out on stored results. */
export type TrialThresholds = Pick<Recipe, 'warn' | 'reject' | 'theta'>;
export type ThresholdName = keyof TrialThresholds;

/** To three decimals within 0..1. */
export function round(value: number): number {
  return Math.round(Math.min(Math.max(value, 0), 1) * 1000) / 1000;
}

/** Moves one threshold; `warn` never passes `reject`: it stops there, or is stopped. */
export function moved(trial: TrialThresholds, name: ThresholdName, value: number): TrialThresholds {
  if (name === 'warn') return { ...trial, warn: Math.min(value, trial.reject) };
  if (name === 'reject') return { ...trial, reject: Math.max(value, trial.warn) };
  return { ...trial, theta: value };
}

export function isSameTrial(a: TrialThresholds, b: TrialThresholds): boolean {
  return a.warn === b.warn && a.reject === b.reject && a.theta === b.theta;
}

/** Where the marks of an axis of counts go: 0, and up to four round numbers up to `top`. */
export function countTicks(top: number, isLog: boolean): number[] {
  if (top <= 0) return [0];
  if (isLog) {
    const powers = Array.from({ length: Math.floor(Math.log10(top)) + 1 }, (_, power) => 10 ** power);
    const every = Math.ceil(powers.length / 4);
    return [0, ...powers.filter((_, index) => index % every === 0)];
  }
  const rough = top / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * magnitude).find((size) => size >= rough)!);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step);
}

/** Height of a count in a plot whose highest one is `top`, 0..1. */
export function heightOf(count: number, top: number, isLog: boolean): number {
  if (top <= 0) return 0;
  return isLog ? Math.log1p(count) / Math.log1p(top) : count / top;
}
