import type { Frame } from '../../src-shared/frame.ts';

/** Cells of a grid with `side` cells along the whole square that the content touches. */
export function frameGrid(
  frame: Pick<Frame, 'size' | 'width' | 'height'>,
  side: number,
): { readonly width: number; readonly height: number } {
  const cell = frame.size / side;
  return { width: Math.ceil(frame.width / cell), height: Math.ceil(frame.height / cell) };
}

/** Cells of the coarse map that the content touches. */
export function cellGrid({ width, height, cell }: Frame): {
  readonly width: number;
  readonly height: number;
} {
  return { width: Math.ceil(width / cell), height: Math.ceil(height / cell) };
}

/**
 * The encoder's input for an image: [3, size, size], normalised per channel, padding zero.
 * @param rgb content pixels, `frame.width × frame.height × 3`, 0..255
 * @param frame of the image, or of a tower: where its content lies in the square
 */
export function frameTensor(
  rgb: Uint8Array,
  frame: Pick<Frame, 'size' | 'width' | 'height'>,
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
