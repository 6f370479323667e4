export const BACKUPS: readonly string[] = [];
