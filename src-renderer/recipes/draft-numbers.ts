/** A number as it is typed; NaN where there is none. */
export function numberOf(value: number | string): number {
  return typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
}

/** `value × factor` without the rounding errors of binary fractions. */
export function scaledNumber(value: number, factor: number): number {
  return Number((value * factor).toPrecision(12));
}
