import type { RgbImage } from '../../../src-shared/rgb-image.ts';

/** Size in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Where a cut-out lies in the picture it was cut from, in pixels. */
export interface CutOut {
  readonly left: number;
  readonly top: number;
  /** Size of the whole picture. */
  readonly full: PictureSize;
}

/** A colour with components in 0..1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A generated image with the exact mask of its defects. */
export interface SyntheticSample {
  readonly image: RgbImage;
  /** width × height; 255 where a defect is visible, 0 elsewhere. */
  readonly mask: Uint8Array;
  /** What is shown, in words a prompt can use: "machined metal plate". */
  readonly object: string;
  /** The main defect in words; null for a good part. */
  readonly defect: string | null;
  /** Other names of the same object. */
  readonly objectSynonyms: readonly string[];
}
