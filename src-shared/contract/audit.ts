/** The audit trail: searched, verified, exported. */
export const audit = {};
