/**
 * First-pass yield: (good − reworked) / in.
 * @param good including those that are good only since they were reworked
 * @returns 0..1; null of nothing
 */
export function firstPassYield(good: number, reworked: number, inspected: number): number | null {
  return inspected === 0 ? null : (good - reworked) / inspected;
}
