/** What a BMP file is made of; `pixel` gives the raw value at (x, y). */
export interface BmpDescription {
  readonly width: number;
  readonly height: number;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  readonly topDown?: boolean;
  readonly palette?: readonly (readonly [number, number, number])[];
  /** Red, green, blue: stored after the header, with compression BI_BITFIELDS. */
  readonly masks?: readonly [number, number, number];
  readonly pixel: (x: number, y: number) => number;
}

/** A BMP file with a BITMAPINFOHEADER, written from Microsoft's description of the format. */
export function bmpFile({
  width,
  height,
  bits,
  topDown,
  palette = [],
  masks,
  pixel,
}: BmpDescription): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const start = 54 + (masks ? 12 : 0) + palette.length * 4;
  const out = Buffer.alloc(start + stride * height);
  out.write('BM');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(start, 10);
  out.writeUInt32LE(40, 14);
  out.writeInt32LE(width, 18);
  out.writeInt32LE(topDown ? -height : height, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(bits, 28);
  out.writeUInt32LE(masks ? 3 : 0, 30);
  out.writeUInt32LE(stride * height, 34);
  out.writeUInt32LE(palette.length, 46);
  masks?.forEach((mask, index) => void out.writeUInt32LE(mask, 54 + index * 4));
  palette.forEach(([r, g, b], index) => void out.set([b, g, r], 54 + (masks ? 12 : 0) + index * 4));
  for (let y = 0; y < height; y++) {
    const row = start + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      if (bits >= 8) out.writeUIntLE(pixel(x, y), row + (x * bits) / 8, bits / 8);
      else out[row + ((x * bits) >> 3)]! |= pixel(x, y) << (8 - bits - ((x * bits) & 7));
    }
  }
  return out;
}
