import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { damagedImage, decoding, reasonOf } from './image-errors.ts';
import sharp from './sharp.ts';
import type { TiffFile, TiffPage } from './tiff-directory.ts';

const inflated = promisify(inflate);

/** None, LZW, deflate (two numbers), PackBits, LZMA, Zstandard: whatever keeps bytes as they are. */
const LOSSLESS = new Set([1, 5, 8, 32946, 32773, 34925, 50000]);
const DEFLATE = new Set([8, 32946]);

/** Whether a compression gives back the bytes of the samples. */
export function isLossless(compression: number): boolean {
  return LOSSLESS.has(compression);
}

/** How a plane is stored: strips are as wide as the picture, tiles lie one below the other, in whole. */
export interface PieceLayout {
  /** Bytes of a row of a strip or tile. */
  readonly rowBytes: number;
  /** Rows of a strip or tile; the last strip may have fewer. */
  readonly rowsEach: number;
  /** Rows of all. */
  readonly rows: number;
  /** Strips or tiles. */
  readonly count: number;
}

export function layoutOf({
  width,
  height,
  tile,
  rowsPerStrip,
  planar,
  samplesPerPixel,
  bits,
}: TiffPage): PieceLayout {
  const channels = planar === 2 ? 1 : samplesPerPixel;
  const rowBytes = Math.ceil(((tile?.width ?? width) * channels * (bits[0] ?? 1)) / 8);
  if (!tile)
    return { rowBytes, rowsEach: rowsPerStrip, rows: height, count: Math.ceil(height / rowsPerStrip) };
  const count = Math.ceil(width / tile.width) * Math.ceil(height / tile.height);
  return { rowBytes, rowsEach: tile.height, rows: count * tile.height, count };
}

/**
 * The bytes of a plane as they were before compression, as {@link layoutOf} says. libtiff unpacks them; it is told
 * that all are strips of a picture of bytes.
 * @param plane 0 but for planar pages
 * @throws ClipSamError `image-unreadable` for a strip or tile that cannot be unpacked
 */
export async function readPieces(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  plane: number,
  name: string,
): Promise<Buffer> {
  await checkSums(bytes, page, name);
  const options = { failOn: 'error', limitInputPixels: false, sequentialRead: true } as const;
  return decoding(name, () =>
    sharp(asStrips(bytes, file, page, plane), options)
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer(),
  );
}

/**
 * Makes sure that what libvips is going to read by itself can be unpacked: it leaves tiles that cannot black.
 * @throws ClipSamError `image-unreadable`
 */
export async function checkPieces(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  name: string,
): Promise<void> {
  if (!isLossless(page.compression) || page.compression === 1) return;
  if (!page.tile) return checkSums(bytes, page, name);
  const planes = page.planar === 2 ? page.samplesPerPixel : 1;
  for (let plane = 0; plane < planes; plane++) await readPieces(bytes, file, page, plane, name);
}

/** Deflate has a checksum, which libtiff does not look at. */
async function checkSums(bytes: Uint8Array, page: TiffPage, name: string): Promise<void> {
  const { compression, offsets, byteCounts } = page;
  if (!DEFLATE.has(compression)) return;
  // What holds more than a strip or tile needs, was made to fill memory.
  const { rowBytes, rowsEach } = layoutOf(page);
  const maxOutputLength = rowBytes * rowsEach + 65_536;
  for (const [i, offset] of offsets.entries()) {
    const count = byteCounts[i];
    if (count === undefined) return;
    try {
      await inflated(bytes.subarray(offset, offset + count), { maxOutputLength });
    } catch (cause) {
      throw damagedImage(name, `strip or tile ${i + 1}: ${reasonOf(cause)}`, cause);
    }
  }
}

/** The file with a directory that describes one plane as strips of one band of bytes. */
function asStrips(bytes: Uint8Array, file: TiffFile, page: TiffPage, plane: number): Buffer {
  const { rowBytes, rowsEach, rows, count } = layoutOf(page);
  const first = plane * count;
  const offsets = page.offsets.slice(first, first + count);
  return withDirectory(bytes, file, [
    [256, [rowBytes]],
    [257, [rows]],
    [258, [8]],
    [259, [page.compression]],
    [262, [1]],
    [266, [page.fillOrder]],
    [273, offsets],
    [277, [1]],
    [278, [rowsEach]],
    [279, offsets.map((offset, i) => page.byteCounts[first + i] ?? bytes.length - offset)],
  ]);
}

/** The file with one more directory at its end, to which its header leads. All values are LONG or LONG8. */
function withDirectory(
  bytes: Uint8Array,
  { littleEndian, isBig }: TiffFile,
  fields: readonly (readonly [tag: number, values: readonly number[]])[],
): Buffer {
  const word = isBig ? 8 : 4;
  const entrySize = isBig ? 20 : 12;
  const at = Math.ceil(bytes.length / 8) * 8;
  const arrays = at + (isBig ? 8 : 2) + fields.length * entrySize + word;
  const extra = fields.reduce((sum, [, values]) => sum + (values.length > 1 ? values.length * word : 0), 0);
  const out = Buffer.alloc(arrays + extra);
  out.set(bytes);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const put = (to: number, value: number) =>
    isBig ? view.setBigUint64(to, BigInt(value), littleEndian) : view.setUint32(to, value, littleEndian);
  put(isBig ? 8 : 4, at);
  if (isBig) put(at, fields.length);
  else view.setUint16(at, fields.length, littleEndian);
  let next = arrays;
  for (const [index, [tag, values]] of fields.entries()) {
    const entry = at + (isBig ? 8 : 2) + index * entrySize;
    view.setUint16(entry, tag, littleEndian);
    view.setUint16(entry + 2, isBig ? 16 : 4, littleEndian);
    put(entry + 4, values.length);
    if (values.length === 1) put(entry + 4 + word, values[0]!);
    else {
      put(entry + 4 + word, next);
      for (const value of values) {
        put(next, value);
        next += word;
      }
    }
  }
  return out;
}
