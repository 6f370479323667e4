import { z } from 'zod';
import { countSchema, immutable } from './field-schemas.ts';

const side = countSchema.min(1).nullable();

/**
 * How large a pixel of an image is on the part. `drawn`: over a feature of known length, in an image of
 * `imageWidth` × `imageHeight` pixels; `typed`: as somebody entered it, for that size or, null, for whatever size.
 */
export const scaleSchema = immutable(
  z
    .strictObject({
      millimetresPerPixel: z.number().positive().max(1000),
      source: z.enum(['typed', 'drawn']),
      imageWidth: side,
      imageHeight: side,
    })
    .refine(({ imageWidth, imageHeight }) => (imageWidth === null) === (imageHeight === null), {
      message: 'must say both sides of the image, or neither',
    }),
);
export type Scale = z.infer<typeof scaleSchema>;

/** A scale that holds for images of any size. @param millimetresPerPixel above 0 */
export function typedScale(millimetresPerPixel: number): Scale {
  return { millimetresPerPixel, source: 'typed', imageWidth: null, imageHeight: null };
}

/** True when two scales, or none, are the same. */
export function isSameScale(a: Scale | null, b: Scale | null): boolean {
  return (
    a?.millimetresPerPixel === b?.millimetresPerPixel &&
    a?.source === b?.source &&
    a?.imageWidth === b?.imageWidth &&
    a?.imageHeight === b?.imageHeight
  );
}

/** The size in pixels of the images that the scale was set on, where this one has another; undefined: the same, or any. */
export function otherSize(
  { imageWidth, imageHeight }: Scale,
  width: number,
  height: number,
): { readonly width: number; readonly height: number } | undefined {
  if (imageWidth === null || imageHeight === null) return undefined;
  return imageWidth === width && imageHeight === height
    ? undefined
    : { width: imageWidth, height: imageHeight };
}

/** The scale for the sizes of a result: as it was made with, or else what was said of its batch later. Null: pixels. */
export function scaleOf(
  result: { readonly scale?: Scale | undefined },
  batch: { readonly scale: Scale | null },
): Scale | null {
  return result.scale ?? batch.scale;
}
