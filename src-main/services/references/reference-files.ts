import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { ImagePage } from '../../../src-shared/image-page.ts';
import type { Product } from '../../../src-shared/product.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import { readRgb } from '../../codec/image-codec.ts';
import { listImageFiles } from '../../files/image-files.ts';
import { pictureKey } from '../../files/picture-key.ts';
import { countingItems, type NewMemoryItem } from '../../store/memory-items.ts';
import { newestRanges } from '../../store/reviewed-images.ts';
import type { Workspace } from '../../store/workspace.ts';
import { describeFile } from '../imports/describe-file.ts';
import { rangesOfFiles } from '../pictures/file-ranges.ts';
import { MAX_VIEW_PIXELS } from '../pictures/thumbnails.ts';

/** Files as references, and what was left out of them. */
export interface ReferenceFiles {
  readonly items: readonly NewMemoryItem[];
  /** They are references of the product already, or twice among the files. */
  readonly known: readonly string[];
  /** They cannot be read, with why. */
  readonly unread: readonly { readonly path: string; readonly reason: string }[];
  /** Pictures in folders of kinds that are not read. */
  readonly passedOver: readonly string[];
}

/**
 * Looks at files, and folders with everything below them, that somebody vouches for as accepted parts of a product. Each
 * page of a file is one.
 * @param options.range what is black and white in images of more than 8 bits whose files do not say; default: what was in
 *   the product's newest run, else what these files say together
 * @throws ClipSamError `cancelled`
 */
export async function referenceFiles(
  workspace: Workspace,
  product: Product,
  options: {
    readonly paths: readonly string[];
    readonly range?: SampleRange | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ReferenceFiles> {
  const { paths, signal } = options;
  const files: string[] = [];
  const unread: { readonly path: string; readonly reason: string }[] = [];
  const passedOver: string[] = [];
  for await (const entry of listImageFiles(paths, signal)) {
    if (entry.kind === 'image') files.push(entry.path);
    else if (entry.kind === 'unreadable') unread.push({ path: entry.path, reason: entry.error.message });
    else if (entry.kind === 'passed-over') passedOver.push(entry.path);
  }
  const rangeOf = await rangesFor(workspace, product, files, options);
  const seen = new Set<string>();
  for (const { kind, version } of await countingItems(workspace, product)) {
    if (kind === 'reference') seen.add(version);
  }
  const items: NewMemoryItem[] = [];
  const known: string[] = [];
  for (const path of files) {
    throwIfCancelled(signal);
    try {
      for (const item of await itemsOfFile(path, rangeOf)) {
        const { contentHash, page, range } = item;
        const version = pictureKey({ contentHash, page: page?.index, range });
        if (seen.has(version)) known.push(path);
        else items.push(item);
        seen.add(version);
      }
    } catch (error) {
      if (!(error instanceof ClipSamError) || error.code === 'cancelled') throw error;
      unread.push({ path, reason: error.message });
    }
  }
  return { items, known, unread, passedOver };
}

type RangeOf = (path: string, kind: 'integer' | 'float') => SampleRange | null;

async function rangesFor(
  workspace: Workspace,
  product: Product,
  files: readonly string[],
  { range, signal }: { readonly range?: SampleRange | undefined; readonly signal?: AbortSignal | undefined },
): Promise<RangeOf> {
  if (range) return () => range;
  const used = await newestRanges(workspace, product);
  const measured = await rangesOfFiles(files, signal);
  return (path, kind) => {
    const { low, high } = used[kind] ?? measured.of(path) ?? {};
    return low === undefined || high === undefined ? null : { low, high };
  };
}

/** @throws ClipSamError `image-…` when a picture of the file cannot be read */
async function itemsOfFile(path: string, rangeOf: RangeOf): Promise<NewMemoryItem[]> {
  const { contentHash, pages = [], sampleKinds = [] } = await describeFile(path);
  const pictures: (ImagePage | null)[] = pages.map((index, i) => ({
    index,
    number: i + 1,
    count: pages.length,
  }));
  if (pictures.length === 0) pictures.push(null);
  const items: NewMemoryItem[] = [];
  for (const [i, page] of pictures.entries()) {
    const kind = sampleKinds[i] ?? 'none';
    const range = kind === 'none' ? null : rangeOf(path, kind);
    // Looked at now, while somebody can do something about it.
    await readRgb(path, {
      maxPixels: MAX_VIEW_PIXELS,
      page: page?.index,
      ...(range && { range }),
    });
    items.push({
      kind: 'reference',
      contentHash: contentHash!,
      page,
      range,
      imageId: null,
      runId: null,
      source: path,
      polygons: null,
      width: null,
      height: null,
    });
  }
  return items;
}
