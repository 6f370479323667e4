import { join } from 'node:path';
import { type DatasetFolder, imagesByStem } from './dataset-folder.ts';
import { GOOD_KIND, type TestImage } from './defect-category.ts';
import { type DatasetLayout, refuseWrongPaths, type WrongPath } from './layout.ts';
import { masksThatMark } from './mask-content.ts';

/** Kolektor's data sets have one kind of defect. */
const KIND = 'defect';

/**
 * Images of folders in which each has a mask beside it, `<name><suffix>.*`, that is empty where there is no defect. Every
 * mask is read.
 * @param maskEnding ending of masks, for errors about missing ones
 * @returns good images first; within a kind in the order of the folders
 * @throws ClipSamError `input-invalid` that names the first mask or image which is missing, or mask which can't be read;
 *   `cancelled`
 */
export async function imagesWithMasks(
  layout: DatasetLayout,
  folders: readonly DatasetFolder[],
  { suffix, maskEnding }: { readonly suffix: string; readonly maskEnding: string },
  signal?: AbortSignal,
): Promise<TestImage[]> {
  const wrong: WrongPath[] = [];
  const pairs: { readonly path: string; readonly mask: string; readonly expected: string }[] = [];
  for (const folder of folders) {
    const files = imagesByStem(folder);
    for (const [stem, path] of files) {
      const isMask = stem.endsWith(suffix);
      const other = isMask ? stem.slice(0, -suffix.length) : `${stem}${suffix}`;
      const found = files.get(other);
      const expected = isMask ? `the image of the mask ${path}` : `the mask of ${path}`;
      if (!isMask && found) pairs.push({ path, mask: found, expected });
      if (found) continue;
      const missing = join(folder.path, `${other}${isMask ? '.*' : maskEnding}`);
      wrong.push({ path: missing, problem: 'is not there', expected });
    }
  }
  refuseWrongPaths(layout, wrong);
  const marked = await masksThatMark(layout, pairs, signal);
  const good = marked.filter(({ marks }) => !marks);
  const defective = marked.filter(({ marks }) => marks);
  return [
    ...good.map(({ path }) => ({ path, mask: undefined, kind: GOOD_KIND })),
    ...defective.map(({ path, mask }) => ({ path, mask, kind: KIND })),
  ];
}
