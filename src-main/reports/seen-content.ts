import { ClipSamError } from '../../src-shared/errors.ts';
import { readImageFile } from '../codec/image-codec.ts';
import { sha256InBackground } from '../files/hash.ts';
import type { ReportImage } from './run-report.ts';

/** The file as the model saw it; null when it is another one by now, or cannot be read. */
export async function contentSeen(image: ReportImage): Promise<Uint8Array | null> {
  if (image.file !== 'same' || image.contentHash === null) return null;
  const bytes = await unlessUnreadable(readImageFile(image.path));
  return bytes && (await sha256InBackground(bytes)) === image.contentHash ? bytes : null;
}

/** Files may have been moved or deleted since the run; null: exports are made of what is there. */
export async function unlessUnreadable(bytes: Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return await bytes;
  } catch (error) {
    const isFileError = error instanceof ClipSamError && error.code.startsWith('image-');
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isFileError || isMissing) return null;
    throw error;
  }
}
