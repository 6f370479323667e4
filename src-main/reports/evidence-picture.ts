import { ClipSamError } from '../../src-shared/errors.ts';
import type { Box, Polygon } from '../../src-shared/geometry.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { encodeRgb, readImagePart } from '../codec/image-codec.ts';

/** Of a defect's longer side, how much is shown around it on every side. */
const AROUND = 0.75;
/** Image pixels that are shown at least, so that the surroundings can be told. */
const LEAST = 96;
/** Width to height of what is shown of a defect. */
const ASPECT = 4 / 3;

/** Where the picture of an image comes from, and what is outlined in it. */
export interface PictureSource {
  readonly path: string;
  /** Page of the file, from 0; null: it has one picture. */
  readonly page: number | null;
  /** What is black and white in it; null: the file decides. */
  readonly range: SampleRange | null;
  readonly maxPixels: number;
  /** SHA-256 of what the model saw. */
  readonly contentHash: string | null;
  /** Outlines in image pixels: of a region of the model, and of an inspector's mark. */
  outlineOf(place: {
    readonly regionIndex: number | null;
    readonly annotationId: number | null;
  }): readonly Polygon[];
}

/** A picture of a part of an image. */
export interface EvidencePicture {
  /** JPEG. */
  readonly bytes: Uint8Array;
  /** What it shows, in image pixels. */
  readonly view: Box;
}

/** Why there is no picture: the file has other content by now; it is not there, or cannot be read. */
export type NoPicture = 'changed' | 'missing';

/**
 * Reads the picture of a part of an image, as the model saw the file. Where the file allows, the rest is never held.
 * @param box around the defect, in image pixels; null: the whole image
 * @param longestSide of the picture in pixels
 */
export async function readEvidence(
  source: PictureSource,
  box: Box | null,
  longestSide: number,
): Promise<EvidencePicture | NoPicture> {
  let view: Box | undefined;
  try {
    const { maxPixels, page, range } = source;
    const options = {
      ...{ size: longestSide, maxPixels, page: page ?? undefined },
      ...(range && { range }),
    };
    const { contentHash, rgb, frame } = await readImagePart(source.path, options, (size) => {
      view = box ? viewAround(box, size) : { x: 0, y: 0, ...size };
      return view;
    });
    if (contentHash !== source.contentHash) return 'changed';
    const { width, height } = frame;
    const bytes = await encodeRgb({ width, height, data: rgb }, { format: 'jpeg', quality: 82 });
    return { bytes, view: view! };
  } catch (error) {
    if (error instanceof ClipSamError && error.code.startsWith('image-')) return 'missing';
    throw error;
  }
}

/** What is shown of an image around a box: whole pixels within the image. */
function viewAround(box: Box, image: { readonly width: number; readonly height: number }): Box {
  const around = AROUND * Math.max(box.width, box.height);
  const wanted = Math.max(LEAST, box.width + 2 * around, (box.height + 2 * around) * ASPECT);
  const width = Math.max(1, Math.min(Math.round(wanted), image.width));
  const height = Math.max(1, Math.min(Math.round(wanted / ASPECT), image.height));
  const place = (centre: number, side: number, all: number) =>
    Math.max(0, Math.min(Math.round(centre - side / 2), all - side));
  return {
    x: place(box.x + box.width / 2, width, image.width),
    y: place(box.y + box.height / 2, height, image.height),
    width,
    height,
  };
}

/**
 * A length for a scale bar: 1, 2 or 5 times a power of ten, at most a third of what is shown.
 * @param shown width of the picture in units
 */
export function barLength(shown: number): number {
  const most = shown / 3;
  const power = 10 ** Math.floor(Math.log10(most));
  const factor = [5, 2, 1].find((one) => one * power <= most * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(1));
}
