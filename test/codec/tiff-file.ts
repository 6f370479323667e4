import { deflateSync } from 'node:zlib';

/** One page of a TIFF; `sample` gives the stored value of a channel at (x, y). */
export interface TiffPageDescription {
  readonly width: number;
  readonly height: number;
  readonly bits?: number;
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat?: 1 | 2 | 3;
  readonly channels?: number;
  readonly photometric?: number;
  /** 2: one plane per channel. */
  readonly planar?: 1 | 2;
  /** Side of square tiles; strips of `rowsPerStrip` rows where it is left out. */
  readonly tile?: number;
  readonly rowsPerStrip?: number;
  /** 2: differences of neighbours, 3: Adobe's of floating point. */
  readonly predictor?: 1 | 2 | 3;
  readonly deflated?: boolean;
  /** Further fields, each of one SHORT, or of several. */
  readonly tags?: Readonly<Record<number, number | readonly number[]>>;
  readonly sample: (x: number, y: number, channel: number) => number;
}

export interface TiffLayout {
  readonly bigEndian?: boolean;
  readonly bigTiff?: boolean;
}

/** A TIFF or BigTIFF, written from the specification (TIFF 6.0) and not by the code under test. */
export function tiffFile(
  pages: readonly TiffPageDescription[],
  { bigEndian = false, bigTiff = false }: TiffLayout = {},
): Buffer {
  const word = bigTiff ? 8 : 4;
  const parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    const at = length;
    const padded = Buffer.concat([part, Buffer.alloc((8 - (part.length % 8)) % 8)]);
    parts.push(padded);
    length += padded.length;
    return at;
  };
  const number = (value: number, size: number) => {
    const out = Buffer.alloc(size);
    if (size === 8) {
      if (bigEndian) out.writeBigUInt64BE(BigInt(value));
      else out.writeBigUInt64LE(BigInt(value));
    } else if (bigEndian) out.writeUIntBE(value, 0, size);
    else out.writeUIntLE(value, 0, size);
    return out;
  };
  const mark = Buffer.from(bigEndian ? 'MM' : 'II');
  add(
    bigTiff
      ? Buffer.concat([mark, number(43, 2), number(8, 2), number(0, 2), number(0, 8)])
      : Buffer.concat([mark, number(42, 2), number(0, 4)]),
  );
  let link = bigTiff ? 8 : 4;
  for (const page of pages) {
    const { width, height, bits = 8, sampleFormat = 1, channels = 1, planar = 1, tile, predictor = 1 } = page;
    const rowsPerStrip = page.rowsPerStrip ?? height;
    const chunks = chunksOf(page, bigEndian).map((chunk) => (page.deflated ? deflateSync(chunk) : chunk));
    const offsets = chunks.map(add);
    const fields: Record<number, number | readonly number[]> = {
      256: width,
      257: height,
      258: Array(channels).fill(bits),
      259: page.deflated ? 8 : 1,
      262: page.photometric ?? (channels >= 3 ? 2 : 1),
      277: channels,
      284: planar,
      317: predictor,
      339: Array(channels).fill(sampleFormat),
      ...(tile ? { 322: tile, 323: tile } : { 278: rowsPerStrip }),
      [tile ? 324 : 273]: offsets,
      [tile ? 325 : 279]: chunks.map((chunk) => chunk.length),
      ...page.tags,
    };
    const entries = Object.entries(fields).map(([tag, given]) => {
      const values = typeof given === 'number' ? [given] : given;
      // Offsets and lengths are LONG, everything else SHORT.
      const isLong = [273, 279, 324, 325].includes(Number(tag));
      const [type, size] = isLong ? [4, 4] : [3, 2];
      const content = Buffer.concat(values.map((value) => number(value, size)));
      const place =
        content.length <= word
          ? Buffer.concat([content, Buffer.alloc(word)]).subarray(0, word)
          : number(add(content), word);
      return Buffer.concat([number(Number(tag), 2), number(type, 2), number(values.length, word), place]);
    });
    const at = add(Buffer.concat([number(entries.length, bigTiff ? 8 : 2), ...entries, number(0, word)]));
    const whole = Buffer.concat(parts);
    number(at, word).copy(whole, link);
    parts.splice(0, parts.length, whole);
    link = at + (bigTiff ? 8 : 2) + entries.length * (bigTiff ? 20 : 12);
  }
  return Buffer.concat(parts);
}

/** Strips or tiles, plane by plane. */
function chunksOf(page: TiffPageDescription, bigEndian: boolean): Buffer[] {
  const { width, height, channels = 1, planar = 1, tile, rowsPerStrip = height } = page;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  const planes = planar === 2 ? all.map((channel) => [channel]) : [all];
  const [stepX, stepY] = tile ? [tile, tile] : [width, rowsPerStrip];
  const chunks: Buffer[] = [];
  for (const plane of planes) {
    for (let top = 0; top < height; top += stepY) {
      for (let left = 0; left < width; left += stepX) {
        const rows: Buffer[] = [];
        for (let y = top; y < (tile ? top + stepY : Math.min(height, top + stepY)); y++) {
          const values: number[] = [];
          for (let x = left; x < left + stepX; x++) {
            for (const channel of plane)
              values.push(x < width && y < height ? page.sample(x, y, channel) : 0);
          }
          rows.push(packRow(values, page, plane.length, bigEndian));
        }
        chunks.push(Buffer.concat(rows));
      }
    }
  }
  return chunks;
}

function packRow(values: number[], page: TiffPageDescription, stride: number, bigEndian: boolean): Buffer {
  const { bits = 8, sampleFormat = 1, predictor = 1 } = page;
  const size = bits / 8;
  if (predictor === 3) {
    // By significance, highest bytes first, then differences of neighbouring bytes.
    const out = Buffer.alloc(values.length * size);
    values.forEach((value, i) => {
      const one = Buffer.alloc(size);
      if (size === 4) one.writeFloatBE(value);
      else one.writeDoubleBE(value);
      for (let byte = 0; byte < size; byte++) out[byte * values.length + i] = one[byte]!;
    });
    for (let i = out.length - 1; i >= stride; i--) out[i] = (out[i]! - out[i - stride]!) & 255;
    return out;
  }
  const stored =
    predictor === 2 ? values.map((value, i) => (i < stride ? value : value - values[i - stride]!)) : values;
  if (sampleFormat === 3) {
    return Buffer.concat(
      stored.map((value) => {
        const one = Buffer.alloc(size);
        if (size === 4) bigEndian ? one.writeFloatBE(value) : one.writeFloatLE(value);
        else bigEndian ? one.writeDoubleBE(value) : one.writeDoubleLE(value);
        return one;
      }),
    );
  }
  if (bits % 8 === 0) {
    const out = Buffer.alloc(stored.length * size);
    stored.forEach((value, i) => {
      const wrapped = ((value % 2 ** bits) + 2 ** bits) % 2 ** bits;
      if (bigEndian) out.writeUIntBE(wrapped, i * size, size);
      else out.writeUIntLE(wrapped, i * size, size);
    });
    return out;
  }
  const text = stored.map((value) => value.toString(2).padStart(bits, '0')).join('');
  const bytes = text.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}
