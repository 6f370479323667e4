/** Formats that the codec reads, told by the file's first bytes; names and extensions are not trusted. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'bmp' | 'avif';

/** Sizes of the information headers that a BMP's file header may be followed by. */
const BMP_HEADER_SIZES = [12, 40, 52, 56, 64, 108, 124];

/** The format of an image file, or undefined when it is none of {@link ImageFormat}. */
export function imageFormatOf(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 18));
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp';
  // Classic TIFF and BigTIFF in both byte orders.
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((signature) => text.startsWith(signature))) return 'tiff';
  // Two letters would match many texts, so the next header must look right too.
  if (text.startsWith('BM') && head.length === 18 && BMP_HEADER_SIZES.includes(head.readUInt32LE(14))) {
    return 'bmp';
  }
  if (text.startsWith('ftyp', 4) && brandsOf(bytes).includes('avif')) return 'avif';
  return undefined;
}

/** Beginnings of other kinds of pictures, and what they are called. */
const OTHER_KINDS: readonly (readonly [at: number, beginnings: readonly string[], kind: string])[] = [
  [4, ['ftypavis', 'ftypmsf1'], 'a sequence of pictures'],
  [4, ['ftyphei', 'ftyphev', 'ftypmif1'], 'HEIC'],
  [4, ['ftypcrx '], 'raw camera data (CR3)'],
  [0, ['\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'], 'JPEG 2000'],
  [0, ['\0\0\0\x0cJXL ', '\xff\x0a'], 'JPEG XL'],
  [
    0,
    ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7'].flatMap((name) => [`${name}\n`, `${name} `, `${name}\r`]),
    'PNM',
  ],
  [0, ['8BPS', '8BPB'], 'Photoshop'],
  [0, ['v/1\x01'], 'OpenEXR'],
  [0, ['SIMPLE  ='], 'FITS'],
  [128, ['DICM'], 'DICOM'],
];

/** What a file is that is a picture of a kind that the codec does not read; undefined for everything else. */
export function unreadKindOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 132)).toString(
    'latin1',
  );
  return OTHER_KINDS.find(([at, beginnings]) =>
    beginnings.some((beginning) => text.startsWith(beginning, at)),
  )?.[2];
}

/** What an ISO file says it can be read as; the first brand counts, too. */
function brandsOf(bytes: Uint8Array): string[] {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 256));
  const size = Math.min(head.length, head.readUInt32BE(0));
  // An animation has its frames elsewhere than still pictures have.
  const text = head.toString('latin1', 8, size);
  const brands = [0, ...Array.from({ length: Math.max(0, (size - 16) >> 2) }, (_, i) => 8 + i * 4)];
  const names = brands.map((at) => text.slice(at, at + 4));
  return names[0] === 'avis' || names[0] === 'msf1' ? [] : names;
}
