/**
 * What became of an image file since its content was taken down: `same`, other content (`changed`), not there any more
 * (`missing`), or there and not to be read (`unreadable`).
 */
export const FILE_STATES = ['same', 'changed', 'missing', 'unreadable'] as const;
export type FileState = (typeof FILE_STATES)[number];
