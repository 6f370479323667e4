export const SCALES: readonly string[] = [];
