/**
 * How an image lies in the square that the encoder sees (SAM's convention): longest side scaled to `size`,
 * content in the top left corner, zero padding right and bottom.
 */
export interface Frame {
  /** Size of the image in pixels, after EXIF orientation. */
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Side of the square, 1024 for SAM. */
  readonly size: number;
  /** Frame pixels per image pixel. */
  readonly scale: number;
  /** Content size in frame pixels; the longest side is `size`. */
  readonly width: number;
  readonly height: number;
  /** Frame pixels per cell of the coarse map. */
  readonly cell: number;
}

/** Cells along the whole square: the side of SAM's low-resolution lattice. */
export const MAP_SIDE = 256;

/** The frame of an image of the given size in pixels: scale = size / max(h, w), new = floor(x · scale + 0.5). */
export function frameFor(imageWidth: number, imageHeight: number, size = 1024): Frame {
  const scale = size / Math.max(imageWidth, imageHeight);
  return {
    imageWidth,
    imageHeight,
    size,
    scale,
    width: Math.max(1, Math.floor(imageWidth * scale + 0.5)),
    height: Math.max(1, Math.floor(imageHeight * scale + 0.5)),
    cell: size / MAP_SIDE,
  };
}
