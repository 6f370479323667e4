import sharp from './sharp.ts';

/**
 * A PNG with transparency, for overlays.
 * @param data `width × height` × RGBA, not premultiplied
 * @param longestSide the PNG is shrunk to it when larger
 */
export async function encodeRgba(
  width: number,
  height: number,
  data: Uint8Array | Uint8ClampedArray,
  longestSide: number,
): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 4 } })
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 6 })
    .toBuffer();
}
