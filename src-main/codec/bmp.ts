import { decode as decodePlain } from '@cwasm/nsbmp';
import { damagedImage, unsupported } from './image-errors.ts';

/** What a BMP's headers state. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** 0 none, 1 RLE8, 2 RLE4, 3 and 6 masks, 4 JPEG, 5 PNG. */
  readonly compression: number;
  readonly isTopDown: boolean;
  /** Where the pixels begin, in bytes. */
  readonly start: number;
  /** Where the palette begins, how many colours it has and bytes per colour. */
  readonly palette: { readonly at: number; readonly colours: number; readonly size: number };
}

/** RGBA pixels, `width × height × 4`. */
export interface RgbaPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The headers of a BMP, or undefined when they are cut off or state no pixels. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader | undefined {
  if (bytes.byteLength < 26) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  const isOs2 = headerSize === 12;
  if (!isOs2 && bytes.byteLength < 50) return undefined;
  const width = isOs2 ? view.getUint16(18, true) : view.getInt32(18, true);
  // A negative height says that the rows run from top to bottom.
  const signedHeight = isOs2 ? view.getUint16(20, true) : view.getInt32(22, true);
  if (width < 1 || signedHeight === 0) return undefined;
  const bits = view.getUint16(isOs2 ? 24 : 28, true);
  const compression = isOs2 ? 0 : view.getUint32(30, true);
  const masks = headerSize === 40 && compression === 3 ? 12 : headerSize === 40 && compression === 6 ? 16 : 0;
  const stated = isOs2 ? 0 : view.getUint32(46, true);
  return {
    width,
    height: Math.abs(signedHeight),
    bits,
    compression,
    isTopDown: signedHeight < 0,
    start: view.getUint32(10, true),
    palette: {
      at: 14 + headerSize + masks,
      colours: bits > 8 ? 0 : stated > 0 && stated <= 2 ** bits ? stated : 2 ** bits,
      size: isOs2 ? 3 : 4,
    },
  };
}

/**
 * The pixels of a BMP. Alpha as stored; opaque where the format has none.
 * @throws ClipSamError `image-unreadable` for one that is cut off, `image-unsupported`
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader, name: string): RgbaPixels {
  const { width, height, bits, compression, start } = header;
  if (compression === 1 || compression === 2) return decodeRunLengths(bytes, header, name);
  if (![0, 3, 6].includes(compression)) throw unsupported(name, `BMP of compression ${compression}`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw unsupported(name, `BMP with ${bits} bits per pixel`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.byteLength) throw damagedImage(name, 'the BMP data is cut off');
  let decoded: ReturnType<typeof decodePlain>;
  try {
    decoded = decodePlain(bytes);
  } catch (cause) {
    throw damagedImage(name, 'the BMP data cannot be decoded', cause);
  }
  const { data } = decoded;
  return {
    width: decoded.width,
    height: decoded.height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** Palette index of each pixel of a BMP with run lengths, from Microsoft's description of the compression. */
function decodeIndexes(bytes: Uint8Array, header: BmpHeader, name: string): Uint8Array {
  const { width, height, bits, compression, start } = header;
  const isNibbles = compression === 2;
  if (bits !== (isNibbles ? 4 : 8)) throw damagedImage(name, `run lengths of ${bits} bits`);
  const indexes = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, start];
  const put = (index: number) => {
    if (x < width && y < height) indexes[(height - 1 - y) * width + x] = index;
    x++;
  };
  while (y < height) {
    if (at + 2 > bytes.byteLength) {
      // Some programs leave out the mark of the end.
      if (y === height - 1 && x >= width) break;
      throw damagedImage(name, 'the BMP data is cut off');
    }
    const count = bytes[at]!;
    const value = bytes[at + 1]!;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(isNibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) break;
    else if (value === 2) {
      if (at + 2 > bytes.byteLength) throw damagedImage(name, 'the BMP data is cut off');
      x += bytes[at]!;
      y += bytes[at + 1]!;
      at += 2;
    } else {
      const size = isNibbles ? Math.ceil(value / 2) : value;
      if (at + size > bytes.byteLength) throw damagedImage(name, 'the BMP data is cut off');
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (isNibbles ? i >> 1 : i)]!;
        put(isNibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      at += size + (size & 1);
    }
  }
  return indexes;
}

function decodeRunLengths(bytes: Uint8Array, header: BmpHeader, name: string): RgbaPixels {
  const { width, height, palette } = header;
  if (palette.at + palette.colours * palette.size > bytes.byteLength) {
    throw damagedImage(name, 'the BMP palette is cut off');
  }
  const indexes = decodeIndexes(bytes, header, name);
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < indexes.length; i++) {
    const colour = palette.at + indexes[i]! * palette.size;
    if (indexes[i]! < palette.colours) {
      data[i * 4] = bytes[colour + 2]!;
      data[i * 4 + 1] = bytes[colour + 1]!;
      data[i * 4 + 2] = bytes[colour]!;
    }
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}
