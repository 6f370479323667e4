import type { Polygon } from '../../../src-shared/geometry.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import type { Product } from '../../../src-shared/product.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';
import { hashOfArea } from '../../files/area-hash.ts';
import { pictureKey } from '../../files/picture-key.ts';
import { FALSE_POSITIVE, reviewedRegions } from '../../reports/reviewed-regions.ts';
import { listAnnotations } from '../../store/annotations.ts';
import { currentArea } from '../../store/areas.ts';
import { findResult } from '../../store/results.ts';
import type { ReviewedImage } from '../../store/reviewed-images.ts';
import type { Workspace } from '../../store/workspace.ts';
import { tokenFilesOf } from '../opinions/token-files.ts';
import { crowdOfRun } from './run-crowd.ts';
import { type ScoredPicture, type Scoring, type ScoringOptions, scorePictures } from './scoring.ts';

/** An image that inspectors judged, as it can be scored again. */
export interface ReviewedPicture extends ReviewedImage {
  readonly picture: ScoredPicture;
  /** What each of the picture's areas is: the model's region, or (null) one that an inspector drew. */
  readonly regions: readonly (number | null)[];
  /** Its run compared it with images of its batch whose tokens are not there any more, or are of other words. */
  readonly isCrowdGone: boolean;
  /** Its part is asked for, and was not looked for when it was inspected, or another one was. */
  readonly isPartGone: boolean;
}

/**
 * Images that were judged, with their confirmed defects, where they are looked at and what they were compared with; those
 * without a result are left out.
 * @param product whose area is asked for
 * @param recipe by which they are scored again
 */
export async function reviewedPictures(
  workspace: Workspace,
  images: readonly ReviewedImage[],
  { product, recipe }: { readonly product: Product; readonly recipe: Recipe },
): Promise<ReviewedPicture[]> {
  const pictures: ReviewedPicture[] = [];
  const area = (await currentArea(workspace, product))?.area ?? undefined;
  const tokenFiles = await tokenFilesOf(workspace);
  const crowds = new Map<number, Awaited<ReturnType<typeof crowdOfRun>>>();
  for (const judged of images) {
    const { runId, imageId } = judged;
    const stored = await findResult(workspace, runId, imageId);
    if (stored?.status !== 'done') continue;
    const { result, image } = stored;
    const { contentHash } = result;
    if (!crowds.has(runId)) crowds.set(runId, await crowdOfRun(workspace, tokenFiles, runId, recipe));
    const crowd = crowds.get(runId);
    const looked = area && lookedAt(area, result);
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
        area: looked?.area,
        ...(crowd !== 'gone' && { crowd }),
        areas: defects.map(({ polygons }): readonly Polygon[] => polygons),
      },
      regions: defects.map(({ regionIndex }) => regionIndex),
      isCrowdGone: crowd === 'gone',
      isPartGone: looked?.isPartGone === true,
    });
  }
  return pictures;
}

/** Where an image is looked at: the part that was found in it then, if it is the part that is looked for now. */
function lookedAt(area: InspectionArea, { area: record, width, height }: InspectionResult) {
  if (area.part === null) return { area, isPartGone: false };
  if (record?.hash !== hashOfArea(area) || record.partShare === undefined) return { area, isPartGone: true };
  // Not found in it: nothing of the background was ignored.
  if (record.partShare === null) return { area, isPartGone: false };
  return {
    area: { ...area, width, height, include: record.outline, ignore: [], part: null },
    isPartGone: false,
  };
}

/** How many of the images that were scored were scored otherwise than they were inspected. */
export interface OtherwiseScored {
  /** Without the images of their batch. */
  readonly withoutCrowd: number;
  /** With their background. */
  readonly withoutPart: number;
}

/** Scores them, and counts those of which it is known less than when they were inspected. @throws ClipSamError as `scorePictures` */
export async function scoreReviewed(
  options: ScoringOptions,
  scoring: Omit<Scoring, 'pictures'> & { readonly reviewed: readonly ReviewedPicture[] },
): Promise<OtherwiseScored & { readonly scored: Awaited<ReturnType<typeof scorePictures>> }> {
  const { reviewed } = scoring;
  const without = new Set<ScoredPicture>();
  const area = (await currentArea(options.workspace, scoring.sets[0]!.product))?.area ?? undefined;
  const pictures = reviewed.map(({ picture }) => picture);
  const onWithoutCrowd = (picture: ScoredPicture) => without.add(picture);
  const scored = await scorePictures(options, { ...scoring, pictures, area, onWithoutCrowd });
  const count = (is: (one: ReviewedPicture) => boolean) =>
    reviewed.filter((one, i) => scored[i] !== null && is(one)).length;
  return {
    scored,
    withoutCrowd: count(({ isCrowdGone, picture }) => isCrowdGone || without.has(picture)),
    withoutPart: count(({ isPartGone }) => isPartGone),
  };
}
