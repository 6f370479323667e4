/** Verdict counts, trends and comparisons over many batches. */
export const stats = {};
