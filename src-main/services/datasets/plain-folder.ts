import { basename, dirname, join } from 'node:path';
import { type DatasetFolder, listIfThere, stemOf } from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { GOOD_KIND, type TestImage } from './defect-category.ts';
import {
  type DatasetLayout,
  type LayoutClaim,
  layoutError,
  refuseWrongPaths,
  type WrongPath,
} from './layout.ts';
import { masksThatMark } from './mask-content.ts';

const IMAGES = 'images';
const MASKS = 'masks';
const SUFFIX = '_mask';
/** Kind of defects that no folder names. */
const KIND = 'defect';

/** Images, the masks that belong to them, and what their defects are called. */
interface Part {
  readonly images: DatasetFolder;
  readonly masks: DatasetFolder;
  readonly kind: string;
}

/**
 * A plain folder with masks: `images/<name>.*` with `masks/<name>.*` (or `<name>_mask.*`), both of which may have folders
 * that name kinds of defects (`images/<kind>/…`, `masks/<kind>/…`); or `<name>.*` with `<name>_mask.*` beside it. An image
 * without a mask, or with an empty one, is good.
 */
export const plainFolder: DatasetLayout = {
  name: 'plain-folder',
  title: 'a plain folder',
  holds:
    'images/<name>.png and masks/<name>.png, or <name>.png and <name>_mask.png beside it; good images have no mask',
  async claims({ folders, images }): Promise<LayoutClaim> {
    if (folders.includes(IMAGES) && folders.includes(MASKS)) return 'surely';
    const stems = new Set(images.map(stemOf));
    return [...stems].some((stem) => stem.endsWith(SUFFIX) && stems.has(stem.slice(0, -SUFFIX.length)))
      ? 'perhaps'
      : 'no';
  },
  async read(folder, signal) {
    const parts = await partsOf(folder);
    const wrong: WrongPath[] = [];
    const pairs = parts.flatMap((part) => pairsOf(part, wrong));
    refuseWrongPaths(plainFolder, wrong);
    if (pairs.length === 0) {
      const path = parts[0]!.images.path;
      throw layoutError(plainFolder, { path, problem: 'has no images', expected: 'a folder of images' });
    }
    const masked = pairs.flatMap(({ mask, ...pair }) => (mask === undefined ? [] : [{ ...pair, mask }]));
    const defective = (await masksThatMark(plainFolder, masked, signal)).filter(({ marks }) => marks);
    const defects = new Set(defective.map(({ path }) => path));
    const empty = masked.length - defective.length;
    const images: TestImage[] = [
      ...pairs
        .filter(({ path }) => !defects.has(path))
        .map(({ path }) => ({ path, mask: undefined, kind: GOOD_KIND })),
      ...defective.map(({ path, mask, kind }) => ({ path, mask, kind })),
    ];
    const dataset = basename(dirname(folder.path));
    const unread = parts.flatMap((part) => part.images.unread.map((file) => join(part.images.path, file)));
    return [
      {
        ...{ dataset, category: basename(folder.path), folder: folder.path, layout: 'plain-folder' },
        ...{ images, training: [], terms: termsOf(dataset), passedOver: unread },
        split: 'The folder has no split: all images are test images.',
        notes: empty > 0 ? [`${folder.path}: ${empty} images with an empty mask were taken for good.`] : [],
      },
    ];
  },
};

async function partsOf(folder: DatasetFolder): Promise<Part[]> {
  if (!folder.folders.includes(IMAGES) && !folder.folders.includes(MASKS)) {
    const isMask = (file: string) => stemOf(file).endsWith(SUFFIX);
    const images = { ...folder, images: folder.images.filter((file) => !isMask(file)) };
    return [{ images, masks: { ...folder, images: folder.images.filter(isMask) }, kind: KIND }];
  }
  const images = await listIfThere(join(folder.path, IMAGES));
  const masks = await listIfThere(join(folder.path, MASKS));
  const kinds = [...new Set([...images.folders, ...masks.folders])];
  const inner = kinds.map(async (kind) => ({
    images: await listIfThere(join(images.path, kind)),
    masks: await listIfThere(join(masks.path, kind)),
    kind,
  }));
  return [{ images, masks, kind: KIND }, ...(await Promise.all(inner))];
}

function pairsOf({ images, masks, kind }: Part, wrong: WrongPath[]) {
  const byImage = new Map<string, string>();
  const stems = new Map(images.images.map((file) => [stemOf(file), file]));
  for (const file of masks.images) {
    const stem = stemOf(file);
    const path = join(masks.path, file);
    const owner = stems.has(stem) ? stem : stem.endsWith(SUFFIX) ? stem.slice(0, -SUFFIX.length) : stem;
    if (stems.has(owner)) byImage.set(owner, path);
    else {
      const expected = `the mask of an image ${join(images.path, `${owner}.*`)}, which is not there`;
      wrong.push({ path, problem: 'belongs to no image', expected });
    }
  }
  return images.images.map((file) => {
    const path = join(images.path, file);
    const stem = stemOf(file);
    if (stems.get(stem) !== file) {
      const expected = `called otherwise than ${stems.get(stem)}: masks are found by the name without its ending`;
      wrong.push({ path, problem: 'shares its name', expected });
    }
    return { path, kind, mask: byImage.get(stem), expected: `the mask of ${path}` };
  });
}
