/** Reports that are filed: made, numbered, revised. */
export const reports = {};
