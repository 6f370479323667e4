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

/**
 * Why a pack can't run a method. `no-umci-head`: its head is another, or none; `no-strip-path`, `no-scale-path`: its UMCI
 * head was trained without the path that would be left out; `no-projection`: nothing brings its tokens to the space of its
 * text tower; `no-linear-weights`: it has no linear layers for this method; `no-boxes`: its SAM takes no boxes.
 */
const METHOD_LACKS = [
  'no-umci-head',
  'no-strip-path',
  'no-scale-path',
  'no-projection',
  'no-linear-weights',
  'no-boxes',
] as const;
export const methodLackSchema = z.enum(METHOD_LACKS);
export type MethodLack = z.infer<typeof methodLackSchema>;
