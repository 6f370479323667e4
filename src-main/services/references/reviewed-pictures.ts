import type { Polygon } from '../../../src-shared/geometry.ts';
import { pictureKey } from '../../files/picture-key.ts';
import { FALSE_POSITIVE, reviewedRegions } from '../../reports/reviewed-regions.ts';
import { listAnnotations } from '../../store/annotations.ts';
import { findResult } from '../../store/results.ts';
import type { ReviewedImage } from '../../store/reviewed-images.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { ScoredPicture } from './scoring.ts';

/** An image that inspectors judged, as it can be scored again. */
export interface ReviewedPicture extends ReviewedImage {
  readonly picture: ScoredPicture;
  /** What each of the picture's areas is: the model's region, or (null) one that an inspector drew. */
  readonly regions: readonly (number | null)[];
}

/** Images that were judged, with their confirmed defects; those without a result are left out. */
export async function reviewedPictures(
  workspace: Workspace,
  images: readonly ReviewedImage[],
): Promise<ReviewedPicture[]> {
  const pictures: ReviewedPicture[] = [];
  for (const judged of images) {
    const { runId, imageId } = judged;
    const stored = await findResult(workspace, runId, imageId);
    if (stored?.status !== 'done') continue;
    const { result, image } = stored;
    const { contentHash } = result;
    const annotations = await listAnnotations(workspace, runId, [imageId]);
    const defects = reviewedRegions({ result, annotations }).filter(
      ({ className }) => className !== FALSE_POSITIVE,
    );
    pictures.push({
      ...judged,
      picture: {
        path: image.path,
        contentHash,
        page: image.page,
        range: image.range,
        version: pictureKey({ contentHash, page: image.page?.index, range: image.range }),
        areas: defects.map(({ polygons }): readonly Polygon[] => polygons),
      },
      regions: defects.map(({ regionIndex }) => regionIndex),
    });
  }
  return pictures;
}
