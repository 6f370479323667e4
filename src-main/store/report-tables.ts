export const REPORTS: readonly string[] = [];
