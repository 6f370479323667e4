import { relative, sep } from 'node:path';
import type { StatsFilter } from '../../../src-shared/statistics/stats-filter.ts';
import type { GalleryPlace, StatsCell, StatsGallery } from '../../../src-shared/statistics/stats-gallery.ts';
import { commonFolder } from '../../store/common-folder.ts';
import { galleryImages } from '../../store/stats-gallery.ts';
import { countedRuns } from '../../store/totals.ts';
import type { Workspace } from '../../store/workspace.ts';
import { isMeant } from './dashboard.ts';

/** A page of the images of one cell of the dashboard's model × human table, over all batches that the filter lets through. */
export async function gallery(
  workspace: Workspace,
  options: {
    readonly filter: StatsFilter;
    readonly cell: StatsCell;
    readonly after: GalleryPlace | null;
    readonly limit: number;
  },
): Promise<StatsGallery> {
  const runs = (await countedRuns(workspace)).filter((run) => isMeant(run, options.filter));
  const batchOf = new Map(runs.map((run) => [run.runId, run]));
  const { images, total } = await galleryImages(workspace, { ...options, runIds: [...batchOf.keys()] });
  const folders = new Map<number, string>();
  for (const runId of new Set(images.map((image) => image.runId))) {
    folders.set(runId, await commonFolder(workspace, batchOf.get(runId)!.batchId));
  }
  const last = images.at(-1);
  return {
    images: images.map(({ path, ...image }) => {
      const { batchId, batchName } = batchOf.get(image.runId)!;
      const name = relative(folders.get(image.runId)!, path).replaceAll(sep, '/');
      return { batchId, batchName, name, ...image };
    }),
    total,
    next: last && images.length === options.limit ? { runId: last.runId, imageId: last.imageId } : null,
  };
}
