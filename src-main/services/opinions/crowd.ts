import { Random } from '../../../src-shared/random.ts';
import { sha256 } from '../../files/hash.ts';

/** As many as there are, up to the first; a quarter of more, up to the second: its cost grows with every one. */
const SMALL_CROWD = 16;
const LARGE_CROWD = 32;

/**
 * The images that all images of a batch are compared with: a seeded sample, one from each of as many equal stretches of
 * the batch as there are images in it. The same batch gives the same sample, whatever was inspected first.
 * @param images in the order of their import; `key` names what is seen of one: copies count once, as the first of them
 * @param draw another text, another sample of the same images
 * @returns in their order; of few images all that are different
 */
export function chooseCrowd<Image extends { readonly key: string }>(
  images: readonly Image[],
  draw = '',
): Image[] {
  const firstOf = new Map<string, Image>();
  for (const image of images) if (!firstOf.has(image.key)) firstOf.set(image.key, image);
  const different = [...firstOf.values()];
  const total = different.length;
  const size = Math.min(total, LARGE_CROWD, Math.max(SMALL_CROWD, Math.ceil(total / 4)));
  const random = new Random(`crowd/${draw}/${sha256(different.map(({ key }) => key).join('\n'))}`);
  const start = (stretch: number) => Math.floor((stretch * total) / size);
  return Array.from({ length: size }, (_, i) => different[random.int(start(i), start(i + 1) - 1)]!);
}
