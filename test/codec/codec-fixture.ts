import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { readFrameImage, readRgb } from '../../src-main/codec/image-codec.ts';
import type { ReadOptions } from '../../src-main/codec/open-image.ts';
import { Random } from '../../src-shared/random.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { tempFolder } from '../temp-folder.ts';

export const limits = { maxPixels: 50_000_000 };

/** A file of its own with this content. */
export async function fileWith(bytes: Uint8Array, name = 'image.dat'): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, bytes);
  return path;
}

export async function readBytes(bytes: Uint8Array, options: Partial<ReadOptions> = {}): Promise<RgbImage> {
  return readRgb(await fileWith(bytes), { ...limits, ...options });
}

export async function readFrame(bytes: Uint8Array, options: Partial<ReadOptions> & { size?: number } = {}) {
  return readFrameImage(await fileWith(bytes), { ...limits, size: 1024, ...options });
}

/** One of three equal channels. */
export function greyOf({ data }: RgbImage): number[] {
  return [...data.filter((_, i) => i % 3 === 0)];
}

/** A picture in which every pixel differs, slowly from left to right, and by chance. */
export function textured(width: number, height: number, seed = 1): RgbImage {
  const random = new Random(seed);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++)
    data[i] = ((i % (width * 3)) * 200) / (width * 3) + random.range(0, 55);
  return { width, height, data };
}

export function raw({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
