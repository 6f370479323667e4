export const TOTALS: readonly string[] = [];
