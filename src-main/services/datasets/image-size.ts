import { readImageFile } from '../../codec/image-codec.ts';
import { describeImage } from '../../codec/image-description.ts';
import { readFileHead } from '../../files/file-head.ts';

/** Holds the size in nearly all files. */
const HEAD = 64 << 10;

/** Pixels of a file's first picture, upright, from its beginning where that says it. @throws ClipSamError `image-…` */
export async function imageSize(path: string): Promise<{ readonly width: number; readonly height: number }> {
  const read = async (bytes: Uint8Array) => {
    const { width, height } = (await describeImage(bytes, path)).pages[0]!;
    return { width, height };
  };
  try {
    return await read(await readFileHead(path, HEAD));
  } catch {
    return read(await readImageFile(path));
  }
}
