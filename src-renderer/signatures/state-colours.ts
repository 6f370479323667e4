import type { SignatureState, SignatureStatus } from '../../src-shared/signature.ts';

/** Of badges; the words stand in them as well. */
export const STATE_COLOURS: Readonly<Record<SignatureState, string>> = {
  valid: 'green',
  broken: 'red',
  altered: 'red',
  withdrawn: 'gray',
};

export const STATUS_COLOURS: Readonly<Record<SignatureStatus, string>> = {
  unsigned: 'gray',
  signed: 'blue',
  waiting: 'yellow',
  approved: 'green',
  broken: 'red',
};
