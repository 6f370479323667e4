import { damagedImage } from './image-errors.ts';

/** One page of a TIFF as its directory describes it; the names are those of TIFF 6.0. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  /** Per sample; all alike, or the page is not read. */
  readonly bits: readonly number[];
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: number;
  readonly samplesPerPixel: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 separated, 6 YCbCr, 8, 9, 10 Lab. */
  readonly photometric: number;
  /** 1 none. */
  readonly compression: number;
  /** 1 chunky, 2 planar. */
  readonly planar: number;
  /** 1 none, 2 differences, 3 floating-point differences. */
  readonly predictor: number;
  readonly fillOrder: number;
  /** As in EXIF, 1..8. */
  readonly orientation: number;
  /** A smaller copy of another page, as NewSubfileType says. */
  readonly isReduced: boolean;
  /** A transparency mask of another page. */
  readonly isMask: boolean;
  /** What the samples beyond the colours mean: 0 unspecified, 1 and 2 transparency. */
  readonly extraSamples: readonly number[];
  /** The embedded ICC profile. */
  readonly profile: Uint8Array | undefined;
  /** Undefined for pages in strips. */
  readonly tile: { readonly width: number; readonly height: number } | undefined;
  readonly rowsPerStrip: number;
  /** Of strips or tiles, in bytes. */
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
  readonly minSample: number | undefined;
  readonly maxSample: number | undefined;
}

export interface TiffFile {
  readonly littleEndian: boolean;
  /** BigTIFF: offsets of 64 bits. */
  readonly isBig: boolean;
  readonly pages: readonly TiffPage[];
}

const TAG = {
  newSubfileType: 254,
  subfileType: 255,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  minSample: 280,
  maxSample: 281,
  planar: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  sMinSample: 340,
  sMaxSample: 341,
  profile: 34675,
} as const;

/** Bytes of a value by its type: BYTE, ASCII, SHORT, LONG, RATIONAL, …, and BigTIFF's LONG8, SLONG8, IFD8. */
const TYPE_SIZES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
const READ_TAGS: ReadonlySet<number> = new Set(Object.values(TAG));
/** No sound file has more. */
const MAX_PAGES = 65_536;

type Fields = ReadonlyMap<number, readonly number[]>;

/**
 * The pages of a TIFF or BigTIFF, read from its directories alone.
 * @throws ClipSamError `image-unreadable` for a file whose directories are cut off or contradict themselves
 */
export function readTiff(bytes: Uint8Array, name: string): TiffFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const littleEndian = view.getUint8(0) === 0x49;
    const isBig = view.getUint16(2, littleEndian) === 43;
    const reader: Reader = { view, littleEndian, isBig };
    const pages: TiffPage[] = [];
    const seen = new Set<number>();
    let at = isBig ? long8(reader, 8) : view.getUint32(4, littleEndian);
    while (at !== 0) {
      if (seen.has(at) || seen.size === MAX_PAGES) throw new RangeError('its directories run in a circle');
      seen.add(at);
      const { fields, next } = readDirectory(reader, at);
      pages.push(pageOf(fields, bytes));
      at = next;
    }
    if (pages.length === 0) throw new RangeError('it has no directory');
    return { littleEndian, isBig, pages };
  } catch (cause) {
    const reason = cause instanceof RangeError && !/DataView/.test(cause.message) ? cause.message : undefined;
    throw damagedImage(name, reason ?? 'its directory is cut off', cause);
  }
}

/**
 * Whether every strip or tile of a page lies within the file: tiles that are missing would come out black.
 * @returns what is wrong, or undefined
 */
export function missingData(page: TiffPage, fileLength: number): string | undefined {
  const { offsets, byteCounts } = page;
  const what = page.tile ? 'tile' : 'strip';
  if (offsets.length < chunkCount(page)) return `${chunkCount(page)} ${what}s, ${offsets.length} stated`;
  // Some old programs leave the lengths out; then only their beginnings can be checked, and the decoder does the rest.
  const isMissing = offsets.some((offset, i) => {
    const count = byteCounts[i];
    return offset === 0 || count === 0 || offset + (count ?? 1) > fileLength;
  });
  return isMissing ? `a ${what} is missing or cut off` : undefined;
}

/** Strips or tiles that a page must have. */
function chunkCount({ width, height, tile, rowsPerStrip, planar, samplesPerPixel }: TiffPage): number {
  const planes = planar === 2 ? samplesPerPixel : 1;
  if (tile) return Math.ceil(width / tile.width) * Math.ceil(height / tile.height) * planes;
  return Math.ceil(height / rowsPerStrip) * planes;
}

interface Reader {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly isBig: boolean;
}

function readDirectory(reader: Reader, at: number): { readonly fields: Fields; readonly next: number } {
  const { view, littleEndian, isBig } = reader;
  const count = isBig ? long8(reader, at) : view.getUint16(at, littleEndian);
  const first = at + (isBig ? 8 : 2);
  const size = isBig ? 20 : 12;
  const fields = new Map<number, readonly number[]>();
  for (let i = 0; i < count; i++) {
    const entry = first + i * size;
    const tag = view.getUint16(entry, littleEndian);
    if (READ_TAGS.has(tag)) fields.set(tag, readValues(reader, entry, tag === TAG.profile));
    // Beyond the file's end a made-up count would run for ever.
    else view.getUint8(entry + size - 1);
  }
  const end = first + count * size;
  return { fields, next: isBig ? long8(reader, end) : view.getUint32(end, littleEndian) };
}

/** @param onlyPlace gives where the values begin and how many there are */
function readValues(reader: Reader, entry: number, onlyPlace: boolean): readonly number[] {
  const { view, littleEndian, isBig } = reader;
  const type = view.getUint16(entry + 2, littleEndian);
  const count = isBig ? long8(reader, entry + 4) : view.getUint32(entry + 4, littleEndian);
  const size = TYPE_SIZES[type];
  if (size === undefined) throw new RangeError('a field has an unknown type');
  const inline = entry + (isBig ? 12 : 8);
  const fits = size * count <= (isBig ? 8 : 4);
  const from = fits ? inline : isBig ? long8(reader, inline) : view.getUint32(inline, littleEndian);
  if (from + size * count > view.byteLength) throw new RangeError('a field is cut off');
  if (onlyPlace) return [from, count];
  return Array.from({ length: count }, (_, i) => readValue(reader, type, from + i * size));
}

function readValue(reader: Reader, type: number, at: number): number {
  const { view, littleEndian } = reader;
  switch (type) {
    case 3:
      return view.getUint16(at, littleEndian);
    case 4:
    case 13:
      return view.getUint32(at, littleEndian);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, littleEndian);
    case 9:
      return view.getInt32(at, littleEndian);
    case 5:
      return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian);
    case 10:
      return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian);
    case 11:
      return view.getFloat32(at, littleEndian);
    case 12:
      return view.getFloat64(at, littleEndian);
    case 16:
    case 17:
    case 18:
      return long8(reader, at);
    default:
      return view.getUint8(at);
  }
}

function long8({ view, littleEndian }: Reader, at: number): number {
  return Number(view.getBigUint64(at, littleEndian));
}

function pageOf(fields: Fields, bytes: Uint8Array): TiffPage {
  const profileAt = fields.get(TAG.profile);
  const one = (tag: number, otherwise: number) => fields.get(tag)?.[0] ?? otherwise;
  const width = one(TAG.width, 0);
  const height = one(TAG.height, 0);
  if (width < 1 || height < 1) throw new RangeError('a page states no size');
  const samplesPerPixel = one(TAG.samplesPerPixel, 1);
  const subfile = one(TAG.newSubfileType, 0);
  const orientation = one(TAG.orientation, 1);
  const tile = fields.has(TAG.tileWidth)
    ? { width: one(TAG.tileWidth, 0), height: one(TAG.tileHeight, 0) }
    : undefined;
  if (tile && (tile.width < 1 || tile.height < 1)) throw new RangeError('its tiles state no size');
  return {
    width,
    height,
    bits: fields.get(TAG.bitsPerSample) ?? [1],
    sampleFormat: one(TAG.sampleFormat, 1),
    samplesPerPixel,
    photometric: one(TAG.photometric, 1),
    compression: one(TAG.compression, 1),
    planar: samplesPerPixel === 1 ? 1 : one(TAG.planar, 1),
    predictor: one(TAG.predictor, 1),
    fillOrder: one(TAG.fillOrder, 1),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    isReduced: (subfile & 1) !== 0 || one(TAG.subfileType, 1) === 2,
    isMask: (subfile & 4) !== 0 || one(TAG.photometric, 1) === 4,
    extraSamples: fields.get(TAG.extraSamples) ?? [],
    profile: profileAt && bytes.subarray(profileAt[0], profileAt[0]! + profileAt[1]!),
    tile,
    rowsPerStrip: Math.max(1, Math.min(height, one(TAG.rowsPerStrip, height))),
    offsets: fields.get(tile ? TAG.tileOffsets : TAG.stripOffsets) ?? [],
    byteCounts: fields.get(tile ? TAG.tileByteCounts : TAG.stripByteCounts) ?? [],
    minSample: fields.get(TAG.sMinSample)?.[0] ?? fields.get(TAG.minSample)?.[0],
    maxSample: fields.get(TAG.sMaxSample)?.[0] ?? fields.get(TAG.maxSample)?.[0],
  };
}
