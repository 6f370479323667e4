import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeGrey8, encodeGrey16 } from '../src-main/codec/image-codec.ts';

/** A grey picture: a gradient from black to white with a dark spot. Values 0..255. */
export function greyPart(width: number, height: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isSpot = (x - width / 3 - seed) ** 2 + (y - height / 2) ** 2 < (height / 6) ** 2;
    return isSpot ? 20 : Math.round((255 * x) / (width - 1));
  });
}

/**
 * The PNG that a camera of so many bits makes of a grey picture: its samples as they are in 16 bits, or, of 8 bits,
 * in a usual file.
 */
export async function cameraPng(
  grey: Uint8Array,
  { width, height, bits }: { readonly width: number; readonly height: number; readonly bits: number },
): Promise<Uint8Array> {
  if (bits === 8) return encodeGrey8(width, height, grey);
  const white = 2 ** bits - 1;
  return encodeGrey16(
    width,
    height,
    Uint16Array.from(grey, (value) => Math.round((value * white) / 255)),
  );
}

/** Writes small pictures of a camera, each with a content of its own. */
export async function writeCameraPictures(
  folder: string,
  names: readonly string[],
  bits: number,
): Promise<string[]> {
  const size = { width: 60, height: 40 };
  return Promise.all(
    names.map(async (name, i) => {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await cameraPng(greyPart(size.width, size.height, i), { ...size, bits }));
      return path;
    }),
  );
}
