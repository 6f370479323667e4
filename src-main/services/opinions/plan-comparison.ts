import type { BatchImage } from '../../../src-shared/batch.ts';
import { type ClipSamError, toErrorRecord } from '../../../src-shared/errors.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { KeptComparison, KeptPart, KeptPicture } from '../../../src-shared/run-comparison.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import { pictureKey } from '../../files/picture-key.ts';
import { imagesOfRun } from '../../store/runs.ts';
import { toStoredPath, type Workspace } from '../../store/workspace.ts';
import { chooseCrowd } from './crowd.ts';

/** An image that others are compared with. */
export interface ReferencePicture {
  readonly path: string;
  /** SHA-256 of the file. */
  readonly contentHash: string;
  /** As readers count it, from 0; null: the file has one picture. */
  readonly page: number | null;
  readonly range: SampleRange | null;
}

/** Parts of an image that inspectors judged. */
interface JudgedPart extends ReferencePicture {
  /** In image pixels. */
  readonly polygons: readonly Polygon[];
}

/** What is known of good parts, and of marks and defects on others, before a run begins. */
export interface KnownParts {
  readonly references: readonly ReferencePicture[];
  readonly harmless: readonly JudgedPart[];
  readonly counterExamples: readonly JudgedPart[];
  /** Files that were meant as references and cannot be read. */
  readonly unread: readonly { readonly path: string; readonly error: ClipSamError }[];
}

/**
 * What the images of a run are compared with, by its recipe: a crowd of its own images, and what is known of the
 * product. No image is read.
 */
export async function planComparison(
  workspace: Workspace,
  runId: number,
  recipe: Recipe,
  known: KnownParts,
): Promise<KeptComparison> {
  const settings = recipe.opinions ?? DEFAULT_OPINION_SETTINGS;
  const pictureOf = ({ path, contentHash, page, range }: ReferencePicture): KeptPicture => ({
    path: toStoredPath(workspace, path),
    contentHash,
    page,
    range: range && { low: range.low, high: range.high },
    key: pictureKey({ contentHash, page: page ?? undefined, range }),
    tokens: null,
    width: null,
    height: null,
  });
  const partOf = (part: JudgedPart): KeptPart => ({ ...pictureOf(part), polygons: part.polygons });
  const crowd = settings.consensus === 'off' ? [] : chooseCrowd(await candidates(workspace, runId));
  const { references, harmless, counterExamples, unread } =
    settings.references === 'off' ? NOTHING_KNOWN : known;
  const chosen = {
    crowd: crowd.map(({ image: { path, contentHash, page, range } }) =>
      pictureOf({ path, contentHash: contentHash!, page: page?.index ?? null, range }),
    ),
    references: references.map(pictureOf),
  };
  return {
    settings,
    template: null,
    ...chosen,
    harmless: harmless.map(partOf),
    counterExamples: counterExamples.map(partOf),
    skipped: unread.map(({ path, error }) => ({
      as: 'references',
      path: toStoredPath(workspace, path),
      page: null,
      error: toErrorRecord(error),
    })),
  };
}

/** Of a product that nobody has accepted a part of. */
export const NOTHING_KNOWN: KnownParts = {
  references: [],
  harmless: [],
  counterExamples: [],
  unread: [],
};

/** Images read from the database at a time. */
const PAGE = 5000;

/** The run's images that could be read when they were imported, in that order. */
async function candidates(
  workspace: Workspace,
  runId: number,
): Promise<{ readonly key: string; readonly image: BatchImage }[]> {
  const found: { key: string; image: BatchImage }[] = [];
  for (let after = 0; ; ) {
    const images = await imagesOfRun(workspace, runId, { after, limit: PAGE });
    const last = images.at(-1);
    if (!last) return found;
    for (const image of images) if (image.version !== null) found.push({ key: image.version, image });
    after = last.id;
  }
}
