import type { Frame } from '../../src-shared/frame.ts';
import { isBelowLimit, type SizeLimits } from '../../src-shared/minimum-defect.ts';
import { regionSize } from '../../src-shared/region-size.ts';
import type { Region } from '../../src-shared/result.ts';
import { type CellMask, clearPixels } from './area-mask.ts';
import { type Counted, countedScore } from './below-limit.ts';
import { upsampleToFrame } from './bilinear.ts';
import { finalRegion } from './final-region.ts';
import { imageScore } from './image-score.ts';
import type { RegionMasks } from './mask-levels.ts';
import { type RegionReach, regionReach } from './region-reach.ts';
import type { ScoreMap } from './score-map.ts';
import type { Span } from './span.ts';

export interface FusionInput {
  readonly coarse: ScoreMap;
  readonly frame: Frame;
  readonly regions: readonly RegionMasks[];
  /** θ, 0..1. */
  readonly theta: number;
  /** λ ≥ 0: weight of SAM's masks against the coarse map. */
  readonly lambda: number;
  /** False: masks count by SAM's quality alone, whatever the coarse map says of them. Default: true. */
  readonly support?: boolean;
  /** Where it is looked at; nothing is found elsewhere. Default: everywhere. */
  readonly cells?: CellMask | undefined;
  /** What is too small to matter, in image pixels. Default: everything matters. */
  readonly limits?: SizeLimits | undefined;
}

export interface Fusion {
  /** Frame pixels, 0..1. */
  readonly finalMap: ScoreMap;
  /** Image pixels, 0 or 255. */
  readonly mask: Uint8Array;
  readonly regions: readonly Region[];
  /** Image score, 0..1; of what counts. */
  readonly score: number;
  /** What counts and what does not; absent: everything does. */
  readonly counted?: Counted;
}

/**
 * MMR step 5. O is the coarse map, bilinear to frame pixels; R_k of a region is the mean over its mask levels of
 * quality × support × [logit > 0]; R is the maximum over regions; final = max(min(O, θ), (O + λR) / (1 + λ)).
 *
 * Two choices of ours on top of the paper's weighting. The floor min(O, θ): what is not in question keeps its
 * coarse score, so final = O without regions and scores compare across images. The support of a level, the mean
 * of O over its mask against the mean over the region (at most 1): SAM's coarsest mask is often the whole part.
 *
 * A region's final mask is {(O + λR_k) / (1 + λ) > θ} within its own reach: where R_k > 0 or its coarse cells
 * are. A region of which nothing remains is left out of `regions`. Frame → image is bilinear.
 *
 * With `limits`, regions that are smaller are marked and left out of the score; see {@link countedScore}.
 */
export function fuseMasks(input: FusionInput): Fusion {
  const { coarse, frame, regions, cells, theta } = input;
  const mask = new Uint8Array(frame.imageWidth * frame.imageHeight);
  const finalMap = upsampleToFrame(coarse, frame);
  const reaches = regions.map((masks) => regionReach(masks, coarse, frame, input.support));
  if (cells) {
    clearPixels(
      finalMap.data,
      { left: 0, top: 0, right: finalMap.width, bottom: finalMap.height },
      cells,
      frame,
    );
    for (const { span, within } of reaches) clearPixels(within, span, cells, frame);
  }
  const patches = reaches.map((reach) => regionScores(reach, finalMap, input.lambda));
  const found = regions
    .flatMap(({ prompts }, k) => {
      const region = finalRegion(prompts, reaches[k]!, patches[k]!, mask, input);
      if (!region) return [];
      const isBelow = input.limits !== undefined && isBelowLimit(regionSize(region), input.limits);
      return [{ region, isBelow, span: reaches[k]!.span, scores: patches[k]!, peak: region.peak }];
    })
    .sort((a, b) => b.peak - a.peak);
  const above = Uint8Array.from(input.limits ? finalMap.data : [], (value) => (value > theta ? 1 : 0));
  if (regions.length > 0) lowerTo(finalMap, input);
  for (const [k, { span }] of reaches.entries()) raiseTo(finalMap, patches[k]!, span);
  const counted =
    input.limits && countedScore(finalMap, above, found, { frame, theta, limits: input.limits });
  const isAllCounted = !counted || !(found.some(({ isBelow }) => isBelow) || counted.specks > 0);
  return {
    finalMap,
    mask,
    regions: found.map(
      ({ region, isBelow }, k): Region => ({ index: k + 1, ...region, ...(isBelow && { belowLimit: true }) }),
    ),
    ...(isAllCounted ? { score: imageScore(finalMap) } : { score: counted.score, counted }),
  };
}

/** (O + λR_k) / (1 + λ) over the region's span; 0 out of its reach. */
function regionScores(reach: RegionReach, base: ScoreMap, lambda: number): Float32Array {
  const { span, weights, within } = reach;
  const width = span.right - span.left;
  const scores = new Float32Array(weights.length);
  for (let y = span.top, to = 0; y < span.bottom; y++) {
    let from = y * base.width + span.left;
    for (const end = from + width; from < end; from++, to++) {
      if (within[to]) scores[to] = (base.data[from]! + lambda * weights[to]!) / (1 + lambda);
    }
  }
  return scores;
}

/** max(min(O, θ), O / (1 + λ)): the final map where no mask is. */
function lowerTo({ data }: ScoreMap, { theta, lambda }: FusionInput): void {
  for (let i = 0; i < data.length; i++) {
    const score = data[i]!;
    if (score > theta) data[i] = Math.max(theta, score / (1 + lambda));
  }
}

/** Raises the map to the patch's scores where they are higher. */
function raiseTo(map: ScoreMap, scores: Float32Array, span: Span): void {
  const width = span.right - span.left;
  for (let y = span.top, from = 0; y < span.bottom; y++) {
    let to = y * map.width + span.left;
    for (const end = to + width; to < end; from++, to++) {
      if (scores[from]! > map.data[to]!) map.data[to] = scores[from]!;
    }
  }
}
