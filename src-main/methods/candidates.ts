import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { type CandidateMask, candidateMask, meanInside, withoutDuplicates } from './candidate-mask.ts';
import { gridPrompts, regionBoxPrompts } from './candidate-prompts.ts';
import type { MethodImage, MethodTools } from './method.ts';

/** A mask of SAM's, and how much it is like the words of defects. */
export interface CandidateRegion {
  readonly mask: CandidateMask;
  /** 0..1. */
  readonly score: number;
}

/** Points along the longer side; a prompt costs as much as all that follows. */
const GRID = 8;
/** Points in a region, where the decoder takes no boxes. */
const POINTS_PER_REGION = 3;
/** Prompts whose answers are held at a time: each is three maps of a quarter megabyte. */
const PROMPTS_AT_A_TIME = 8;
/** Below these a mask is no object of SAM's own making (its automatic masks ask for 0.88 and 0.95). */
const LEAST_QUALITY = 0.7;
const LEAST_STABILITY = 0.85;
/** Of the image's cells; what covers more is the image, and no region of it. */
const MOST_COVERED = 0.9;
/** IoU up to which two masks are two. */
const MOST_OVERLAP = 0.85;

/**
 * The regions that an image may have a defect in: SAM's masks for a grid of points and for boxes around what the text map
 * marks, less duplicates. The text filter takes those away that are no more like the words of defects than the image as a
 * whole.
 * @returns with the text map's mean inside as score, in no order that matters
 * @throws ClipSamError as `tools`
 */
export async function findCandidates(
  image: MethodImage,
  tools: MethodTools,
): Promise<{ readonly text: ScoreMap; readonly candidates: readonly CandidateRegion[] }> {
  return tools.shared('candidates', async () => {
    const text = await tools.head();
    const { boxes } = tools.pack.segmenter;
    const inRegions = regionBoxPrompts(text, image.frame, boxes ? 0 : POINTS_PER_REGION);
    // A point may mean any of three sizes; a box means what it encloses.
    const masks = [
      ...(await masksOf(gridPrompts(image.frame, GRID), text, tools)).flat(),
      ...(await masksOf(inRegions, text, tools)).flatMap((levels) => best(levels)),
    ];
    const objects = masks.filter((mask) => isObject(mask, text.data.length));
    const kept = withoutDuplicates(objects, MOST_OVERLAP);
    return { text, candidates: scored(kept, text) };
  });
}

/** Those masks that are more like the words of defects than the image as a whole. */
export function scored(masks: readonly CandidateMask[], text: ScoreMap): CandidateRegion[] {
  const mean = text.data.reduce((sum, value) => sum + value, 0) / text.data.length;
  return masks.map((mask) => ({ mask, score: meanInside(mask, text) })).filter(({ score }) => score > mean);
}

/** The masks of each prompt, a few prompts at a time. */
async function masksOf(
  prompts: readonly DecoderPrompts[],
  cells: ScoreMap,
  tools: MethodTools,
): Promise<CandidateMask[][]> {
  const masks: CandidateMask[][] = [];
  for (let from = 0; from < prompts.length; from += PROMPTS_AT_A_TIME) {
    const answers = await tools.askSam(prompts.slice(from, from + PROMPTS_AT_A_TIME));
    for (const levels of answers) {
      masks.push(
        levels.flatMap((level) => {
          const mask = candidateMask(level, cells);
          return mask ? [mask] : [];
        }),
      );
    }
  }
  return masks;
}

function isObject({ quality, stability, area }: CandidateMask, cells: number): boolean {
  return quality >= LEAST_QUALITY && stability >= LEAST_STABILITY && area <= MOST_COVERED * cells;
}

function best(masks: readonly CandidateMask[]): readonly CandidateMask[] {
  const [first] = masks.toSorted((a, b) => b.quality - a.quality);
  return first ? [first] : [];
}
