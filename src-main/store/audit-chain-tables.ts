export const AUDIT_CHAIN: readonly string[] = [];
