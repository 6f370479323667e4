import { z } from 'zod';

/** Id of a pack: what it is called whatever its version. */
export const packIdSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);

/** Version of a pack. It becomes part of a folder's name on every operating system. */
export const packVersionSchema = z
  .string()
  .regex(/^[0-9A-Za-z]([0-9A-Za-z._+-]{0,62}[0-9A-Za-z])?$/, 'must be made of letters, digits and . _ + -');

/**
 * How a recipe names its pack: by id, or by id and version. Packs that were brought in are named by both: of one id
 * several versions may be there, and a recipe must go on meaning the one that it was made with.
 */
export const packReferenceSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}(@[0-9A-Za-z]([0-9A-Za-z._+-]{0,62}[0-9A-Za-z])?)?$/);

/** The reference that means exactly this version. */
export function exactReference({ id, version }: { readonly id: string; readonly version: string }): string {
  return `${id}@${version}`;
}
