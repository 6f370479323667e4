import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative } from 'node:path';
import type { BatchImage } from '../../../src-shared/batch.ts';
import { readImageFile } from '../../codec/image-codec.ts';
import { decodeMask, encodeMaskPicture } from '../../codec/mask-codec.ts';
import { picturePages } from '../../codec/picture-pages.ts';
import { isImageName } from '../../files/image-names.ts';
import { MAX_VIEW_PIXELS } from './thumbnails.ts';

const LONGEST_SIDE = 2048;

/** A mask's file, and its page where it has several. */
export interface Truth {
  readonly path: string;
  readonly page?: number;
}

/**
 * The ground-truth mask of an image in MVTec AD's layout: `…/test/<defect>/x.png` has
 * `…/ground_truth/<defect>/x_mask.*`, or `x.*`. A page of a file has one where the mask's file has as many.
 * @returns undefined for good images, and where there is none
 */
export async function findGroundTruth(image: Pick<BatchImage, 'path' | 'page'>): Promise<Truth | undefined> {
  const path = await findMask(image.path);
  if (path === undefined || image.page === null) return path === undefined ? undefined : { path };
  const pages = await readImageFile(path)
    .then((bytes) => picturePages(bytes, path))
    .catch(() => []);
  return pages.length === image.page.count ? { path, page: pages[image.page.number - 1]! } : undefined;
}

async function findMask(imagePath: string): Promise<string | undefined> {
  const kind = basename(dirname(imagePath));
  const tests = dirname(dirname(imagePath));
  if (basename(tests) !== 'test' || kind === 'good') return undefined;
  const category = dirname(tests);
  const folder = join(category, 'ground_truth', kind);
  const names = (await readdir(folder).catch(() => [])).filter(isImageName);
  const stem = stemOf(imagePath);
  const name =
    names.find((mask) => stemOf(mask) === `${stem}_mask`) ?? names.find((mask) => stemOf(mask) === stem);
  if (name === undefined) return undefined;
  try {
    // A link must not turn any file of the machine into a mask.
    const file = await realpath(join(folder, name));
    const inside = relative(await realpath(category), file);
    return inside.startsWith('..') || isAbsolute(inside) ? undefined : file;
  } catch {
    return undefined;
  }
}

/** A mask as a PNG: white where the defect is, longest side at most 2048 pixels. @throws ClipSamError `image-…` */
export async function groundTruthPicture({ path, page }: Truth): Promise<Uint8Array> {
  return encodeMaskPicture(await decodeMask(path, { maxPixels: MAX_VIEW_PIXELS, page }), LONGEST_SIDE);
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}
