import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { Random } from '../../src-shared/random.ts';
import { toReadError } from '../files/read-error.ts';
import { type PictureFile, type TrainingView, withId } from './views.ts';

/** A category of a data set with known defects. */
export interface DatasetCategory {
  readonly category: string;
  /** What the prompts call its object. */
  readonly object: string;
  /** Absolute paths; no mask: a good part. */
  readonly images: readonly { readonly path: string; readonly mask: string | undefined }[];
}

/** Of five pictures one is a mosaic. */
const PICTURES_PER_MOSAIC = 4;

/**
 * Every picture of the categories as it is; with `mosaics` also some made of four of the same category, drawn by the seed
 * (APRIL-GAN's augmentation on MVTec AD, there with a probability of 0.2).
 * @param root folder that all pictures lie below
 * @throws ClipSamError `image-not-found`, `image-unreadable` for a file that can't be looked at
 */
export async function datasetViews(
  categories: readonly DatasetCategory[],
  root: string,
  { mosaics, seed }: { readonly mosaics: boolean; readonly seed: number },
): Promise<TrainingView[]> {
  const views: TrainingView[] = [];
  for (const { category, object, images } of categories) {
    const pictures: PictureFile[] = [];
    for (const { path, mask } of images) pictures.push(await pictureFile(path, mask, root));
    const add = (source: TrainingView['source'], name: string) => {
      const defects: string[] = [];
      const common = { group: category, paste: false, variant: 0, names: [object], defects };
      views.push(withId({ ...common, source, seed: `${seed}/${category}/${name}` }));
    };
    for (const picture of pictures) add({ kind: 'file', ...picture }, picture.image);
    const random = new Random(`${seed}/mosaics/${category}`);
    const count = mosaics ? Math.floor(pictures.length / PICTURES_PER_MOSAIC) : 0;
    for (let i = 0; i < count; i++) {
      const parts = Array.from({ length: 4 }, () => random.pick(pictures));
      add({ kind: 'mosaic', parts }, `mosaic ${i}`);
    }
  }
  return views;
}

async function pictureFile(path: string, mask: string | undefined, root: string): Promise<PictureFile> {
  const below = (file: string) => relative(resolve(root), file).replaceAll(sep, '/');
  const files = mask === undefined ? [path] : [path, mask];
  const stamps: string[] = [];
  for (const file of files) {
    const { size, mtimeMs } = await stat(file).catch((cause: unknown) => {
      throw toReadError(cause, file);
    });
    stamps.push(`${size}/${mtimeMs}`);
  }
  return { image: below(path), mask: mask === undefined ? null : below(mask), stamp: stamps.join(' ') };
}
