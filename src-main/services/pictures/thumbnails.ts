import type { BatchImage } from '../../../src-shared/batch.ts';
import { thumbnail } from '../../codec/image-codec.ts';
import { FileCache } from '../../files/file-cache.ts';
import { Limiter } from '../../files/limiter.ts';
import { CACHE_LIMITS } from './cache-limits.ts';
import { readImportedFile, versionOf } from './imported-file.ts';

const LONGEST_SIDE = 256;
/** Images decoded at a time. */
const DECODERS = 2;
/** Pictures with more pixels are not decoded for looking at. */
export const MAX_VIEW_PIXELS = 400_000_000;

/** What a small picture is made of. */
type SeenPicture = Pick<BatchImage, 'path' | 'contentHash' | 'page' | 'range' | 'version'>;

/** Small pictures of images, made when they are first asked for and kept by the version of the image. */
export class Thumbnails {
  readonly cache: FileCache;
  readonly #limiter = new Limiter<Uint8Array>(DECODERS);

  /** @param folder where the pictures are kept */
  constructor(folder: string, capacity: number = CACHE_LIMITS.thumbnails) {
    this.cache = new FileCache(folder, 'webp', capacity);
  }

  /**
   * WebP, longest side at most 256 pixels.
   * @throws ClipSamError `image-changed` and other `image-…`; `cancelled`
   */
  async get(image: SeenPicture, signal?: AbortSignal): Promise<Uint8Array> {
    const version = versionOf(image);
    const kept = await this.cache.get(version);
    if (kept) return kept;
    const make = async () => {
      const bytes = await readImportedFile(image);
      const picture = await thumbnail(bytes, LONGEST_SIDE, {
        maxPixels: MAX_VIEW_PIXELS,
        format: 'webp',
        page: image.page?.index,
        range: image.range ?? undefined,
      });
      await this.cache.put(version, picture);
      return picture;
    };
    return this.#limiter.run(version, make, signal);
  }
}
