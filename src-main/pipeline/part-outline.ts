import type { Frame } from '../../src-shared/frame.ts';
import type { Point } from '../../src-shared/geometry.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import type { CellMask } from './area-mask.ts';
import { connectedComponents } from './connected-components.ts';
import type { DecoderPrompts } from './decoder-prompts.ts';
import { cellGrid } from './frame.ts';
import { clampedQuality, type LevelLogits } from './mask-levels.ts';
import { LEAST_QUALITY } from './part-mask.ts';
import {
  type DoubtfulSilhouette,
  extentDoubt,
  fillHoles,
  type PartSilhouette,
  withoutPart,
} from './part-silhouette.ts';

// SAM where a silhouette is unsure: it is asked at what stands out, and is believed where its outline holds that.

/** Pieces of one guess at which SAM is asked, the largest, and how much smaller than the first they may be. */
const PIECES = 2;
const LEAST_PIECE = 0.25;
/** Points in each of them: one alone on a screw's head means the head. */
const POINTS = 3;
/** Share of what stands out that SAM's mask must hold: else it is a detail, or something else. */
const LEAST_HELD = 0.9;
/** Share of SAM's mask that must stand out: else it is the tray or table under the part. */
const LEAST_STANDING = 2 / 3;
/** Share of SAM's mask that its largest piece must have: several things are no outline of one. */
const LEAST_WHOLE = 0.9;

/** Points well inside of what stands out, and, where that may be the bright end of a part, of what adjoins it. */
export function outlinePrompts(doubtful: DoubtfulSilhouette, frame: Frame): DecoderPrompts {
  const { guesses, thumbnail, ratioX, ratioY } = doubtful;
  const { width, height } = thumbnail;
  const surest = guesses.at(-1)!;
  const further = guesses[0]!.map((value, i) => (value && !surest[i] ? 1 : 0));
  const points = [surest, further].flatMap((guess) => {
    const pieces = connectedComponents(guess, width, height).sort((a, b) => b.length - a.length);
    const large = pieces.filter((piece) => piece.length >= LEAST_PIECE * pieces[0]!.length);
    return large.slice(0, PIECES).flatMap((piece) => spreadInside(piece, width, height));
  });
  return {
    points: points.map(({ x, y }) => ({
      x: (x * ratioX * frame.imageWidth) / frame.width,
      y: (y * ratioY * frame.imageHeight) / frame.height,
      label: 1,
    })),
    box: null,
  };
}

/**
 * The part by the one of SAM's masks that agrees best with the likeliest guess that any agrees with.
 * @returns undefined where SAM is unsure as well, or says something else
 */
export function outlinedPart(
  levels: readonly LevelLogits[],
  { guesses, doubt: _, ...look }: DoubtfulSilhouette,
  frame: Frame,
): PartSilhouette | undefined {
  const { width, height } = look.thumbnail;
  const masks = levels
    .filter((level) => clampedQuality(level) >= LEAST_QUALITY)
    .flatMap((level) => {
      const mask = wholeMask(
        sampled(level.logits, Math.sqrt(level.logits.length), look, frame),
        width,
        height,
      );
      return mask && !extentDoubt(mask, width, height) ? [mask] : [];
    });
  for (const guess of guesses) {
    const agreeing = masks
      .map((mask) => ({ mask, agreement: agreementOf(mask, guess) }))
      .filter(({ agreement }) => agreement > 0)
      .sort((a, b) => b.agreement - a.agreement);
    if (agreeing[0]) return { ...look, mask: agreeing[0].mask };
  }
  return undefined;
}

/** The part of a picture by cells that are known to be on it; undefined where they are not one piece. */
export function partOfCells(picture: RgbImage, cells: CellMask, frame: Frame): PartSilhouette | undefined {
  const look = withoutPart(picture);
  const { width, height } = look.thumbnail;
  const mask = wholeMask(sampled(cells, cellGrid(frame).width, look, frame), width, height);
  return mask && { ...look, mask };
}

/** What values of cells say at the centres of the thumbnail's pixels: 1 above 0. @param side cells of a row */
function sampled(
  values: ArrayLike<number>,
  side: number,
  { thumbnail: { width, height }, ratioX, ratioY }: Omit<PartSilhouette, 'mask'>,
  { cell }: Frame,
): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * ratioY) / cell) * side;
    for (let x = 0; x < width; x++, i++) {
      mask[i] = values[row + Math.floor(((x + 0.5) * ratioX) / cell)]! > 0 ? 1 : 0;
    }
  }
  return mask;
}

/** A mask's largest piece with its holes filled; undefined where the mask is none, or several. */
function wholeMask(mask: Uint8Array, width: number, height: number): Uint8Array | undefined {
  const pieces = connectedComponents(mask, width, height);
  const [largest] = pieces.sort((a, b) => b.length - a.length);
  const area = mask.reduce((sum, value) => sum + value, 0);
  if (!largest || largest.length < LEAST_WHOLE * area) return undefined;
  const whole = new Uint8Array(mask.length);
  for (const pixel of largest) whole[pixel] = 1;
  return fillHoles(whole, width, height);
}

/** Intersection over union; 0 where the mask does not hold the guess, or holds much else. */
function agreementOf(mask: Uint8Array, guess: Uint8Array): number {
  let [both, inMask, inGuess] = [0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    both += mask[i]! & guess[i]!;
    inMask += mask[i]!;
    inGuess += guess[i]!;
  }
  const agrees = both >= LEAST_HELD * inGuess && both >= LEAST_STANDING * inMask;
  return agrees && both > 0 ? both / (inMask + inGuess - both) : 0;
}

/**
 * Centres of pixels well inside of a piece and far from one another, thumbnail pixels: the first lies deepest, each further
 * one where its depth times its distance from those before is largest.
 */
function spreadInside(piece: Int32Array, width: number, height: number): Point[] {
  const depths = depthsOf(piece, width, height);
  const distances = new Float64Array(piece.length).fill(1);
  const points: Point[] = [];
  while (points.length < Math.min(POINTS, piece.length)) {
    let best = 0;
    for (let i = 1; i < piece.length; i++) {
      if (depths[i]! * distances[i]! > depths[best]! * distances[best]!) best = i;
    }
    const [x, y] = [piece[best]! % width, Math.floor(piece[best]! / width)];
    for (let i = 0; i < piece.length; i++) {
      const apart = Math.hypot((piece[i]! % width) - x, Math.floor(piece[i]! / width) - y);
      distances[i] = points.length === 0 ? apart : Math.min(distances[i]!, apart);
    }
    points.push({ x: x + 0.5, y: y + 0.5 });
  }
  return points;
}

/** How many steps along rows and columns each pixel of a piece is from the nearest outside of it. */
function depthsOf(piece: Int32Array, width: number, height: number): Int32Array {
  const row = width + 2;
  const depth = new Int32Array(row * (height + 2));
  const places = piece.map((pixel) => (Math.floor(pixel / width) + 1) * row + (pixel % width) + 1);
  const ordered = places.toSorted();
  for (const at of ordered) depth[at] = 1 + Math.min(depth[at - 1]!, depth[at - row]!);
  for (const at of ordered.toReversed()) {
    depth[at] = Math.min(depth[at]!, 1 + depth[at + 1]!, 1 + depth[at + row]!);
  }
  return places.map((at) => depth[at]!);
}
