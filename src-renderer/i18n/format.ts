/** Whole numbers with the language's digit groups. */
export function formatCount(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A measured value, six digits at most. */
export function formatNumber(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumSignificantDigits: 6 }).format(value);
}

/** Bytes in the largest unit that leaves at least 1, decimal (1 MB = 10⁶ bytes). */
export function formatBytes(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}

/** Seconds as people say them, in at most two units: 45 sec; 3 min, 20 sec; 2 hr, 5 min. */
export function formatDuration(seconds: number, language: string): string {
  const total = Math.max(0, Math.round(seconds));
  const parts = (
    [
      ['day', Math.floor(total / 86_400)],
      ['hour', Math.floor(total / 3600) % 24],
      ['minute', Math.floor(total / 60) % 60],
      ['second', total % 60],
    ] as const
  ).map(([unit, value]) => ({ unit, value }));
  const first = Math.max(
    0,
    parts.findIndex(({ value }) => value > 0),
  );
  const shown =
    total === 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(({ value }) => value > 0);
  const texts = shown.map(({ unit, value }) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value),
  );
  return new Intl.ListFormat(language, { style: 'narrow', type: 'unit' }).format(texts);
}

/** Images per second, or per minute where it is slow. */
export function ratePerUnit(rate: number): { readonly unit: 'second' | 'minute'; readonly value: number } {
  return rate >= 1 ? { unit: 'second', value: rate } : { unit: 'minute', value: rate * 60 };
}

/** A moment in the reader's own time zone. */
export function formatMoment(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** A score or threshold: three decimals. */
export function formatScore(score: number): string {
  return score.toFixed(3);
}

/** A share of a whole in per cent, one decimal; "–" of nothing. */
export function formatShare(part: number, whole: number, language: string): string {
  if (whole === 0) return '–';
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(part / whole);
}

/** A measured size to so many significant digits; digits before the point are never rounded away. */
export function formatMeasure(value: number, language: string, digits: number): string {
  const isLong = Math.abs(value) >= 10 ** digits;
  return new Intl.NumberFormat(
    language,
    isLong ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits },
  ).format(value);
}
