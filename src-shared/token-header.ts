import { z } from 'zod';
import { alignmentSchema } from './alignment.ts';
import { countSchema, hashSchema } from './field-schemas.ts';
import { noticeSchema } from './notice.ts';

const sizeSchema = z.int().positive();

/** Tokens of one stage of the vision tower: sizes of a grid, row by row, channels last. */
const gridSchema = z.strictObject({
  stage: countSchema,
  width: sizeSchema,
  height: sizeSchema,
  channels: sizeSchema,
});
export type GridShape = z.infer<typeof gridSchema>;

/** What a token file says of its image and of the values that follow. */
export const tokenHeaderSchema = z.strictObject({
  version: z.literal(1),
  /** What the tokens were made by; others are never compared with them. */
  packHash: hashSchema,
  ortVersion: z.string(),
  /** SHA-256 of the image file, and what names the picture. */
  contentHash: hashSchema,
  key: hashSchema,
  /** Size of the image in pixels. */
  width: sizeSchema,
  height: sizeSchema,
  notices: z.array(noticeSchema),
  /** How the picture of the views lies in the image's frame; null: they show all of the frame. */
  alignment: alignmentSchema.nullable(),
  /** The picture as it lies, or aligned, then turned and mirrored ones. */
  views: z.array(z.strictObject({ half: z.array(gridSchema), fine: z.array(gridSchema) })).min(1),
  language: z.strictObject({ width: sizeSchema, height: sizeSchema }),
  /** Over all that follows the header. */
  sha256: hashSchema,
});
export type TokenHeader = z.infer<typeof tokenHeaderSchema>;
