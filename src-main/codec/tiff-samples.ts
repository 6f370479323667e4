import { decoding, unsupported } from './image-errors.ts';
import type { SampleArray, Samples } from './sample-mapping.ts';
import sharp from './sharp.ts';
import type { TiffFile, TiffPage } from './tiff-directory.ts';

/** None, LZW, deflate (two numbers), PackBits, LZMA, Zstandard: whatever keeps bytes as they are. */
const LOSSLESS = new Set([1, 5, 8, 32946, 32773, 34925, 50000]);
const HOST_IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Every sample of a page as it is stored: any bits per sample up to 32 (floating point: 32 and 64), any number of
 * bands. libtiff unpacks the strips or tiles; it is told that they hold plain bytes, and what they mean is worked out
 * here, because libvips refuses some kinds and takes spare bands for transparency.
 * @throws ClipSamError `image-unreadable`, `image-unsupported`
 */
export async function readTiffSamples(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  name: string,
): Promise<Samples> {
  refuseOdd(page, name);
  const { width, height, samplesPerPixel, planar } = page;
  if (planar !== 2) {
    const data = await readPlane(bytes, file, page, samplesPerPixel, 0, name);
    return { width, height, channels: samplesPerPixel, data };
  }
  let all: SampleArray | undefined;
  for (let plane = 0; plane < samplesPerPixel; plane++) {
    const data = await readPlane(bytes, file, page, 1, plane, name);
    all ??= new (data.constructor as Uint8ArrayConstructor)(data.length * samplesPerPixel);
    for (let i = 0, to = plane; i < data.length; i++, to += samplesPerPixel) all[to] = data[i]!;
  }
  return { width, height, channels: samplesPerPixel, data: all! };
}

function refuseOdd({ bits, sampleFormat, compression, predictor }: TiffPage, name: string): void {
  const [depth = 1] = bits;
  if (bits.some((other) => other !== depth)) throw unsupported(name, `TIFF with ${bits.join(', ')} bits`);
  const isFloat = sampleFormat === 3;
  const isWhole = depth === 8 || depth === 16 || depth === 32;
  const isRead = isFloat
    ? depth === 32 || depth === 64
    : sampleFormat === 2
      ? isWhole
      : sampleFormat === 1 && depth >= 1 && depth <= 32;
  const kind = isFloat ? 'floating-point ' : sampleFormat === 2 ? 'signed ' : '';
  if (!isRead) throw unsupported(name, `TIFF with ${kind}samples of ${depth} bits`);
  if (!LOSSLESS.has(compression)) {
    throw unsupported(name, `TIFF with ${kind}samples of ${depth} bits in compression ${compression}`);
  }
  const isPredicted = predictor === 1 || (predictor === 2 && isWhole) || (predictor === 3 && isFloat);
  if (!isPredicted) throw unsupported(name, `TIFF with predictor ${predictor} of ${depth} bits`);
}

async function readPlane(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  channels: number,
  plane: number,
  name: string,
): Promise<SampleArray> {
  const { width, height, tile } = page;
  const depth = page.bits[0] ?? 1;
  // Differences start anew in each row of a tile, so a row is kept in pieces until they are undone.
  const pieceWidth = tile ? tile.width : width;
  const pieces = tile ? Math.ceil(width / tile.width) : 1;
  const pieceBytes = Math.ceil((pieceWidth * channels * depth) / 8);
  const packed = await decoding(name, () =>
    sharp(asBytes(bytes, file, page, pieceBytes, pieces, plane), {
      failOn: 'error',
      limitInputPixels: false,
      sequentialRead: true,
    })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer(),
  );
  const samples = unpack(packed, page, { pieces, pieceBytes, pieceSamples: pieceWidth * channels, file });
  const stored = pieces * pieceWidth * channels;
  const wanted = width * channels;
  if (stored === wanted) return samples;
  const cropped = new (samples.constructor as Uint8ArrayConstructor)(wanted * height);
  for (let y = 0; y < height; y++)
    cropped.set(samples.subarray(y * stored, y * stored + wanted) as never, y * wanted);
  return cropped;
}

interface Pieces {
  readonly pieces: number;
  readonly pieceBytes: number;
  readonly pieceSamples: number;
  readonly file: TiffFile;
}

function unpack(
  packed: Buffer,
  page: TiffPage,
  { pieces, pieceBytes, pieceSamples, file }: Pieces,
): SampleArray {
  const depth = page.bits[0] ?? 1;
  const rows = pieces * page.height;
  if (![8, 16, 32, 64].includes(depth)) {
    const values = depth <= 16 ? new Uint16Array(rows * pieceSamples) : new Uint32Array(rows * pieceSamples);
    for (let row = 0; row < rows; row++)
      unpackBits(packed, row * pieceBytes, depth, values, row * pieceSamples, pieceSamples);
    return values;
  }
  const stride = page.planar === 2 ? 1 : page.samplesPerPixel;
  // Copied, because a Buffer need not begin where the type can be laid over it.
  const content = Buffer.from(new ArrayBuffer(packed.length));
  packed.copy(content);
  if (page.predictor === 3) {
    for (let row = 0; row < rows; row++) {
      undoFloatDifferences(content.subarray(row * pieceBytes, (row + 1) * pieceBytes), depth / 8, stride);
    }
  } else if (file.littleEndian !== HOST_IS_LITTLE) {
    if (depth === 16) content.swap16();
    else if (depth === 32) content.swap32();
    else if (depth === 64) content.swap64();
  }
  const values = typed(content.buffer as ArrayBuffer, depth, page.sampleFormat);
  if (page.predictor === 2) {
    for (let row = 0; row < rows; row++) {
      const end = (row + 1) * pieceSamples;
      for (let i = row * pieceSamples + stride; i < end; i++) values[i]! += values[i - stride]!;
    }
  }
  return values;
}

function typed(buffer: ArrayBuffer, depth: number, format: number): SampleArray {
  if (format === 3) return depth === 32 ? new Float32Array(buffer) : new Float64Array(buffer);
  const signed = format === 2;
  if (depth === 8) return signed ? new Int8Array(buffer) : new Uint8Array(buffer);
  if (depth === 16) return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
  return signed ? new Int32Array(buffer) : new Uint32Array(buffer);
}

/** Highest bit first, as TIFF packs samples; rows begin at whole bytes. */
function unpackBits(
  packed: Uint8Array,
  from: number,
  depth: number,
  values: Uint16Array | Uint32Array,
  to: number,
  count: number,
): void {
  let held = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    while (bits < depth) {
      // Not shifted: 31 bits and 8 more would not fit.
      held = (held % 2 ** bits) * 256 + packed[from++]!;
      bits += 8;
    }
    bits -= depth;
    values[to + i] = Math.floor(held / 2 ** bits) % 2 ** depth;
  }
}

/** Adobe's floating-point predictor (Photoshop TIFF technical note 3): bytes by significance, as differences. */
function undoFloatDifferences(row: Buffer, size: number, stride: number): void {
  for (let i = stride; i < row.length; i++) row[i] = row[i]! + row[i - stride]!;
  const planes = Buffer.from(row);
  const count = row.length / size;
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < size; byte++) {
      row[i * size + (HOST_IS_LITTLE ? size - 1 - byte : byte)] = planes[byte * count + i]!;
    }
  }
}

/** The file with a directory in front that describes one plane as one band of bytes, each a pixel. */
function asBytes(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  pieceBytes: number,
  pieces: number,
  plane: number,
): Buffer {
  const { tile, height, rowsPerStrip, compression, fillOrder } = page;
  const perPlane = tile ? pieces * Math.ceil(height / tile.height) : Math.ceil(height / rowsPerStrip);
  const offsets = page.offsets.slice(plane * perPlane, (plane + 1) * perPlane);
  const counts = offsets.map((offset, i) => page.byteCounts[plane * perPlane + i] ?? bytes.length - offset);
  const fields: [tag: number, values: readonly number[]][] = [
    [256, [pieceBytes * pieces]],
    [257, [height]],
    [258, [8]],
    [259, [compression]],
    [262, [1]],
    [266, [fillOrder]],
    ...(tile ? [] : [[273, offsets] as [number, number[]]]),
    [277, [1]],
    ...(tile
      ? []
      : ([
          [278, [rowsPerStrip]],
          [279, counts],
        ] as [number, number[]][])),
    ...(tile
      ? ([
          [322, [pieceBytes]],
          [323, [tile.height]],
          [324, offsets],
          [325, counts],
        ] as [number, number[]][])
      : []),
  ];
  return withDirectory(bytes, file, fields);
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
