import type { CacheSizes, WorkstationEvent } from '../../../src-shared/contract/app.ts';
import { listBelowRoots } from '../../services/imports/import-roots.ts';
import { listFolder } from '../../services/imports/list-folder.ts';
import { tokenFilesOf } from '../../services/opinions/token-files.ts';
import { streamEvents } from '../event-stream.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** The program itself, what happens in it, its caches and its database. */
export function appRoutes({ app }: Implementer, workstation: Workstation) {
  const { workspace, hub, pool, runControl, thumbnails, tiles, housekeeping } = workstation;
  const cacheSizes = async (): Promise<CacheSizes> => ({
    thumbnails: { bytes: await thumbnails.cache.size(), limit: thumbnails.cache.capacity },
    tiles: { bytes: await tiles.size(), limit: tiles.capacity },
    tokens: await tokenSizes(),
  });
  const tokenSizes = async () => {
    const tokens = await tokenFilesOf(workspace);
    return { bytes: await tokens.size(), limit: tokens.capacity };
  };
  return {
    info: app.info.handler(() =>
      // Whoever is at another machine is no user of this one.
      workstation.paths ? { ...workstation.info, userName: '' } : workstation.info,
    ),
    events: app.events.handler(({ signal, context: { connection } }) => {
      const first: WorkstationEvent[] = [
        { kind: 'device', status: pool.status },
        { kind: 'health', report: workspace.health.report },
        ...runControl.atWork.map((progress) => ({ kind: 'run' as const, progress, imageIds: [] })),
      ];
      // The stream lasts as long as the window is there.
      const leave = () => connection && workstation.presence.leave(connection);
      return streamEvents(hub.subscribe(first), signal, leave);
    }),
    cache: app.cache.handler(cacheSizes),
    clearCache: app.clearCache.handler(async () => {
      const tokens = await tokenFilesOf(workspace);
      await Promise.all([thumbnails.cache.clear(), tiles.clear(), tokens.clear()]);
      return cacheSizes();
    }),
    checkDatabase: app.checkDatabase.handler(async () => {
      await housekeeping.checkDatabase();
      return workspace.health.report;
    }),
    folder: app.folder.handler(({ input: { path, files } }) =>
      workstation.paths ? listBelowRoots(workstation.paths.roots, path, files) : listFolder(path, files),
    ),
  };
}
