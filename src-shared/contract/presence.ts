import { z } from 'zod';
import { idSchema } from '../field-schemas.ts';
import { base } from './base.ts';

/** A window that has an image open. */
export const presentWindowSchema = z.object({
  /** Of the window, as long as its connection lasts. */
  window: idSchema,
  imageId: idSchema,
  /** Who is signed in there; null in a workspace without people. */
  inspector: z.string().nullable(),
});
export type PresentWindow = z.infer<typeof presentWindowSchema>;

/** Milliseconds after which a window that nobody was heard of in has nothing open any more. */
export const PRESENCE_LASTS = 5 * 60_000;

/** Who has which image open, so that two don't judge one unknowingly. Kept nowhere. */
export const presence = {
  /**
   * The image that this window has open from now on; null: none. It ends as well when the window signs in or out, its
   * connection ends, or it says nothing for {@link PRESENCE_LASTS}.
   * @returns `window`: which one this is among the present ones; null where nobody is signed in who could judge.
   *   `windows`: all that have an image of the batch open
   */
  set: base
    .input(z.object({ at: z.object({ batchId: idSchema, imageId: idSchema }).nullable() }))
    .output(z.object({ window: idSchema.nullable(), windows: z.array(presentWindowSchema) })),
};
