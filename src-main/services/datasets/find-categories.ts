import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { byName } from '../../files/image-files.ts';
import { isImageName, isUnreadName } from '../../files/image-names.ts';
import type { DefectCategory, TestImage } from './defect-category.ts';
import { findVisaCategories } from './visa.ts';

const GOOD = 'good';
/** Category, data set, folder of data sets. */
const DEEPEST = 2;

/**
 * Finds the categories of a root in MVTec AD's layout: `test/good/*`, `test/<defect>/<name>.*` and
 * `ground_truth/<defect>/<name>_mask.*` (or `<name>.*`, as VisA is often brought into it). The root is a category, holds
 * categories, or holds data sets that do; or it is VisA's own (see {@link findVisaCategories}).
 * @throws ClipSamError `input-invalid`: not such a root, no test images, or masks are missing (names them)
 */
export async function findCategories(root: string): Promise<DefectCategory[]> {
  const visa = await findVisaCategories(root);
  if (visa) return visa;
  const folders = await categoryFolders(resolve(root), 0);
  if (folders.length === 0) {
    throw new ClipSamError(
      'input-invalid',
      `No category found in ${root}. Expected MVTec AD's layout: <category>/test/good, <category>/test/<defect> and <category>/ground_truth/<defect>/<name>_mask.png.`,
    );
  }
  const categories: DefectCategory[] = [];
  const missing: string[] = [];
  for (const folder of folders) {
    const images: TestImage[] = [];
    const passedOver: string[] = [];
    const kinds = (await listFolder(join(folder, 'test'))).folders;
    for (const kind of [...kinds.filter((name) => name === GOOD), ...kinds.filter((name) => name !== GOOD)]) {
      const masks = kind === GOOD ? undefined : await masksByStem(join(folder, 'ground_truth', kind));
      const listed = await listFolder(join(folder, 'test', kind));
      passedOver.push(...listed.unread.map((file) => join(folder, 'test', kind, file)));
      for (const file of listed.images) {
        const path = join(folder, 'test', kind, file);
        const mask = masks?.get(`${stemOf(file)}_mask`) ?? masks?.get(stemOf(file));
        if (masks && !mask) missing.push(relative(resolve(root), path) || path);
        images.push({ path, mask });
      }
    }
    if (images.length === 0) throw new ClipSamError('input-invalid', `No images in ${join(folder, 'test')}.`);
    categories.push({
      dataset: basename(dirname(folder)),
      category: basename(folder),
      folder,
      images,
      passedOver,
    });
  }
  if (missing.length > 0) {
    const some = missing.slice(0, 5).join(', ');
    throw new ClipSamError(
      'input-invalid',
      `${missing.length} defective image(s) have no mask ground_truth/<defect>/<name>_mask.png: ${some}${missing.length > 5 ? ', …' : ''}. Add the masks, or move images without a defect to test/good.`,
    );
  }
  return categories;
}

/** Good images that a category has for training: `train/good`, by name. */
export async function goodTraining({ folder }: DefectCategory): Promise<string[]> {
  const good = join(folder, 'train', GOOD);
  const { images } = await listFolder(good, { optional: true });
  return images.map((file) => join(good, file));
}

async function categoryFolders(folder: string, depth: number): Promise<string[]> {
  const { folders } = await listFolder(folder);
  if (folders.includes('test')) return [folder];
  if (depth === DEEPEST) return [];
  const nested = await Promise.all(folders.map((name) => categoryFolders(join(folder, name), depth + 1)));
  return nested.flat();
}

async function masksByStem(folder: string): Promise<Map<string, string>> {
  const { images } = await listFolder(folder, { optional: true });
  return new Map(images.map((file) => [stemOf(file), join(folder, file)]));
}

function stemOf(file: string): string {
  return basename(file, extname(file));
}

async function listFolder(folder: string, { optional = false } = {}) {
  try {
    const folders: string[] = [];
    const images: string[] = [];
    const unread: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)) : entry;
      if (target.isDirectory()) folders.push(entry.name);
      else if (isImageName(entry.name)) images.push(entry.name);
      else if (isUnreadName(entry.name)) unread.push(entry.name);
    }
    return { folders: folders.sort(byName), images: images.sort(byName), unread: unread.sort(byName) };
  } catch (cause) {
    if (optional && (cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return { folders: [], images: [], unread: [] };
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClipSamError(
      'input-invalid',
      `${folder} can't be read as a folder (${reason}). Check the path and its permissions.`,
      { cause },
    );
  }
}
