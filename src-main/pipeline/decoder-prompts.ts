import type { BoxUse } from '../../src-shared/box-use.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { RegionPrompts } from '../../src-shared/result.ts';
import type { TowerFrame } from './fit.ts';

/** What SAM is asked, in image pixels: points, and a box where there is one. */
export interface DecoderPrompts {
  readonly points: RegionPrompts['points'];
  readonly box: Box | null;
}

/** A box as points: shares of its width and height. */
const INSIDE = [
  [0.5, 0.5],
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

/**
 * Prompts for a decoder that takes points only. A box gives way to the points on the object that came with it; without
 * any its centre and four points halfway to its corners are asked.
 */
export function pointsOnly({ points, box }: DecoderPrompts): {
  readonly prompts: DecoderPrompts;
  /** Undefined: there was no box. */
  readonly boxUse: BoxUse | undefined;
} {
  if (!box) return { prompts: { points, box }, boxUse: undefined };
  if (points.some(({ label }) => label === 1)) return { prompts: { points, box: null }, boxUse: 'left-out' };
  const inside = INSIDE.map(([x, y]) => ({
    x: box.x + x * box.width,
    y: box.y + y * box.height,
    label: 1 as const,
  }));
  return { prompts: { points: [...inside, ...points], box: null }, boxUse: 'as-points' };
}

/** Prompts in the pixels of the square that SAM's encoder saw. */
export interface PlacedPrompts {
  /** x, y of each point, one after the other. */
  readonly coords: readonly number[];
  /** 1 object, 0 background; one per point. */
  readonly labels: readonly number[];
  /** Left, top, right, bottom. */
  readonly box: readonly [number, number, number, number] | null;
}

/**
 * Prompts in image pixels → in those of SAM's encoder.
 * @param tower where the image's content lies in the encoder's square
 */
export function placedPrompts(
  { points, box }: DecoderPrompts,
  { imageWidth, imageHeight }: Frame,
  tower: TowerFrame,
): PlacedPrompts {
  const scaleX = tower.width / imageWidth;
  const scaleY = tower.height / imageHeight;
  return {
    coords: points.flatMap(({ x, y }) => [x * scaleX, y * scaleY]),
    labels: points.map(({ label }) => label),
    box: box && [box.x * scaleX, box.y * scaleY, (box.x + box.width) * scaleX, (box.y + box.height) * scaleY],
  };
}
