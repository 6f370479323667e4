/** Copies of the workspace elsewhere, and what is wrong with it. */
export const backups = {};
