import type { BatchImage } from '../../../src-shared/batch.ts';
import { type ClipSamError, failure } from '../../../src-shared/errors.ts';
import { readImageFile } from '../../codec/image-codec.ts';
import { sha256InBackground } from '../../files/hash.ts';

/**
 * The content of an image as it was imported. Only that: whatever else the path leads to by now is not shown.
 * @throws ClipSamError `image-changed`; `image-not-found`, `image-unreadable`
 */
export async function readImportedFile({
  path,
  contentHash,
}: Pick<BatchImage, 'path' | 'contentHash'>): Promise<Uint8Array> {
  if (contentHash === null) throw neverRead(path);
  const bytes = await readImageFile(path);
  if ((await sha256InBackground(bytes)) === contentHash) return bytes;
  throw failure(
    'file-changed',
    { file: path },
    `${path} is not the file that was imported: its content changed since. Import it again to see the new content.`,
  );
}

/**
 * What the image's pictures are kept under: another content, page or range, another version.
 * @throws ClipSamError `image-unreadable` when it could not be read when it was imported
 */
export function versionOf({ path, version }: Pick<BatchImage, 'path' | 'version'>): string {
  if (version === null) throw neverRead(path);
  return version;
}

function neverRead(path: string): ClipSamError {
  return failure(
    'unread-at-import',
    { file: path },
    `${path} could not be read when it was imported. Import it again when it can.`,
  );
}
