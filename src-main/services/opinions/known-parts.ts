import type { SampleRanges } from '../../../src-shared/batch-range.ts';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { evenlySpread } from '../../../src-shared/evenly-spread.ts';
import { REFERENCE_LIMIT } from '../../../src-shared/reference-set.ts';
import { toReadError } from '../../files/read-error.ts';
import type { Workspace } from '../../store/workspace.ts';
import { describeFile } from '../imports/describe-file.ts';
import { productOfRun, type ReferenceSet, referenceSetOf } from '../references/reference-set.ts';
import type { KnownParts, ReferencePicture } from './plan-comparison.ts';

/** What is remembered of the product that a run inspects. */
export async function partsOfProduct(workspace: Workspace, runId: number): Promise<KnownParts> {
  const set = await referenceSetOf(workspace, await productOfRun(workspace, runId));
  const pictureOf = ({ path, contentHash, page, range }: ReferenceSet['references'][number]) => ({
    path,
    contentHash,
    page: page?.index ?? null,
    range,
  });
  const partsOf = (items: ReferenceSet['harmless']) =>
    items.map((item) => ({ ...pictureOf(item), polygons: item.polygons ?? [] }));
  return {
    references: set.references.map(pictureOf),
    harmless: partsOf(set.harmless),
    counterExamples: partsOf(set.counterExamples),
    unread: [],
  };
}

/**
 * Files as references, {@link REFERENCE_LIMIT} of their pictures at most, evenly spread.
 * @param paths in their order
 * @param ranges what is black and white in those of more than 8 bits that do not say: as in the images that are compared
 * @throws ClipSamError `cancelled`
 */
export async function partsOfFiles(
  paths: Iterable<string>,
  ranges: SampleRanges,
  signal?: AbortSignal,
): Promise<KnownParts> {
  const pictures: ReferencePicture[] = [];
  const unread: KnownParts['unread'][number][] = [];
  for (const path of paths) {
    throwIfCancelled(signal);
    const { contentHash, pages = [], sampleKinds = [] } = await describeFile(path);
    if (contentHash === null) {
      unread.push({ path, error: toReadError(new Error('no file that can be read'), path) });
      continue;
    }
    const rangeOf = (kind: (typeof sampleKinds)[number] = 'none') => (kind === 'none' ? null : ranges[kind]);
    const indexes = pages.length > 1 ? pages : [null];
    for (const [at, page] of indexes.entries()) {
      pictures.push({ path, contentHash, page, range: rangeOf(sampleKinds[at]) });
    }
  }
  return { references: evenlySpread(pictures, REFERENCE_LIMIT), harmless: [], counterExamples: [], unread };
}
