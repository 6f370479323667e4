import { type NelsonRule, nelsonViolations } from './nelson-rules.ts';

/** One subgroup of a p-chart: how many were inspected, and how many of them are nonconforming. */
export interface PChartSubgroup {
  readonly inspected: number;
  readonly nonconforming: number;
}

/** Shares, 0..1; null where the subgroup is empty. */
export interface PChartLimits {
  readonly share: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly violations: readonly NelsonRule[];
}

/**
 * Shewhart's chart of the share of nonconforming units: centre p̄, limits p̄ ± 3√(p̄(1−p̄)/n) with each subgroup's own n
 * (NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2; Montgomery, Introduction to Statistical Quality Control,
 * 7.2), clipped to 0..1. Nelson's rules are applied to the standardised distances z = (p − p̄)/√(p̄(1−p̄)/n), as limits that
 * vary need it; empty subgroups are passed over.
 * @param subgroups in the order of time
 * @returns `centre` null without any unit
 */
export function controlChart(subgroups: readonly PChartSubgroup[]): {
  readonly centre: number | null;
  readonly points: readonly PChartLimits[];
} {
  const total = sum(subgroups, ({ inspected }) => inspected);
  if (total === 0) return { centre: null, points: subgroups.map(() => EMPTY) };
  const centre = sum(subgroups, ({ nonconforming }) => nonconforming) / total;
  const sigmaOf = (n: number) => Math.sqrt((centre * (1 - centre)) / n);
  const filled = subgroups.filter(({ inspected }) => inspected > 0);
  const distances = filled.map(({ inspected, nonconforming }) => {
    const sigma = sigmaOf(inspected);
    return sigma === 0 ? 0 : (nonconforming / inspected - centre) / sigma;
  });
  const violations = nelsonViolations(distances).values();
  const points = subgroups.map(({ inspected, nonconforming }) => {
    if (inspected === 0) return EMPTY;
    const reach = 3 * sigmaOf(inspected);
    return {
      share: nonconforming / inspected,
      lower: Math.max(0, centre - reach),
      upper: Math.min(1, centre + reach),
      violations: violations.next().value!,
    };
  });
  return { centre, points };
}

const EMPTY: PChartLimits = { share: null, lower: null, upper: null, violations: [] };

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
