import type { Frame } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import { regionPrompts } from '../pipeline/region-prompts.ts';
import { findRegions } from '../pipeline/regions.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';

/** Shares of the cells below the levels at which the text map is cut. */
const QUANTILES = [0.9, 0.96, 0.99];
/** Regions of a level that are asked about, the strongest. */
const REGIONS_PER_LEVEL = 5;
/** Smaller ones, in cells, are specks. */
const LEAST_CELLS = 4;
/** IoU from which two boxes ask the same. */
const SAME_BOX = 0.8;

/**
 * A grid of single points over an image, each in the middle of its square.
 * @param along points along the longer side
 */
export function gridPrompts(
  { imageWidth, imageHeight }: Pick<Frame, 'imageWidth' | 'imageHeight'>,
  along: number,
): DecoderPrompts[] {
  const longer = Math.max(imageWidth, imageHeight);
  const columns = Math.max(1, Math.round((along * imageWidth) / longer));
  const rows = Math.max(1, Math.round((along * imageHeight) / longer));
  return Array.from({ length: rows * columns }, (_, i) => ({
    points: [
      {
        x: (((i % columns) + 0.5) * imageWidth) / columns,
        y: ((Math.floor(i / columns) + 0.5) * imageHeight) / rows,
        label: 1,
      },
    ],
    box: null,
  }));
}

/**
 * Boxes around what the text map marks, in place of a detector's: of its regions above several of its quantiles, so that
 * no threshold of a recipe decides. A region that another level has already is asked about once.
 * @param points inside each region for a decoder that takes no boxes; 0: the box alone
 */
export function regionBoxPrompts(text: ScoreMap, frame: Frame, points: number): DecoderPrompts[] {
  const sorted = text.data.toSorted();
  const kept: DecoderPrompts[] = [];
  for (const quantile of QUANTILES) {
    const theta = sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))]!;
    const options = { theta, minCells: LEAST_CELLS, maxRegions: REGIONS_PER_LEVEL };
    for (const region of findRegions(text, options)) {
      const asked = regionPrompts(region, text, frame, Math.max(1, points));
      if (kept.some(({ box }) => boxOverlap(box!, asked.box) > SAME_BOX)) continue;
      kept.push({ box: asked.box, points: points > 0 ? asked.points : [] });
    }
  }
  return kept;
}

/** The area in common as a share of the area of both. */
function boxOverlap(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const common = Math.max(0, width) * Math.max(0, height);
  return common / (one.width * one.height + other.width * other.height - common);
}
