import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../field-schemas.ts';
import { base, count } from './base.ts';

/**
 * What θ would do to a run, at every θ of `thetas`: regions in all, those that would appear and vanish against the
 * run's own θ (summed per image), and images with at least one. Counted on the stored coarse maps, with the recipe's
 * minimal area and region limit.
 */
const thetaProfileSchema = z.object({
  thetas: z.array(z.number()),
  regions: z.array(count),
  appearing: z.array(count),
  vanishing: z.array(count),
  imagesWithRegion: z.array(count),
  images: count,
});
export type ThetaProfile = z.infer<typeof thetaProfileSchema>;

const thetaProfileEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('counting'), done: count, total: count }),
  z.object({ kind: z.literal('profile'), profile: thetaProfileSchema }),
]);
export type ThetaProfileEvent = z.infer<typeof thetaProfileEventSchema>;

export const whatIf = {
  /** Ends with `profile`. What was counted is kept, so the second time is quick. */
  thetaProfile: base.input(z.object({ runId: idSchema })).output(eventIterator(thetaProfileEventSchema)),
};
