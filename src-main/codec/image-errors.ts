import { ClipSamError, failure } from '../../src-shared/errors.ts';

/** `image-unreadable`: the file is not whole, or breaks its format. @param reason technical, in English */
export function damagedImage(name: string, reason: string, cause?: unknown): ClipSamError {
  return failure(
    'file-damaged',
    { file: name },
    `${name} is damaged or incomplete (${reason}). Copy it again from its source, or export it again as PNG.`,
    cause,
  );
}

/** `image-unsupported`: a sound file of a kind that is not read. @param kind what it is, such as `CIELab TIFF` */
export function unsupported(name: string, kind: string, cause?: unknown): ClipSamError {
  return failure(
    'image-kind',
    { file: name, kind },
    `${name} is of a kind that is not read: ${kind}. Export it as PNG or TIFF with 8 or 16 bits per channel.`,
    cause,
  );
}

/** @throws ClipSamError `image-too-large` */
export function refuseIfTooLarge(name: string, width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw failure(
    'too-many-pixels',
    { file: name, width, height, limit: maxPixels },
    `${name} claims ${width} × ${height} pixels (${width * height}), more than the limit of ${maxPixels}. ` +
      "If the image is genuine, raise maxPixels in the recipe; otherwise it's damaged.",
  );
}

/**
 * Runs a step that decodes pixels.
 * @throws ClipSamError when it fails: `image-unsupported` where the library says that it cannot read this kind,
 *   otherwise `image-unreadable`
 */
export async function decoding<T>(name: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    const reason = reasonOf(cause);
    // The words of libjpeg, libtiff and libvips.
    if (/unsupported|not supported|not configured|not implemented|sorry/i.test(reason)) {
      throw unsupported(name, reason, cause);
    }
    throw damagedImage(name, reason, cause);
  }
}

/** The first line of a library's message, without its trailing punctuation. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.replace(/[\s.]+$/, '');
}
