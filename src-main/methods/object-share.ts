import type { Pack } from '../../src-shared/pack.ts';
import { towerFrame } from '../pipeline/fit.ts';
import { partSilhouette } from '../pipeline/part-silhouette.ts';
import type { MethodImage } from './method.ts';

/**
 * The object's share of an image's area, 0..1: the part that stands before a plain background. Without one, as on fabrics,
 * or where it cannot be told surely, the object fills the image.
 */
export function objectShare(
  { frame, pixels }: Pick<MethodImage, 'frame' | 'pixels'>,
  vision: Pick<Pack['vision'], 'inputSize' | 'fit' | 'mean' | 'std'>,
): number {
  const { size, width, height } = towerFrame(frame, vision);
  const { mean, std } = vision;
  const data = new Uint8Array(width * height * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      const from = (channel * size + y) * size;
      for (let x = 0; x < width; x++) {
        const value = pixels.data[from + x]! * std[channel]! + mean[channel]!;
        data[(y * width + x) * 3 + channel] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
  const found = partSilhouette({ width, height, data });
  if (!('mask' in found)) return 1;
  return found.mask.reduce((area, value) => area + value, 0) / found.mask.length;
}
