/**
 * How an image lies in the square that the encoder sees (SAM's convention): longest side scaled to `size`,
 * content in the top left corner, zero padding right and bottom.
 */
export interface Frame {
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Side of the square, 1024 for SAM. */
  readonly size: number;
  /** Frame pixels per image pixel. */
  readonly scale: number;
  /** Content size in frame pixels. */
  readonly width: number;
  readonly height: number;
}

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
  };
}

/** Cells of a grid with `side` cells along the whole square that the content touches. */
export function frameGrid(frame: Frame, side: number): { readonly width: number; readonly height: number } {
  const cell = frame.size / side;
  return { width: Math.ceil(frame.width / cell), height: Math.ceil(frame.height / cell) };
}

/**
 * The encoder's input for an image: [3, size, size], normalised per channel, padding zero.
 * @param rgb content pixels, `frame.width × frame.height × 3`, 0..255
 */
export function frameTensor(
  rgb: Uint8Array,
  frame: Frame,
  mean: readonly [number, number, number],
  std: readonly [number, number, number],
): Float32Array {
  const { size, width, height } = frame;
  const plane = size * size;
  const out = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const shift = mean[channel]!;
    const gain = 1 / std[channel]!;
    for (let y = 0; y < height; y++) {
      let from = y * width * 3 + channel;
      const start = channel * plane + y * size;
      for (let to = start; to < start + width; to++, from += 3) out[to] = (rgb[from]! - shift) * gain;
    }
  }
  return out;
}
