import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchImage } from '../../src-shared/batch.ts';
import { thumbnail } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { contentHashOf, readImportedFile } from './imported-file.ts';
import { Limiter } from './limiter.ts';

const LONGEST_SIDE = 256;
/** Images decoded at a time. */
const DECODERS = 2;
/** Pictures with more pixels are not decoded for looking at. */
export const MAX_VIEW_PIXELS = 400_000_000;

/** Small pictures of images, made when they are first asked for and kept by the content of the file. */
export class Thumbnails {
  readonly #folder: string;
  readonly #limiter = new Limiter<Uint8Array>(DECODERS);

  /** @param folder where the pictures are kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * WebP, longest side at most 256 pixels.
   * @throws ClipSamError `image-changed` and other `image-…`; `cancelled`
   */
  async get(image: BatchImage, signal?: AbortSignal): Promise<Uint8Array> {
    const hash = contentHashOf(image);
    const path = join(this.#folder, hash.slice(0, 2), `${hash}.webp`);
    const kept = await readFile(path).catch(() => undefined);
    if (kept) return kept;
    const make = async () => {
      const bytes = await readImportedFile(image);
      const picture = await thumbnail(bytes, LONGEST_SIDE, { maxPixels: MAX_VIEW_PIXELS, format: 'webp' });
      // A full disk keeps nobody from looking.
      await writeFileAtomically(path, picture).catch(() => {});
      return picture;
    };
    return this.#limiter.run(hash, make, signal);
  }
}
