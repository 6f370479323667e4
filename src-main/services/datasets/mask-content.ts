import { decodeMask } from '../../codec/mask-codec.ts';
import { forMany } from './dataset-folder.ts';
import { type DatasetLayout, layoutError } from './layout.ts';

/** Masks that are decoded together: they are held as pixels. */
const TOGETHER = 4;
/** Of a mask. */
const MOST_PIXELS = 400_000_000;

/**
 * Whether masks mark any pixel, for layouts in which good images have empty ones.
 * @param expected what a mask should be, for the error about one that can't be read
 * @throws ClipSamError `input-invalid` that names the first mask which can't be read; `cancelled`
 */
export function masksThatMark<T extends { readonly mask: string; readonly expected: string }>(
  layout: DatasetLayout,
  images: readonly T[],
  signal?: AbortSignal,
): Promise<(T & { readonly marks: boolean })[]> {
  return forMany(
    images,
    async (image) => {
      try {
        const { data } = await decodeMask(image.mask, { maxPixels: MOST_PIXELS });
        return { ...image, marks: data.includes(1) };
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const wrong = { path: image.mask, problem: `can't be read (${reason})`, expected: image.expected };
        throw layoutError(layout, wrong, { cause });
      }
    },
    { together: TOGETHER, signal },
  );
}
