import { z } from 'zod';

/** From the least to the most: each may do what those before it may. */
export const ROLES = ['operator', 'reviewer', 'engineer'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** Somebody who may sign in. */
export const inspectorSchema = z.object({ name: z.string(), role: roleSchema }).readonly();
export type Inspector = z.infer<typeof inspectorSchema>;

export const PIN_LENGTH = { min: 4, max: 64 } as const;
export const pinSchema = z.string().min(PIN_LENGTH.min).max(PIN_LENGTH.max);
export const IDLE_MINUTES_LIMIT = 24 * 60;
/** Milliseconds: a window says this often at most that somebody is there. */
export const SIGNS_OF_LIFE_EVERY = 15_000;
