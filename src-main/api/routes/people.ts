import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Who may sign in, and who is signed in on a connection. */
export function peopleRoutes({ people: os }: Implementer, { people, presence }: Workstation) {
  return {
    list: os.list.handler(() => people.list()),
    signIn: os.signIn.handler(async ({ input: { name, pin }, context: { connection } }) => {
      const session = await people.signIn(name, pin);
      if (connection) {
        connection.token = session.token;
        presence.leave(connection);
      }
      return session;
    }),
    resume: os.resume.handler(async ({ input: { token }, context: { connection } }) => {
      const inspector = await people.who(token);
      if (connection) connection.token = inspector && token;
      return inspector;
    }),
    signOut: os.signOut.handler(async ({ context: { connection } }) => {
      const token = connection?.token;
      if (connection) {
        connection.token = null;
        presence.leave(connection);
      }
      if (token) await people.signOut(token);
      return null;
    }),
    stay: os.stay.handler(({ context: { connection } }) => people.who(connection?.token ?? null, true)),
    changePin: os.changePin.handler(({ input: { present, pin }, context: { connection } }) =>
      people.changeOwnPin(connection?.token ?? null, present, pin),
    ),
    idleMinutes: os.idleMinutes.handler(() => people.idleMinutes()),
    changeIdleMinutes: os.changeIdleMinutes.handler(
      ({ input: { minutes, inspector }, context: { acting } }) =>
        people.changeIdleMinutes(acting, minutes, inspector),
    ),
    add: os.add.handler(({ input, context: { acting } }) => people.add(acting, input)),
    changeRole: os.changeRole.handler(({ input: { name, role, inspector }, context: { acting } }) =>
      people.changeRole(acting, name, role, inspector),
    ),
    resetPin: os.resetPin.handler(({ input: { name, pin, inspector }, context: { acting } }) =>
      people.resetPin(acting, name, pin, inspector),
    ),
    remove: os.remove.handler(({ input: { name, inspector }, context: { acting } }) =>
      people.remove(acting, name, inspector),
    ),
  };
}
