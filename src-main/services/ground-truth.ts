import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative } from 'node:path';
import { decodeMask, encodeMaskPicture } from '../codec/mask-codec.ts';
import { isImageName } from '../files/image-names.ts';
import { MAX_VIEW_PIXELS } from './thumbnails.ts';

const LONGEST_SIDE = 2048;

/**
 * The ground-truth mask of an image in MVTec AD's layout: `…/test/<defect>/x.png` has
 * `…/ground_truth/<defect>/x_mask.*`, or `x.*`.
 * @returns undefined for good images, and where there is none
 */
export async function findGroundTruth(imagePath: string): Promise<string | undefined> {
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
export async function groundTruthPicture(maskPath: string): Promise<Uint8Array> {
  return encodeMaskPicture(await decodeMask(maskPath, { maxPixels: MAX_VIEW_PIXELS }), LONGEST_SIDE);
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}
