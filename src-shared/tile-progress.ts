import { z } from 'zod';

/** How far an image is that is looked at in tiles: tile 1, 2, … of how many is being looked at. */
export const tileProgressSchema = z.object({
  tile: z.int().min(1),
  tiles: z.int().min(1),
});
export type TileProgress = Readonly<z.infer<typeof tileProgressSchema>>;
