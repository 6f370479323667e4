import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Who has which image open. */
export function presenceRoutes({ presence: os }: Implementer, { presence, people }: Workstation) {
  return {
    set: os.set.handler(async ({ input: { at }, context: { connection } }) => {
      const windows = () => (at ? presence.of(at.batchId) : []);
      if (!connection) return { window: null, windows: windows() };
      const inspector = await people.who(connection.token);
      if (at === null || !(inspector || (await people.isOpen()))) {
        presence.leave(connection);
        return { window: null, windows: windows() };
      }
      const window = presence.enter(connection, at, inspector?.name ?? null);
      return { window, windows: windows() };
    }),
  };
}
