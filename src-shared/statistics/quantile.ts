/**
 * A quantile by nearest rank: the smallest value with at least `share` of all values at or below it.
 * @param values with how often each occurs, in any order
 * @param share 0..1, not 0
 * @returns null of nothing
 */
export function nearestRank(
  values: readonly (readonly [value: number, count: number])[],
  share: number,
): number | null {
  const rising = [...values].sort(([a], [b]) => a - b);
  const rank = Math.ceil(share * rising.reduce((sum, [, count]) => sum + count, 0));
  let seen = 0;
  for (const [value, count] of rising) {
    seen += count;
    if (seen >= rank && count > 0) return value;
  }
  return null;
}
