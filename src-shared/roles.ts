/** From the least to the most: each may do what those before it may. */
export const ROLES = ['operator', 'reviewer', 'engineer'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who may sign in. */
export interface Person {
  readonly name: string;
  readonly role: Role;
}

export const PIN_LENGTH = { min: 4, max: 64 } as const;
export const IDLE_MINUTES_LIMIT = 24 * 60;
/** Milliseconds: a window says this often at most that somebody is there. */
export const SIGNS_OF_LIFE_EVERY = 15_000;
