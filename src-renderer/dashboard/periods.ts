import type { StatsFilter } from '../../src-shared/statistics/stats-filter.ts';

/** Stretches of days that can be chosen at once; the number is how many, today among them. */
export const PERIODS = { all: null, today: 1, week: 7, month: 30, quarter: 90 } as const;
export type Period = keyof typeof PERIODS;

type Days = Pick<StatsFilter, 'from' | 'to'>;

/** The days of a period. @param today ISO day, UTC, as the records have their days */
export function daysOf(period: Period, today: string): Days {
  const days = PERIODS[period];
  if (days === null) return {};
  const first = new Date(`${today}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() - days + 1);
  return { from: first.toISOString().slice(0, 10), to: today };
}

/** The period that these days are; null: none of them. */
export function periodOf({ from, to }: Days, today: string): Period | null {
  const periods = Object.keys(PERIODS) as Period[];
  return (
    periods.find((period) => {
      const days = daysOf(period, today);
      return days.from === from && days.to === to;
    }) ?? null
  );
}

/** Today's ISO day, UTC. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
