import { z } from 'zod';

/**
 * What became of an inspector's box when SAM's decoder takes points only: `left-out`: the points that came with it said where
 * to look; `as-points`: points inside it were asked instead.
 */
export const boxUseSchema = z.enum(['left-out', 'as-points']);
export type BoxUse = z.infer<typeof boxUseSchema>;
