import { encodeGrey8 } from '../../../src-main/codec/image-codec.ts';
import { bmpFile } from '../../codec/bmp-file.ts';

const size = { width: 4, height: 2 };

/** A PNG mask of a few pixels, of which one is marked, or none. */
export function pngMask(marks: boolean): Promise<Uint8Array> {
  return encodeGrey8(size.width, size.height, new Uint8Array(8).fill(marks ? 255 : 0, 0, 1));
}

/** The same as a BMP of 8 bits with a palette, black and white. */
export function bmpMask(marks: boolean): Uint8Array {
  const palette = [
    [0, 0, 0],
    [255, 255, 255],
  ] as const;
  return bmpFile({ ...size, bits: 8, palette, pixel: (x, y) => (marks && x + y === 0 ? 1 : 0) });
}
