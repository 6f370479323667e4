import { z } from 'zod';
import { immutable } from './field-schemas.ts';

/**
 * A similarity between a frame's pixels and an aligned picture, a square in which the part lies along x and fills it:
 * frame = centre + turn(angle) · (aligned − size / 2) · scale.
 */
export const alignmentSchema = immutable(
  z.strictObject({
    /** Side of the aligned picture in its own pixels. */
    size: z.int().positive(),
    /** The frame's pixel that the aligned picture's middle shows. */
    centre: z.strictObject({ x: z.number(), y: z.number() }),
    /** Direction of the aligned picture's x axis in the frame, radians, clockwise on the screen. */
    angle: z.number(),
    /** Frame pixels per aligned pixel. */
    scale: z.number().positive(),
  }),
);
export type Alignment = z.infer<typeof alignmentSchema>;

/**
 * Why a picture does not show how its part lies, neither by its colours nor by what SAM says of them.
 * `no-contrast`: nothing stands out from the colour of the border;
 * `several-pieces`: the largest of what stands out is not much larger than the next;
 * `two-tones`: beside what stands out most something else stands out, and SAM does not say whether it is of the part;
 * `cut-off`: what stands out reaches over the border;
 * `fills-picture`, `too-small`: it takes nearly everything, or nearly nothing;
 * `part-not-found`: the part was clicked in another picture, and SAM does not find its like here;
 * `template`: the picture that parts are turned like does not show how its own lies.
 */
export const ALIGNMENT_DOUBTS = [
  'no-contrast',
  'several-pieces',
  'two-tones',
  'cut-off',
  'fills-picture',
  'too-small',
  'part-not-found',
  'template',
] as const;
export type AlignmentDoubt = (typeof ALIGNMENT_DOUBTS)[number];

/** How far a set of parts lies apart. */
export const poseSpreadSchema = immutable(
  z.object({
    /** Circular standard deviation of the angles, radians. */
    turn: z.number(),
    /** Root mean square distance of the centres from their mean, as a share of the mean length. */
    shift: z.number(),
    /** Standard deviation of the lengths over their mean. */
    scale: z.number(),
    /** Whether it is worth taking the poses away. */
    differs: z.boolean(),
  }),
);
export type PoseSpread = z.infer<typeof poseSpreadSchema>;
