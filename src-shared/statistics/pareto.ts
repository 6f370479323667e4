import type { Severity } from '../verdict.ts';

/** What one image of a severity adds to a weighted count; `none`, where the inspector gave none, as the least. */
export const SEVERITY_WEIGHTS = { critical: 10, major: 5, minor: 1, none: 1 } as const satisfies Readonly<
  Record<Severity | 'none', number>
>;

/** Images of a defect class by severity. */
export interface DefectClassCount {
  readonly defectClass: string;
  readonly severities: Readonly<Record<Severity | 'none', number>>;
}

interface DefectClassBar extends DefectClassCount {
  readonly count: number;
  /** The severities times {@link SEVERITY_WEIGHTS}. */
  readonly weighted: number;
  /** Share of this bar and all before in the sum of what they are ordered by, 0..1. */
  readonly cumulative: number;
}

/** Defect classes, the most important first; of like ones in the order of their names. */
export function pareto(classes: readonly DefectClassCount[], by: 'count' | 'weighted'): DefectClassBar[] {
  const bars = classes.map(({ defectClass, severities }) => {
    const { critical, major, minor, none } = severities;
    const weights = SEVERITY_WEIGHTS;
    return {
      defectClass,
      severities,
      count: critical + major + minor + none,
      weighted:
        critical * weights.critical + major * weights.major + minor * weights.minor + none * weights.none,
    };
  });
  bars.sort((a, b) => b[by] - a[by] || (a.defectClass < b.defectClass ? -1 : 1));
  const total = bars.reduce((sum, bar) => sum + bar[by], 0);
  let before = 0;
  return bars.map((bar) => {
    before += bar[by];
    return { ...bar, cumulative: total === 0 ? 0 : before / total };
  });
}
