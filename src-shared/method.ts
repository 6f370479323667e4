import { z } from 'zod';

/**
 * Ways to a coarse map that can be run on a pack's towers. `clipsam` is the pack's own trained head (UMCI); the others are
 * ablations of it and the systems that the paper compares it with. See src-main/methods.
 */
export const METHODS = [
  'clipsam',
  'umci-no-strip',
  'umci-no-scale',
  'similarity',
  'winclip',
  'april-gan',
  'sdp',
  'sdp-plus',
  'saa',
  'saa-plus',
  'sam-boxes-only',
] as const;
export const methodNameSchema = z.enum(METHODS);
export type MethodName = z.infer<typeof methodNameSchema>;

/** What makes the coarse map, and whether MMR refines it. */
export const methodSchema = z.strictObject({
  name: methodNameSchema,
  /** True: regions above θ are refined by SAM (MMR); false: the coarse map is the answer, regions are what lies above θ. */
  refine: z.boolean(),
});
export type Method = z.infer<typeof methodSchema>;

/** What recipes mean that name no method: the paper's whole pipeline. */
export const CLIPSAM: Method = { name: 'clipsam', refine: true };
