/** Dialogs of signatures: above a drawer, below what has to be signed in to. */
export const DIALOG = { size: 'sm', zIndex: 350, centered: true } as const;
