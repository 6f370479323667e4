export const LOTS: readonly string[] = [];
