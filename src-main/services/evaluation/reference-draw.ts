import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { Random } from '../../../src-shared/random.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { toReadError } from '../../files/read-error.ts';
import { type DefectCategory, goodTraining } from '../datasets/defect-category.ts';

/** A file by what it holds. */
export interface KnownFile {
  readonly path: string;
  /** SHA-256. */
  readonly contentHash: string;
}

/**
 * Good images of a category as references: of `train/good` where the category has it, else of `test/good`.
 * @returns the draw of a seed, copies counting once: the same for the same files, wherever they lie
 * @throws ClipSamError `input-invalid` when there are not more good images than are drawn, `image-…`
 */
export async function referenceDraws(
  category: DefectCategory,
  count: number,
  signal?: AbortSignal,
): Promise<(seed: number) => readonly KnownFile[]> {
  const training = goodTraining(category);
  const inTest = category.images.filter(({ mask }) => mask === undefined).map(({ path }) => path);
  const good = await knownFiles(training.length > 0 ? training : inTest, signal);
  const different = [
    ...new Map(good.toReversed().map((file) => [file.contentHash, file])).values(),
  ].reverse();
  // Of the test images some have to remain.
  const needed = training.length > 0 ? count : count + 1;
  if (different.length < needed) {
    throw new ClipSamError(
      'input-invalid',
      `${category.folder} has ${different.length} different good images, and ${count} references take ${needed}. Draw fewer.`,
    );
  }
  const { dataset, category: name } = category;
  return (seed) => {
    const random = new Random(`references/${dataset}/${name}/${seed}`);
    const left = [...different];
    return Array.from({ length: count }, () => left.splice(random.int(0, left.length - 1), 1)[0]!);
  };
}

/** Files with the hashes of their contents. @throws ClipSamError `image-…`, `cancelled` */
export async function knownFiles(paths: readonly string[], signal?: AbortSignal): Promise<KnownFile[]> {
  const files: KnownFile[] = [];
  for (const path of paths) {
    throwIfCancelled(signal);
    const contentHash = await sha256OfFile(path).catch((error: unknown) => {
      throw toReadError(error, path);
    });
    files.push({ path, contentHash });
  }
  return files;
}
