import { basename, join } from 'node:path';
import { type DatasetFolder, listIfThere, stemOf } from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { imagesWithMasks } from './kolektor.ts';
import { type DatasetLayout, type LayoutClaim, layoutError } from './layout.ts';

const MASK = '_GT';
/** The published archive has an image and its mask twice, the second time under such names. */
const COPY = / \(copy\)$/;

/** KolektorSDD2's layout: `train` and `test` with `<number>.png` and `<number>_GT.png` beside it, empty where nothing is wrong. */
export const ksdd2: DatasetLayout = {
  name: 'ksdd2',
  title: 'KolektorSDD2',
  holds: 'test/<number>.png with test/<number>_GT.png beside it, and the same in train',
  async claims({ path, folders }): Promise<LayoutClaim> {
    for (const part of ['test', 'train']) {
      if (!folders.includes(part)) continue;
      const { images } = await listIfThere(join(path, part));
      if (images.some((file) => stemOf(file).endsWith(MASK))) return 'surely';
    }
    return 'no';
  },
  async read({ path: root }, signal) {
    const notes: string[] = [];
    const partOf = async (name: string) => {
      const folder = await listIfThere(join(root, name));
      return withoutCopies(folder, notes);
    };
    const [test, train] = [await partOf('test'), await partOf('train')];
    const naming = { suffix: MASK, maskEnding: '.png' };
    const images = await imagesWithMasks(ksdd2, [test], naming, signal);
    if (images.length === 0) {
      const expected = 'the folder of the test images and their masks';
      throw layoutError(ksdd2, { path: test.path, problem: 'has no images', expected });
    }
    return [
      {
        ...{ dataset: basename(root), category: 'surface', folder: root, layout: 'ksdd2', images, notes },
        training: await imagesWithMasks(ksdd2, [train], naming, signal),
        split: 'Test images are those in test, training images those in train, defective ones among them.',
        terms: termsOf(basename(root), 'KolektorSDD2'),
        passedOver: [test, train].flatMap(({ path, unread }) => unread.map((file) => join(path, file))),
      },
    ];
  },
};

function withoutCopies(folder: DatasetFolder, notes: string[]): DatasetFolder {
  const isCopy = (file: string) => COPY.test(stemOf(file));
  const copies = folder.images.filter(isCopy);
  if (copies.length > 0) {
    notes.push(`Left out of ${folder.path}, as the archive has them twice: ${copies.join(', ')}.`);
  }
  return { ...folder, images: folder.images.filter((file) => !isCopy(file)) };
}
