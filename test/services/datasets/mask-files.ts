import { encodeGrey8 } from '../../../src-main/codec/image-codec.ts';

const [WIDTH, HEIGHT] = [4, 2];

/** A PNG mask of 4 × 2 pixels, of which one is marked, or none. */
export function pngMask(marks: boolean): Promise<Uint8Array> {
  return encodeGrey8(WIDTH, HEIGHT, new Uint8Array(WIDTH * HEIGHT).fill(marks ? 255 : 0, 0, 1));
}

/** The same as an uncompressed BMP of 24 bits. */
export function bmpMask(marks: boolean): Uint8Array {
  const bytes = new Uint8Array(54 + WIDTH * HEIGHT * 3);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, WIDTH, true);
  view.setInt32(22, HEIGHT, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  if (marks) bytes.fill(255, 54, 57);
  return bytes;
}
