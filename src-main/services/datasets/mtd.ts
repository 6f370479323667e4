import { basename, extname, join } from 'node:path';
import { type DatasetFolder, imagesByStem, listIfThere, stemOf } from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { GOOD_KIND, type TestImage } from './defect-category.ts';
import {
  type DatasetLayout,
  type LayoutClaim,
  layoutError,
  refuseWrongPaths,
  type WrongPath,
} from './layout.ts';

const KINDS = 'MT_';
const FREE = 'MT_Free';
const IMAGES = 'Imgs';

/**
 * MTD's layout: `MT_Free/Imgs/*.jpg` without and `MT_<defect>/Imgs/*.jpg` with defects, beside each its mask of the same
 * name in PNG (empty ones in `MT_Free`, which are not needed).
 */
export const mtd: DatasetLayout = {
  name: 'mtd',
  title: 'MTD',
  holds: `MT_Free/${IMAGES}/<name>.jpg and MT_<defect>/${IMAGES}/<name>.jpg with <name>.png beside it`,
  async claims({ folders }): Promise<LayoutClaim> {
    return folders.some((name) => name.startsWith(KINDS)) ? 'surely' : 'no';
  },
  async read({ path: root, folders }) {
    const kinds = folders.filter((name) => name.startsWith(KINDS));
    const wrong: WrongPath[] = [];
    const images: TestImage[] = [];
    const passedOver: string[] = [];
    for (const name of [...kinds.filter((kind) => kind === FREE), ...kinds.filter((kind) => kind !== FREE)]) {
      const folder = await listIfThere(join(root, name, IMAGES));
      if (folder.images.length === 0) {
        const expected = `the folder of the images (<name>.jpg) and masks (<name>.png) of ${name}`;
        wrong.push({ path: folder.path, problem: 'has no images', expected });
      }
      passedOver.push(...folder.unread.map((file) => join(folder.path, file)));
      images.push(...imagesOf(folder, name, wrong));
    }
    refuseWrongPaths(mtd, wrong);
    if (images.length === 0) {
      const expected = `a folder ${FREE} and a folder MT_<defect> for each kind of defect`;
      throw layoutError(mtd, { path: root, problem: `has no folder ${KINDS}…`, expected });
    }
    return [
      {
        ...{ dataset: basename(root), category: 'magnetic_tile', folder: root, layout: 'mtd' },
        ...{ images, training: [], terms: termsOf(basename(root), 'MTD'), passedOver, notes: [] },
        split: 'The data set has no split: all images are test images.',
      },
    ];
  },
};

function imagesOf(folder: DatasetFolder, name: string, wrong: WrongPath[]): TestImage[] {
  const isMask = (file: string) => extname(file).toLowerCase() === '.png';
  const photos = folder.images.filter((file) => !isMask(file));
  const masks = imagesByStem({ ...folder, images: folder.images.filter(isMask) });
  const stems = new Set(photos.map(stemOf));
  for (const [stem, mask] of masks) {
    if (stems.has(stem)) continue;
    const path = join(folder.path, `${stem}.jpg`);
    wrong.push({ path, problem: 'is not there', expected: `the image of the mask ${mask}` });
  }
  return photos.map((file) => {
    const path = join(folder.path, file);
    const mask = masks.get(stemOf(file));
    if (name === FREE) return { path, mask: undefined, kind: GOOD_KIND };
    if (!mask) {
      const missing = join(folder.path, `${stemOf(file)}.png`);
      wrong.push({ path: missing, problem: 'is not there', expected: `the mask of ${path}` });
    }
    return { path, mask, kind: name.slice(KINDS.length).toLowerCase() };
  });
}
