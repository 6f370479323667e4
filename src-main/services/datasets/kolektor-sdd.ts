import { basename, join } from 'node:path';
import { listDatasetFolder } from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { imagesWithMasks } from './kolektor.ts';
import { type DatasetLayout, type LayoutClaim, layoutError } from './layout.ts';

/** Folder of a commutator. */
const ITEM = /^kos\d+$/i;

/** KolektorSDD's layout: `kos<number>/Part<number>.jpg` with `Part<number>_label.bmp` beside it, empty where nothing is wrong. */
export const kolektorSdd: DatasetLayout = {
  name: 'kolektor-sdd',
  title: 'KolektorSDD',
  holds: 'kos01/Part0.jpg with kos01/Part0_label.bmp beside it, and so on',
  async claims({ folders }): Promise<LayoutClaim> {
    return folders.some((name) => ITEM.test(name)) ? 'surely' : 'no';
  },
  async read({ path: root, folders }, signal) {
    const items = await Promise.all(
      folders.filter((name) => ITEM.test(name)).map((name) => listDatasetFolder(join(root, name))),
    );
    const naming = { suffix: '_label', maskEnding: '.bmp' };
    const images = await imagesWithMasks(kolektorSdd, items, naming, signal);
    if (images.length === 0) {
      const path = items[0]?.path ?? join(root, 'kos01');
      const expected = 'a folder with Part0.jpg and Part0_label.bmp, and so on';
      throw layoutError(kolektorSdd, { path, problem: 'has no images', expected });
    }
    return [
      {
        ...{ dataset: basename(root), category: 'commutator', folder: root, layout: 'kolektor-sdd' },
        ...{ images, training: [], terms: termsOf(basename(root), 'KolektorSDD'), notes: [] },
        split: 'The data set is divided in folds, which are not used: all images are test images.',
        passedOver: items.flatMap(({ path, unread }) => unread.map((file) => join(path, file))),
      },
    ];
  },
};
