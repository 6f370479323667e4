import { z } from 'zod';
import { inspectorNameSchema } from '../field-schemas.ts';
import { IDLE_MINUTES_LIMIT, inspectorSchema, pinSchema, roleSchema } from '../roles.ts';
import { base, inspector } from './base.ts';

const tokenSchema = z.string().max(100);

const idleMinutesSchema = z.int().min(1).max(IDLE_MINUTES_LIMIT).nullable();

/** With `token`, a new connection is signed in again. */
const sessionSchema = z.object({ token: tokenSchema, inspector: inspectorSchema });

/**
 * Who may do what: see `permissions.ts`. Without people everything is open; the first one has to be an engineer,
 * and from then on who changes something has to sign in, on this connection.
 */
export const people = {
  list: base.output(z.array(inspectorSchema)),
  signIn: base.input(z.object({ name: inspectorNameSchema, pin: pinSchema })).output(sessionSchema),
  /** Signs in with the token of an earlier connection; null when that is over. */
  resume: base.input(z.object({ token: tokenSchema })).output(inspectorSchema.nullable()),
  signOut: base.output(z.null()),
  /** Somebody is there: the minutes of {@link idleMinutes} begin anew. Null when the session is over. */
  stay: base.output(inspectorSchema.nullable()),
  /** One's own. `present` is the one until now; this session goes on, the inspector's others end. */
  changePin: base
    .input(z.object({ present: pinSchema, pin: pinSchema, ...inspector }))
    .output(inspectorSchema),
  /** Minutes without a key or a move after which a window signs out, and the session is over; null: never. */
  idleMinutes: base.output(idleMinutesSchema),
  changeIdleMinutes: base
    .input(z.object({ minutes: idleMinutesSchema, ...inspector }))
    .output(idleMinutesSchema),
  /** Somebody who was removed comes back. */
  add: base
    .input(z.object({ name: inspectorNameSchema, role: roleSchema, pin: pinSchema, ...inspector }))
    .output(inspectorSchema),
  changeRole: base
    .input(z.object({ name: inspectorNameSchema, role: roleSchema, ...inspector }))
    .output(inspectorSchema),
  resetPin: base
    .input(z.object({ name: inspectorNameSchema, pin: pinSchema, ...inspector }))
    .output(inspectorSchema),
  /** May not sign in any more; what they did keeps their name. */
  remove: base.input(z.object({ name: inspectorNameSchema, ...inspector })).output(inspectorSchema),
};
