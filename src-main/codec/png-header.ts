/** What a PNG says before its pixels. */
export interface PngHeader {
  /** Bits per sample as stored: 1, 2, 4, 8, 16. */
  readonly bits: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colourType: number;
  /** Most significant bits of a colour, where sBIT states them. */
  readonly significant: number | undefined;
  /** Pictures of an animated PNG (acTL); 1 of any other. */
  readonly frames: number;
}

const PIXELS = 'IDAT';
const SIGNIFICANT = 'sBIT';
const ANIMATION = 'acTL';

/** The header of a PNG; undefined when it is cut off. */
export function readPngHeader(bytes: Uint8Array): PngHeader | undefined {
  if (bytes.byteLength < 33) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = view.getUint8(24);
  const colourType = view.getUint8(25);
  let significant: number | undefined;
  let frames = 1;
  for (let at = 33; at + 8 <= bytes.byteLength; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === PIXELS) break;
    if (type === SIGNIFICANT && at + 8 + length <= bytes.byteLength) {
      const colours = colourType === 0 || colourType === 4 ? 1 : 3;
      significant = Math.max(...bytes.subarray(at + 8, at + 8 + Math.min(length, colours)));
    }
    if (type === ANIMATION && length === 8 && at + 12 <= bytes.byteLength) frames = view.getUint32(at + 8);
    at += 12 + length;
  }
  return { bits, colourType, significant, frames };
}
