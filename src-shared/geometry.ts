import { z } from 'zod';
import { immutable } from './field-schemas.ts';

const point = z.object({ x: z.number(), y: z.number() });
/** A point in image pixels; (0, 0) is the top left corner of the top left pixel. */
export const pointSchema = immutable(point);
export type Point = z.infer<typeof pointSchema>;

/** A point for SAM: label 1 lies on the object, 0 on the background. */
export const promptPointSchema = immutable(point.extend({ label: z.union([z.literal(0), z.literal(1)]) }));

/** A box in image pixels. */
export const boxSchema = immutable(
  z.object({
    x: z.number(),
    y: z.number(),
    width: z.number().min(0),
    height: z.number().min(0),
  }),
);
export type Box = z.infer<typeof boxSchema>;

/** Closed rings in image pixels, GeoJSON style: the first ring is the outline, the others are holes. */
const polygonSchema = immutable(z.array(z.array(z.tuple([z.number(), z.number()])).max(100_000)).min(1));
export type Polygon = z.infer<typeof polygonSchema>;
export const polygonsSchema = immutable(z.array(polygonSchema).max(10_000));

/** A box as an outline. */
export function boxOutline({ x, y, width, height }: Box): Polygon {
  return [
    [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ],
  ];
}
