import { z } from 'zod';
import { countSchema, immutable } from './field-schemas.ts';

/** A file that the workstation made for a browser, which fetches it once ({@link downloadPath}). */
const downloadSchema = immutable(
  z.object({
    /** 32 hexadecimal digits that nobody guesses. */
    id: z.string(),
    name: z.string(),
    bytes: countSchema,
  }),
);
export type Download = z.infer<typeof downloadSchema>;

/** Input of what writes files: they go to the browser that asks instead of a folder of the workstation's machine. */
export const asDownload = { download: z.boolean().default(false) };
/** Its output: null where the files are in a folder. */
export const madeDownload = { download: downloadSchema.nullable() };

/** Where a browser fetches a download. */
export function downloadPath(id: string): string {
  return `/downloads/${id}`;
}
