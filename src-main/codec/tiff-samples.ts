import { unsupported } from './image-errors.ts';
import type { SampleArray, Samples } from './sample-mapping.ts';
import type { TiffFile, TiffPage } from './tiff-directory.ts';
import { isLossless, layoutOf, type PieceLayout, readPieces } from './tiff-pieces.ts';

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
  if (!isLossless(compression)) {
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
  const layout = layoutOf(page);
  const packed = await readPieces(bytes, file, page, plane, name);
  const rowSamples = (tile ? tile.width : width) * channels;
  const stored = unpack(packed, page, layout, rowSamples, file);
  if (!tile) return stored;
  const across = Math.ceil(width / tile.width);
  const samples = new (stored.constructor as Uint8ArrayConstructor)(width * channels * height);
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < across; column++) {
      const from =
        ((Math.floor(y / tile.height) * across + column) * tile.height + (y % tile.height)) * rowSamples;
      const wanted = Math.min(rowSamples, width * channels - column * rowSamples);
      samples.set(stored.subarray(from, from + wanted) as never, y * width * channels + column * rowSamples);
    }
  }
  return samples;
}

/** Rows of strips or tiles as numbers. Differences start anew in each row. */
function unpack(
  packed: Buffer,
  page: TiffPage,
  { rows, rowBytes }: PieceLayout,
  rowSamples: number,
  file: TiffFile,
): SampleArray {
  const depth = page.bits[0] ?? 1;
  if (![8, 16, 32, 64].includes(depth)) {
    const values = depth <= 16 ? new Uint16Array(rows * rowSamples) : new Uint32Array(rows * rowSamples);
    for (let row = 0; row < rows; row++)
      unpackBits(packed, row * rowBytes, depth, values, row * rowSamples, rowSamples);
    return values;
  }
  const stride = page.planar === 2 ? 1 : page.samplesPerPixel;
  // Copied, because a Buffer need not begin where the type can be laid over it.
  const content = Buffer.from(new ArrayBuffer(packed.length));
  packed.copy(content);
  if (page.predictor === 3) {
    for (let row = 0; row < rows; row++) {
      undoFloatDifferences(content.subarray(row * rowBytes, (row + 1) * rowBytes), depth / 8, stride);
    }
  } else if (file.littleEndian !== HOST_IS_LITTLE) {
    if (depth === 16) content.swap16();
    else if (depth === 32) content.swap32();
    else if (depth === 64) content.swap64();
  }
  const values = typed(content.buffer as ArrayBuffer, depth, page.sampleFormat);
  if (page.predictor === 2) {
    for (let row = 0; row < rows; row++) {
      const end = (row + 1) * rowSamples;
      for (let i = row * rowSamples + stride; i < end; i++) values[i]! += values[i - stride]!;
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
