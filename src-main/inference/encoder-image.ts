import type { Frame } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { cutFrame, resizeRgb, type ScaledSize } from '../codec/image-codec.ts';
import { seesFrame, towerFrame } from '../pipeline/fit.ts';
import { frameTensor } from '../pipeline/frame.ts';

/** An image as the engine takes it. */
export interface EncoderImage {
  /** What its embedding is kept under: another picture, another key. */
  readonly key: string;
  readonly frame: Frame;
  /**
   * As the vision tower sees it: [3, inputSize, inputSize], normalised, padding zero; for a model on a server the bytes that
   * are made of, `height × width × 3`.
   */
  readonly pixels: Float32Array | Uint8Array;
  /** Content pixels of the frame, `width × height × 3`, for an encoder of SAM's own; absent where there is none. */
  readonly content?: Uint8Array;
}

/** What decides how an image is made ready for the towers. */
export type TowerPair = Pick<Pack, 'vision' | 'segmenter'> & {
  /** The vision tower is a model on a server. */
  readonly takesBytes?: boolean;
};

/** In which size the vision tower wants an image; undefined: it sees the content of the frame. */
export function seenSize(frame: Frame, { vision }: Pick<Pack, 'vision'>): ScaledSize | undefined {
  const tower = towerFrame(frame, vision);
  if (seesFrame(frame, tower)) return undefined;
  return { width: tower.width, height: tower.height, interpolation: vision.interpolation };
}

/**
 * An image made ready for the towers.
 * @param rgb content pixels of the frame
 * @param seen the image in {@link seenSize}; default: scaled from `rgb`
 */
export async function encoderImage(
  key: string,
  frame: Frame,
  rgb: Uint8Array,
  towers: TowerPair,
  seen?: Uint8Array,
): Promise<EncoderImage> {
  const { segmenter } = towers;
  const size = seenSize(frame, towers);
  const scaledRgb = async ({ width, height, interpolation }: ScaledSize) =>
    (await resizeRgb({ width: frame.width, height: frame.height, data: rgb }, width, height, interpolation))
      .data;
  const shown = size ? (seen ?? (await scaledRgb(size))) : rgb;
  return {
    key,
    frame,
    // They move to the engine's thread, and others hold these as well. A Buffer's own `slice` would not copy.
    pixels: towers.takesBytes ? new Uint8Array(shown) : normalised(shown, frame, towers),
    ...(segmenter.encoder.kind === 'own' && { content: rgb }),
  };
}

/** The vision tower's pixels, [3, inputSize, inputSize], of an image that is there as bytes or as such. */
export function floatPixels({ frame, pixels }: EncoderImage, pack: Pick<Pack, 'vision'>): Float32Array {
  return pixels instanceof Float32Array ? pixels : normalised(pixels, frame, pack);
}

function normalised(bytes: Uint8Array, frame: Frame, { vision }: Pick<Pack, 'vision'>): Float32Array {
  return frameTensor(bytes, towerFrame(frame, vision), vision.mean, vision.std);
}

/** A part of an image made ready for the towers. @param frame how the part lies in the frame */
export async function encoderPart(
  key: string,
  frame: Frame,
  { pixels, area }: { readonly pixels: RgbImage; readonly area: Box },
  towers: TowerPair,
): Promise<EncoderImage> {
  const size = seenSize(frame, towers);
  const rgb = await cutFrame(pixels, area, frame);
  return encoderImage(key, frame, rgb, towers, size && (await cutFrame(pixels, area, size)));
}
