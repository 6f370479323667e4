import { basename, dirname, join } from 'node:path';
import {
  type DatasetFolder,
  imagesByStem,
  listDatasetFolder,
  listIfThere,
  stemOf,
} from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { type DefectCategory, GOOD_KIND, type TestImage } from './defect-category.ts';
import {
  type DatasetLayout,
  type LayoutClaim,
  layoutError,
  refuseWrongPaths,
  type WrongPath,
} from './layout.ts';

/** Folders of a category in MVTec AD's manner. */
interface CategoryFolders {
  readonly layout: Pick<DatasetLayout, 'name' | 'title'>;
  /** Folder of images without a defect, in `test` and `train`. */
  readonly good: string;
  /** How the mask of an image is called, for errors. */
  readonly maskName: (stem: string) => string;
  /** Stems under which the mask of an image is looked for. */
  readonly maskStems: (stem: string) => readonly string[];
}

/**
 * MVTec AD's layout, which MPDD has too, of a category: `train/good/*`, `test/good/*`, `test/<defect>/<name>.*` and
 * `ground_truth/<defect>/<name>_mask.*` (or `<name>.*`, as VisA is often brought into it).
 */
export const mvtecAd: DatasetLayout = {
  name: 'mvtec-ad',
  title: 'MVTec AD',
  holds: 'test/good, test/<defect> and ground_truth/<defect>/<name>_mask.png in each category',
  async claims({ path, folders }): Promise<LayoutClaim> {
    if (!folders.includes('test')) return 'no';
    const test = await listDatasetFolder(join(path, 'test'));
    return test.folders.includes(GOOD_KIND) ? 'surely' : 'perhaps';
  },
  async read(folder) {
    const category = await readCategory(folder, {
      layout: mvtecAd,
      good: GOOD_KIND,
      maskName: (stem) => `${stem}_mask.png`,
      maskStems: (stem) => [`${stem}_mask`, stem],
    });
    const dataset = basename(dirname(folder.path));
    const split = 'Test images are those in test, training images those in train/good.';
    return [{ ...category, dataset, layout: 'mvtec-ad', split, terms: termsOf(dataset), notes: [] }];
  },
};

/**
 * A category of a folder for each kind of test image, and of masks for each kind of defect.
 * @throws ClipSamError `input-invalid`: no test images, or masks are missing (names the first)
 */
export async function readCategory(
  { path: folder }: DatasetFolder,
  { layout, good, maskName, maskStems }: CategoryFolders,
): Promise<Pick<DefectCategory, 'category' | 'folder' | 'images' | 'training' | 'passedOver'>> {
  const test = join(folder, 'test');
  const { folders: kinds } = await listIfThere(test);
  const images: TestImage[] = [];
  const passedOver: string[] = [];
  const missing: WrongPath[] = [];
  for (const kind of [...kinds.filter((name) => name === good), ...kinds.filter((name) => name !== good)]) {
    const truth = join(folder, 'ground_truth', kind);
    const masks = kind === good ? undefined : imagesByStem(await listIfThere(truth));
    const listed = await listDatasetFolder(join(test, kind));
    passedOver.push(...listed.unread.map((file) => join(listed.path, file)));
    for (const file of listed.images) {
      const path = join(listed.path, file);
      const stem = stemOf(file);
      const mask = maskStems(stem).flatMap((name) => masks?.get(name) ?? [])[0];
      if (masks && !mask) {
        const expected = `the mask of ${path}, whose defect is "${kind}"`;
        missing.push({ path: join(truth, maskName(stem)), problem: 'is not there', expected });
      }
      images.push({ path, mask, kind: masks ? kind : GOOD_KIND });
    }
  }
  refuseWrongPaths(layout, missing);
  if (images.length === 0) {
    const problem = kinds.length === 0 ? 'has no folders of images' : 'has no images in its folders';
    const expected = `a folder with ${good} and a folder for each kind of defect`;
    throw layoutError(layout, { path: test, problem, expected });
  }
  const trained = await listIfThere(join(folder, 'train', good));
  const training = trained.images.map((file) => ({
    path: join(trained.path, file),
    mask: undefined,
    kind: GOOD_KIND,
  }));
  return { category: basename(folder), folder, images, training, passedOver };
}
