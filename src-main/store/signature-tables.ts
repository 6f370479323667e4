export const SIGNATURES: readonly string[] = [];
