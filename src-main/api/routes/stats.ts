import { basename, join } from 'node:path';
import { dashboard } from '../../services/stats/dashboard.ts';
import { exportStats, statsFolderName } from '../../services/stats/export-stats.ts';
import { gallery } from '../../services/stats/gallery.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Statistics over many batches. */
export function statsRoutes({ stats }: Implementer, workstation: Workstation) {
  const { workspace, exportFolders, downloads } = workstation;
  return {
    dashboard: stats.dashboard.handler(({ input: { filter, by } }) => dashboard(workspace, filter, by)),
    gallery: stats.gallery.handler(({ input }) => gallery(workspace, input)),
    export: stats.export.handler(({ input, context: { inspector } }) =>
      workstation.whileBusy(async () => {
        if (input.download) {
          const name = statsFolderName();
          const { files, download } = await downloads.make(
            { owner: inspector, action: 'stats.export' },
            async (folder) => ({
              ...(await exportStats(workspace, { ...input, inspector, folder: join(folder, name) })),
              name,
            }),
          );
          return { folder: '', files: files.map((file) => basename(file)), download };
        }
        const written = await exportStats(workspace, { ...input, inspector });
        exportFolders.add(written.folder);
        return { ...written, download: null };
      }),
    ),
  };
}
