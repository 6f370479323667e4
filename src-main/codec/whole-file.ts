import { readBmpHeader } from './bmp.ts';
import { isWholeGif } from './gif-blocks.ts';
import { type ImageFormat, imageFormatOf } from './image-format.ts';
import { missingData, readTiff } from './tiff-directory.ts';

/**
 * Whether an image file has an end, as far as its format says where that is: one that a camera or a copy is still writing
 * has none. Nothing is decoded. A file that is none of the formats that are read counts as whole once it has other bytes
 * than zeros: no waiting makes an image of it.
 */
export function hasEnd(bytes: Uint8Array): boolean {
  const format = imageFormatOf(bytes);
  if (format) return ENDS[format](bytes);
  return bytes.subarray(0, 4096).some((byte) => byte !== 0) && bytes.byteLength >= 18;
}

const ENDS: { readonly [Format in ImageFormat]: (bytes: Uint8Array) => boolean } = {
  jpeg: hasEndOfJpeg,
  png: hasEndOfPng,
  gif: isWholeGif,
  webp: (bytes) => viewOf(bytes).getUint32(4, true) + 8 <= bytes.byteLength,
  tiff: hasAllOfTiff,
  bmp: hasAllOfBmp,
  avif: hasAllBoxes,
};

/** An end marker behind the first scan: within one, ITU-T T.81 (B.1.1.2) has no such bytes. */
function hasEndOfJpeg(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = 2; at + 4 <= bytes.byteLength; ) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0xda) {
      return (
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\xff\xd9', at, 'latin1') > 0
      );
    } else at += 2 + view.getUint16(at + 2);
  }
  return false;
}

/** The chunk IEND (ISO/IEC 15948, 11.2.5). */
function hasEndOfPng(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.byteLength; ) {
    // IEND
    if (view.getUint32(at + 4) === 0x49454e44) return true;
    at += 12 + view.getUint32(at);
  }
  return false;
}

function hasAllOfTiff(bytes: Uint8Array): boolean {
  try {
    return readTiff(bytes, '').pages.every((page) => missingData(page, bytes.byteLength) === undefined);
  } catch {
    return false;
  }
}

function hasAllOfBmp(bytes: Uint8Array): boolean {
  const header = readBmpHeader(bytes);
  if (!header) return false;
  const { start, width, height, bits, compression } = header;
  if (compression === 1 || compression === 2) return viewOf(bytes).getUint32(2, true) <= bytes.byteLength;
  return start + Math.ceil((width * bits) / 32) * 4 * height <= bytes.byteLength;
}

/** The boxes of ISO/IEC 14496-12 (4.2), each of which says how long it is, up to the end. */
function hasAllBoxes(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  let hasData = false;
  let at = 0;
  while (at + 8 <= bytes.byteLength) {
    const size = view.getUint32(at);
    // mdat
    hasData ||= view.getUint32(at + 4) === 0x6d646174;
    // 0: up to the end; 1: 64 bits behind it.
    if (size === 0) return hasData;
    const long = size === 1 && at + 16 <= bytes.byteLength ? Number(view.getBigUint64(at + 8)) : size;
    if (long < 8) return false;
    at += long;
  }
  return hasData && at === bytes.byteLength;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
