import { z } from 'zod';

/** One image; the mask is null where it shows nothing wrong. */
const imageSchema = z.object({
  anomaly_class: z.string().min(1),
  image_path: z.string().min(1),
  mask_path: z.string().min(1).nullish(),
});

/** The JSON file of a category in Real-IAD's manner. Paths are below `meta.prefix`, in the folder of all images. */
export const realIadSplitSchema = z.object({
  meta: z.object({ prefix: z.string().default(''), normal_class: z.string().min(1) }),
  train: z.array(imageSchema).default([]),
  test: z.array(imageSchema),
});
export type RealIadSplit = z.infer<typeof realIadSplitSchema>;
