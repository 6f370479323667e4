import { z } from 'zod';
import { drawnPolygonsSchema } from '../annotation.ts';
import { hashSchema, immutable } from '../field-schemas.ts';
import { pointSchema } from '../geometry.ts';
import { inspectionAreaSchema } from '../inspection-area.ts';
import { productSchema } from '../product.ts';
import { base, count, inspector, ofImage } from './base.ts';

/** Where to look in a product's images from some time on. */
const areaRevisionSchema = immutable(
  z.object({
    product: productSchema,
    /** 1, 2, ... */
    revision: count,
    /** SHA-256 of the area; null with it: everywhere. */
    hash: hashSchema.nullable(),
    area: inspectionAreaSchema.nullable(),
    inspector: z.string(),
    createdAt: z.string(),
  }),
);
export type AreaRevision = z.infer<typeof areaRevisionSchema>;

/** The part, as it is clicked in an image of a run. */
const clickedPartSchema = immutable(
  z.strictObject({
    ...ofImage,
    point: pointSchema,
    level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  }),
);
export type ClickedPart = z.infer<typeof clickedPartSchema>;

const areaDraftSchema = immutable(
  z.strictObject({
    /** Size in pixels of the image that was drawn on. */
    width: z.int().min(1),
    height: z.int().min(1),
    include: drawnPolygonsSchema,
    ignore: drawnPolygonsSchema,
    /** `kept`: that of the revision that is changed; null: none. */
    part: z.union([z.literal('kept'), clickedPartSchema]).nullable(),
  }),
);
export type AreaDraft = z.infer<typeof areaDraftSchema>;

const newAreaSchema = z.object({
  product: productSchema,
  /** The revision that is changed; 0: there was none. */
  after: count,
  draft: areaDraftSchema,
  ...inspector,
});
export type NewArea = z.infer<typeof newAreaSchema>;

export const areas = {
  /** Null: nobody ever said where to look, so everywhere. */
  get: base.input(z.object({ product: productSchema })).output(areaRevisionSchema.nullable()),
  /** Runs that have begun keep theirs. */
  save: base.input(newAreaSchema).output(areaRevisionSchema),
  /** Newest first. */
  history: base.input(z.object({ product: productSchema })).output(z.array(areaRevisionSchema)),
};
