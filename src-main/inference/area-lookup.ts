import type { Frame } from '../../src-shared/frame.ts';
import type { Point } from '../../src-shared/geometry.ts';
import type { InspectionArea, PartDoubt, PartMark, PartSeed } from '../../src-shared/inspection-area.ts';
import type { FeedTensor } from '../graph/umci-feeds.ts';
import { areaCells, type CellMask } from '../pipeline/area-mask.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import {
  backgroundLikeness,
  choosePart,
  likestPlaces,
  partCells,
  partTokens,
  seedOf,
  tokenAt,
} from '../pipeline/part-mask.ts';

/** Where to look in an image, ready for the engine. */
export interface AreaLookup {
  readonly area: Pick<InspectionArea, 'width' | 'height' | 'include' | 'ignore'>;
  /** Of this pack; null: a part is asked for and its seed cannot be had. Absent: no part is asked for. */
  readonly seed?: Omit<PartSeed, 'packHash'> | null | undefined;
  /** False: the map is left as it is, for what is made of it to be cleared. Default true. */
  readonly clears?: boolean;
}

/** Where an image was looked at. */
export interface FoundArea {
  readonly cells: CellMask;
  /** The cells on the part alone; absent where it is not looked for, or not found. */
  readonly onPart?: CellMask;
  /** The part's share of the image, or why no background was ignored; absent: none was asked for. */
  readonly part?: { readonly share: number } | { readonly doubt: PartDoubt };
}

/** An image that was encoded, as parts are looked for in it. */
export interface EncodedStages {
  readonly frame: Frame;
  readonly stages: readonly FeedTensor[];
  /** Tokens along the whole square. */
  readonly grid: number;
}

type AskSam = (prompts: DecoderPrompts) => Promise<RegionMasks['levels']>;

/** Places at which SAM is asked for the part, one after the other, until it is sure. */
const TRIES = 3;

/**
 * The cells of the region of interest, and of them those on the part: SAM is asked at the place that resembles the clicked
 * one most, and where it is unsure there at the next.
 */
export async function lookAt(
  { area, seed }: AreaLookup,
  seen: EncodedStages,
  ask: AskSam,
): Promise<FoundArea> {
  const cells = areaCells(area, seen.frame);
  if (seed === undefined) return { cells };
  if (seed === null) return { cells, part: { doubt: 'seed-missing' } };
  const part = await findPart(seed, seen, ask);
  if ('doubt' in part) return { cells, part };
  const onPart = partCells(part.cells, seen.frame);
  const both = cells.map((cell, i) => cell & onPart[i]!);
  if (!both.includes(1)) return { cells, part: { doubt: 'outside' } };
  return { cells: both, onPart, part: { share: part.share } };
}

/** The part by its like; why not, where SAM is unsure. */
export async function findPart(
  seed: Omit<PartSeed, 'packHash'>,
  seen: EncodedStages,
  ask: AskSam,
): Promise<{ readonly cells: CellMask; readonly share: number } | { readonly doubt: PartDoubt }> {
  const { frame } = seen;
  let doubt: PartDoubt | undefined;
  for (const place of likestPlaces(tokensOf(seen), seed, frame, TRIES)) {
    const part = choosePart(await ask(promptAt(place)), seed, frame);
    if ('cells' in part) return part;
    doubt ??= part.doubt;
  }
  return { doubt: doubt ?? 'unlike' };
}

/** What is remembered of a part that was clicked; undefined when SAM's mask there is empty. */
export async function partSeed(
  { point, level }: Pick<PartMark, 'point' | 'level'>,
  seen: EncodedStages,
  ask: AskSam,
): Promise<Omit<PartSeed, 'packHash'> | undefined> {
  const { frame } = seen;
  const found = seedOf(await ask(promptAt(point)), level, frame);
  if (!found) return undefined;
  const tokens = tokensOf(seen);
  const token = tokenAt(tokens, point, frame);
  return {
    token: Array.from(token, (value) => Math.round(value * 1e5) / 1e5),
    share: found.share,
    border: found.border,
    background: backgroundLikeness(tokens, token, found.cells, frame),
  };
}

function tokensOf({ stages, frame, grid }: EncodedStages) {
  return partTokens(stages, frame.size / grid);
}

function promptAt({ x, y }: Point): DecoderPrompts {
  return { points: [{ x, y, label: 1 }], box: null };
}
