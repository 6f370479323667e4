import { stat } from 'node:fs/promises';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { checkWritable } from '../../files/atomic-write.ts';
import { writeZip, type ZipSource } from '../../files/zip-writer.ts';
import { resolvePackFile, sourceInPack } from '../../inference/pack-files.ts';
import { type PackRoots, verifyPack } from '../../inference/pack-loader.ts';
import { findInstalled } from './installed-pack.ts';
import { DESCRIPTION } from './pack-source.ts';

export interface BundleOptions {
  readonly roots: PackRoots;
  readonly signal?: AbortSignal | undefined;
  /** @param done bytes that are written, of `total` */
  onProgress?(done: number, total: number): void;
}

/**
 * Writes an installed pack as one ZIP file, which `models add` takes on a machine without a network. What comes with
 * the program is not in it.
 * @param id as recipes name it
 * @returns the reference under which it will be there, and the bytes of its files
 * @throws ClipSamError `pack-not-found`; what is wrong with the pack; `disk-full`, `path-denied`, `cancelled`
 */
export async function bundlePack(
  id: string,
  file: string,
  { roots, signal, onProgress }: BundleOptions,
): Promise<{ readonly id: string; readonly bytes: number }> {
  const listing = await findInstalled(id, roots);
  const { folder } = listing;
  await checkWritable(file);
  const { pack, error } = await verifyPack(folder);
  if (!pack || error) {
    throw new ClipSamError(error?.code ?? 'pack-invalid', error?.message ?? `${folder} cannot be read.`);
  }
  const names = new Set([DESCRIPTION, pack.card]);
  for (const entry of Object.values(pack.files)) {
    const source = sourceInPack(entry);
    if (source.startsWith('pack:')) names.add(source.slice('pack:'.length));
  }
  const files: ZipSource[] = [];
  let total = 0;
  for (const name of names) {
    const path = await resolvePackFile(`pack:${name}`, folder);
    files.push({ name, path });
    total += (await stat(path)).size;
  }
  let done = 0;
  await writeZip(file, files, {
    signal,
    onBytes(bytes) {
      done += bytes;
      onProgress?.(done, total);
    },
  });
  return { id: listing.id, bytes: total };
}
