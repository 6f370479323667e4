import type { BatchImage } from '../../../src-shared/batch.ts';
import { type BatchRange, SAMPLE_KINDS, type SampleKind } from '../../../src-shared/batch-range.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { rangeFor, type SampleRange } from '../../../src-shared/sample-range.ts';
import { HEAD_BYTES, mayBeDeep, openKinds } from '../../codec/deep-head.ts';
import { sampleExtremes } from '../../codec/image-description.ts';
import { readFileHead } from '../../files/file-head.ts';
import { Limiter } from '../../files/limiter.ts';
import { getBatch } from '../../store/batches.ts';
import { listRuns } from '../../store/runs.ts';
import { deepImages, saveSampleKinds, unlookedImages } from '../../store/sample-kinds.ts';
import { changeSampleRange } from '../../store/sample-ranges.ts';
import type { Workspace } from '../../store/workspace.ts';
import { readImportedFile } from './imported-file.ts';
import { MAX_VIEW_PIXELS } from './thumbnails.ts';

/** So many of a batch's first images say what its range is: enough for a bright one to be among them. */
export const MEASURED = 16;
/** Images looked at between two writes, and at a time. */
const PAGE = 500;
const READERS = 4;
/** Whole files are looked at one at a time: some take gigabytes. */
const deepReader = new Limiter<ReadonlyMap<number, SampleKind | 'none'>>(1);

interface SettleOptions {
  /** Who imports or inspects: for the history. */
  readonly inspector: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sees to it that a batch with images of more than 8 bits, whose files do not say what is white, has a range: one
 * for the batch, of its first images in the order of their import. A range that is there stays, but for one that was
 * measured on fewer images than there are now, as long as no run has used it.
 * @throws ClipSamError `cancelled`, the store's errors
 */
export async function settleSampleRanges(
  workspace: Workspace,
  batchId: number,
  { inspector, signal }: SettleOptions,
): Promise<void> {
  await lookAtImages(workspace, batchId, signal);
  const { sampleRanges } = await getBatch(workspace, batchId);
  const isUsed = (await listRuns(workspace, batchId)).length > 0;
  for (const kind of SAMPLE_KINDS) {
    const range = sampleRanges[kind];
    const measured = range?.images ?? (range ? MEASURED : 0);
    if (range && (isUsed || measured >= MEASURED)) continue;
    const first = await deepImages(workspace, batchId, kind, { after: 0, limit: MEASURED });
    if (first.length <= measured) continue;
    const extremes = await measure(workspace, batchId, kind, signal);
    if (extremes.length <= measured) continue;
    const next: BatchRange = { ...rangeFor(extremes, kind), images: extremes.length, setBy: null };
    await changeSampleRange(workspace, batchId, kind, next, inspector);
  }
}

/**
 * Sets what is black and white in a batch, or (null) has it measured again.
 * @throws ClipSamError as {@link settleSampleRanges}; `not-found` for a batch that is not there
 */
export async function setSampleRange(
  workspace: Workspace,
  options: {
    readonly batchId: number;
    readonly kind: SampleKind;
    readonly range: SampleRange | null;
    readonly inspector: string;
  },
): Promise<void> {
  const { batchId, kind, range, inspector } = options;
  await getBatch(workspace, batchId);
  const next = range && { low: range.low, high: range.high, images: null, setBy: inspector };
  await changeSampleRange(workspace, batchId, kind, next, inspector);
  if (next === null) await settleSampleRanges(workspace, batchId, { inspector });
}

/** The kinds of samples beyond 8 bits that a batch has, as far as its images were looked at. */
export async function kindsIn(workspace: Workspace, batchId: number): Promise<SampleKind[]> {
  const kinds: SampleKind[] = [];
  for (const kind of SAMPLE_KINDS) {
    const [first] = await deepImages(workspace, batchId, kind, { after: 0, limit: 1 });
    if (first) kinds.push(kind);
  }
  return kinds;
}

/**
 * What samples an image has that its file states no range for; `none`: 8 bits, or a range of its own.
 * @throws ClipSamError `image-…`, Node's errors of reading
 */
export async function sampleKindOf(image: BatchImage): Promise<SampleKind | 'none'> {
  const [found] = await kindsOfFile([image]);
  return found!.kind;
}

type Found = { readonly id: number; readonly kind: SampleKind | 'none' };

/** The same of all the pictures of one file, which is read once. @param images one or more */
async function kindsOfFile(images: readonly BatchImage[]): Promise<Found[]> {
  const first = images[0]!;
  if (!mayBeDeep(await readFileHead(first.path, HEAD_BYTES)))
    return images.map(({ id }) => ({ id, kind: 'none' }));
  const kinds = await deepReader.run(first.path, async () =>
    openKinds(await readImportedFile(first), first.path),
  );
  const [only] = kinds.values();
  return images.map(({ id, page }) => ({ id, kind: (page ? kinds.get(page.index) : only) ?? 'none' }));
}

/** Images of the same file as it was imported, together and in their order. */
function byFile(images: readonly BatchImage[]): BatchImage[][] {
  return [...Map.groupBy(images, ({ path, contentHash }) => `${contentHash} ${path}`).values()];
}

/** Writes down which samples the images have that nobody has looked at yet. What cannot be read is left for later. */
async function lookAtImages(workspace: Workspace, batchId: number, signal?: AbortSignal): Promise<void> {
  for (let after = 0; ; ) {
    const page = await unlookedImages(workspace, batchId, { after, limit: PAGE });
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
    const files = byFile(page);
    const found: Found[] = [];
    const look = async () => {
      for (let images = files.shift(); images; images = files.shift()) {
        throwIfCancelled(signal);
        found.push(...((await kindsOfFile(images).catch(unlessOfImage)) ?? []));
      }
    };
    await Promise.all(Array.from({ length: READERS }, look));
    await saveSampleKinds(workspace, found);
  }
}

/** Lowest and highest samples of the first images of a kind that can be read. */
async function measure(workspace: Workspace, batchId: number, kind: SampleKind, signal?: AbortSignal) {
  const extremes: { readonly low: number; readonly high: number }[] = [];
  for (let after = 0; ; ) {
    const page = await deepImages(workspace, batchId, kind, { after, limit: MEASURED });
    if (page.length === 0) return extremes;
    after = page.at(-1)!.id;
    for (const images of byFile(page)) {
      const bytes = await readImportedFile(images[0]!).catch(unlessOfImage);
      for (const image of bytes ? images : []) {
        throwIfCancelled(signal);
        const options = { maxPixels: MAX_VIEW_PIXELS, page: image.page?.index };
        const found = await sampleExtremes(bytes!, image.path, options).catch(unlessOfImage);
        if (found) extremes.push(found);
        if (extremes.length === MEASURED) return extremes;
      }
    }
  }
}

/** An image that cannot be read says so when it is inspected. */
function unlessOfImage(error: unknown): undefined {
  const isOfFile =
    typeof (error as NodeJS.ErrnoException).code === 'string' && !(error instanceof ClipSamError);
  if (isOfFile || (error instanceof ClipSamError && error.code.startsWith('image-'))) return undefined;
  throw error;
}
