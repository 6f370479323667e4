import type { Frame } from '../../src-shared/frame.ts';
import type { Notice } from '../../src-shared/notice.ts';

/** Fewer pixels than these in what the model sees, and a defect leaves no trace there. */
const LEAST_PIXELS = 2;

/**
 * The notice that a defect of the recipe's minimum size is lost when the image is scaled to the model's square.
 * @param minRegionArea as a share of the image; 0: the recipe names no minimum, so there is nothing to tell
 */
export function defectScale(
  { width, height }: Pick<Frame, 'width' | 'height'>,
  minRegionArea: number,
): Notice[] {
  const pixels = minRegionArea * width * height;
  if (minRegionArea === 0 || pixels >= LEAST_PIXELS) return [];
  return [{ code: 'defect-below-scale', modelPixels: Math.round(pixels * 100) / 100 }];
}
