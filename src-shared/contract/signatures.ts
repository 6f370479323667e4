/** Signatures under reports, dispositions of lots and recipe revisions. */
export const signatures = {};
