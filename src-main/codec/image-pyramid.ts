import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decoding } from './image-errors.ts';
import { decodeImage, type OpenImage, type ReadOptions } from './open-image.ts';
import sharp from './sharp.ts';

/** The levels of an image: level 0 is full size, every further one half of the one before, the last fits a tile. */
export interface PyramidLayout {
  /** Pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly levels: number;
}

/** Side of a tile in pixels. */
export const TILE_SIZE = 512;
const JPEG = { quality: 92, chromaSubsampling: '4:4:4' } as const;

/**
 * Cuts an image into JPEG tiles, `<level>/<column>_<row>.jpeg` below a folder. Where libvips can it streams the
 * image, so that its size costs no memory.
 * @param name what the image is called in errors
 * @param folder made; must not exist
 * @param options.streamed default: where this build of libvips can
 * @throws ClipSamError as `readFrameImage`, and Node's errors of writing
 */
export async function writePyramid(
  bytes: Uint8Array,
  name: string,
  folder: string,
  options: ReadOptions & { readonly streamed?: boolean },
): Promise<PyramidLayout> {
  return decodeImage(bytes, name, options, (open) => cutTiles(open, name, folder, options.streamed));
}

async function cutTiles(
  { image, width, height }: OpenImage,
  name: string,
  folder: string,
  streamed: boolean | undefined,
): Promise<PyramidLayout> {
  const levels = 1 + Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / TILE_SIZE)));
  const layout = { width, height, levels };
  if (streamed ?? sharp.format.dz.output.file) {
    const deepZoom = image
      .jpeg(JPEG)
      .tile({ size: TILE_SIZE, overlap: 0, depth: 'onetile', layout: 'dz', container: 'fs' });
    const tiles = decoding(name, () => deepZoom.toFile(`${folder}.dz`));
    await writing(folder, tiles);
    await takeLevels(folder, levels);
  } else {
    // The WebAssembly build has no tiling of its own.
    const { data } = await decoding(name, () => image.raw().toBuffer({ resolveWithObject: true }));
    await cutLevels(data, layout, folder);
  }
  return layout;
}

/** Deep Zoom counts its levels from the smallest. */
async function takeLevels(folder: string, levels: number): Promise<void> {
  await mkdir(folder);
  for (let level = 0; level < levels; level++) {
    await rename(join(`${folder}_files`, String(levels - 1 - level)), join(folder, String(level)));
  }
  await rm(`${folder}_files`, { recursive: true });
  await rm(`${folder}.dzi`);
}

async function cutLevels(rgb: Uint8Array, { width, height, levels }: PyramidLayout, folder: string) {
  let current = { data: rgb, width, height };
  for (let level = 0; level < levels; level++) {
    const { data, ...size } = current;
    const raw = { raw: { ...size, channels: 3 as const }, limitInputPixels: false };
    const path = join(folder, String(level));
    await mkdir(path, { recursive: true });
    for (let top = 0; top < size.height; top += TILE_SIZE) {
      for (let left = 0; left < size.width; left += TILE_SIZE) {
        const tile = {
          left,
          top,
          width: Math.min(TILE_SIZE, size.width - left),
          height: Math.min(TILE_SIZE, size.height - top),
        };
        const file = join(path, `${left / TILE_SIZE}_${top / TILE_SIZE}.jpeg`);
        await writing(folder, sharp(data, raw).extract(tile).jpeg(JPEG).toFile(file));
      }
    }
    const half = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) };
    const smaller = sharp(data, raw).resize({ ...half, fit: 'fill', kernel: 'linear' });
    if (level < levels - 1) current = { data: await smaller.raw().toBuffer(), ...half };
  }
}

/** libvips only has words for what happened to a file: on a full disk the error gets the code that Node would give it. */
async function writing<T>(folder: string, file: Promise<T>): Promise<T> {
  try {
    return await file;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.message} ${cause.cause}` : '';
    const isFull = /no space left|quota exceeded/i.test(reason) || (await freeBytes(folder)) < 1 << 20;
    throw isFull ? Object.assign(new Error('No space left.', { cause }), { code: 'ENOSPC' }) : cause;
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(folder));
  return bavail * bsize;
}
