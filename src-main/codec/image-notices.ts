import type { Frame } from '../../src-shared/frame.ts';
import type { Notice } from '../../src-shared/notice.ts';

/** A short side with fewer pixels in the model's frame, after shrinking, has lost small defects. */
const THIN_SIDE = 64;
/** Images whose brightest sample is not above this are nearly black: an eighth of the range. */
const NEARLY_BLACK = 32;

/**
 * What can be said of what the model sees. Looks at pixels until they differ and one is bright, which in ordinary
 * pictures is at once.
 * @param rgb pixels of the frame or of the image, three values each
 */
export function frameNotices(frame: Frame, rgb: Uint8Array): Notice[] {
  const notices = thinNotices(frame);
  const [red, green, blue] = [rgb[0]!, rgb[1]!, rgb[2]!];
  if (isSingleColour(rgb)) notices.push({ code: 'single-colour', red, green, blue });
  const highest = highestUpTo(rgb, NEARLY_BLACK);
  if (highest <= NEARLY_BLACK) notices.push({ code: 'nearly-black', highest });
  return notices;
}

/** What is said of an image that is looked at as a whole, and is thin there. */
function thinNotices({ imageWidth, imageHeight, width, height, scale }: Frame): Notice[] {
  if (scale >= 1 || Math.min(width, height) >= THIN_SIDE) return [];
  return [
    {
      code: 'scaled-thin',
      width: imageWidth,
      height: imageHeight,
      modelWidth: width,
      modelHeight: height,
    },
  ];
}

function isSingleColour(rgb: Uint8Array): boolean {
  for (let i = 3; i < rgb.length; i++) if (rgb[i] !== rgb[i - 3]) return false;
  return true;
}

/** The highest value, or the first that is above the limit. */
function highestUpTo(values: Uint8Array, limit: number): number {
  let highest = 0;
  for (const value of values) {
    if (value > highest) highest = value;
    if (highest > limit) break;
  }
  return highest;
}
