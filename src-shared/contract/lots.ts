/** Acceptance sampling of lots. */
export const lots = {};
