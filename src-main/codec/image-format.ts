/** Formats that the codec reads, told by the file's first bytes; names and extensions are not trusted. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'bmp';

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
  return undefined;
}
