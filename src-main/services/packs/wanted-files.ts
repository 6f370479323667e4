import { type ClipSamError, failure } from '../../../src-shared/errors.ts';
import { isDownload, type Pack } from '../../../src-shared/pack.ts';
import { isPlainPath } from '../../files/plain-path.ts';
import { sourceInPack } from '../../inference/pack-files.ts';
import { addressOf, DESCRIPTION, outsideFile } from './pack-source.ts';

/** A file that has to come into the pack's folder. */
export interface WantedFile {
  readonly name: string;
  /** Path below the pack's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Address to download it from, where its source does not have it. */
  readonly url: string | undefined;
}

/**
 * Each file of a pack once, with its path in the pack's folder.
 * @param base address that the paths are relative to; null where the pack's own files are on this machine
 * @throws ClipSamError `path-denied`, `pack-invalid`
 */
export function wantedFiles(pack: Pack, base: string | null): WantedFile[] {
  const wanted = new Map<string, WantedFile>();
  for (const [name, file] of Object.entries(pack.files)) {
    const { source, sha256, bytes } = file;
    if (source.startsWith('npm:')) continue;
    const path = sourceInPack(file).slice('pack:'.length);
    if (!isPlainPath(path) || path.toLowerCase() === DESCRIPTION || path === pack.card) {
      throw outsideFile(path);
    }
    const url = isDownload(source) ? source : base === null ? undefined : addressOf(path, base);
    const before = wanted.get(path);
    if (before && before.sha256 !== sha256) throw alteredFile(path, 'pack.json, which names it twice');
    wanted.set(path, { name, path, bytes, sha256, url });
  }
  return [...wanted.values()];
}

/** Bytes of all files together. */
export function totalBytes(files: readonly WantedFile[]): number {
  return files.reduce((bytes, file) => bytes + file.bytes, 0);
}

/** The error for a file whose content is not what the pack says. @param source where it was found, for people */
export function alteredFile(file: string, source: string): ClipSamError {
  return failure(
    'pack-file-altered',
    { file },
    `${file} in ${source} is not the file that the pack was made with: size or SHA-256 are others. Fetch the pack again.`,
  );
}
