import { boxOutline } from '../../../src-shared/geometry.ts';
import type { PictureSource } from '../../reports/evidence-picture.ts';
import { listAnnotations } from '../../store/annotations.ts';
import { findResult } from '../../store/results.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Where a report takes the picture of an image from, and the outlines in it. */
export async function pictureSource(
  workspace: Workspace,
  runId: number,
  imageId: number,
  maxPixels: number,
): Promise<PictureSource> {
  const stored = await findResult(workspace, runId, imageId);
  const annotations = await listAnnotations(workspace, runId, [imageId]);
  const result = stored?.status === 'done' ? stored.result : undefined;
  return {
    path: stored?.image.path ?? '',
    page: stored?.image.page?.index ?? null,
    range: stored?.image.range ?? null,
    maxPixels,
    contentHash: result?.contentHash ?? stored?.image.contentHash ?? null,
    outlineOf({ regionIndex, annotationId }) {
      const drawn = annotations.find(({ id }) => id === annotationId)?.polygons;
      if (drawn) return drawn;
      const region = result?.regions.find(({ index }) => index === regionIndex);
      if (!region) return [];
      return region.polygons.length > 0 ? region.polygons : [boxOutline(region.box)];
    },
  };
}
