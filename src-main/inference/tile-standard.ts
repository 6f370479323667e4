import type { Notice } from '../../src-shared/notice.ts';
import { type Limits, limitsOf, priorLimits } from '../pipeline/calibration.ts';
import { joinTokens } from '../pipeline/judged-tokens.ts';
import { likenessRadius } from '../pipeline/judged-views.ts';
import { type Centre, type PerOpinion, trustWeights } from '../pipeline/opinion-fusion.ts';
import { languagePeak } from '../pipeline/opinion-view.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';
import { centreFrom, standingsOf } from './centre.ts';
import type { ComparedTile, Comparison, MarkInTile, TokenSource } from './comparison.ts';
import { bankOfMarks, judgedMarks } from './judged-marks.ts';
import { looseness, type Memory, memoryOf } from './memory.ts';
import { KnownPictures } from './picture-panel.ts';
import {
  LEAST_CROWD,
  limitOfLanguage,
  type PreparedComparison,
  type Preparing,
  type prepareComparison,
  unlikeGood,
} from './prepared-comparison.ts';
import { sourcesWithTiles } from './tile-sources.ts';
import { readTokenFile, type TokenFile, tileTokenPath } from './token-file.ts';
import type { TokenWindow } from './token-search.ts';

/** Images of each kind. */
interface OfBoth<T> {
  readonly references: T;
  readonly crowd: T;
}

/**
 * How tiles are compared: the same for all of an image. Limits are those of whole images, whose tiles are taken together: a good
 * one stays below with all its tiles.
 */
export interface TileStandard extends Omit<PreparedComparison, 'consensus' | 'references'> {
  /** Images whose tiles are compared with. */
  readonly sources: OfBoth<readonly TokenSource[]>;
  readonly limits: OfBoth<Limits | undefined>;
  readonly window: TokenWindow | null;
  readonly plan: string;
  /** False: poses differ, so that tiles show other things; only what language says on them is known. */
  readonly isPlaced: boolean;
}

type TileComparison = Comparison & { readonly tile: ComparedTile };

interface TileOptions {
  /** Called after each tile. */
  readonly onTile: () => void;
  readonly signal: AbortSignal | undefined;
}

/** What is gathered of images, tile by tile. */
interface Gathered {
  /** Per image, per tile: distances of its tokens from the others'. */
  readonly own: OfBoth<Float32Array[][]>;
  /** Per image, how high language's own map goes in any of its tiles. */
  readonly peaks: OfBoth<number[]>;
  readonly harmless: UnitTokens[];
  readonly counterExamples: UnitTokens[];
  used: number;
}

/**
 * Reads all tiles of the images that there are, a tile at a time, and finds out how far good tokens may be.
 * @param whole how the whole image is compared: what counts there counts in tiles
 * @throws ClipSamError `cancelled`
 */
export async function tileStandard(
  comparison: TileComparison,
  whole: PreparedComparison,
  preparing: Preparing,
  { signal, onPrepared = () => {} }: Parameters<typeof prepareComparison>[2] = {},
): Promise<TileStandard> {
  const { tile, settings, template } = comparison;
  const isPlaced = template === undefined;
  const variant = {
    scale: 'half',
    smoothed: whole.variant.scale === 'half' && whole.variant.smoothed,
  } as const;
  const isUsed = { references: whole.used.references > 0, crowd: whole.used.crowd > 0 };
  const withTiles = (from: readonly TokenSource[]) => sourcesWithTiles(from, tile, preparing.packHash);
  const crowd = isUsed.crowd ? await withTiles(comparison.crowd) : [];
  const sources = {
    references: isUsed.references ? await withTiles(comparison.references) : [],
    crowd: crowd.length < LEAST_CROWD ? [] : crowd,
  };
  const { window } = settings;
  const { references: _, consensus: __, ...common } = whole;
  const bare: TileStandard = {
    ...common,
    variant,
    sources,
    limits: { references: undefined, crowd: undefined },
    window: window === null ? null : { rows: window, columns: window },
    plan: tile.plan,
    isPlaced,
    weights: { language: 1 },
    centre: { map: 0, peak: 0, image: 0 },
    harmless: undefined,
    counterExamples: undefined,
    notices: [],
  };
  const total = sources.references.length + sources.crowd.length;
  let look = 0;
  // Each tile is looked at twice.
  const onTile = () => onPrepared({ done: Math.floor((++look * total) / (2 * tile.count)), total });
  const gathered = await gather(bare, tile, preparing, { onTile, signal });
  const limitOf = (who: 'references' | 'crowd') => {
    const maps = gathered.own[who].map(joined).filter((map) => map.length > 0);
    if (maps.length > 0) return limitsOf(maps, who);
    return sources[who].length > 0 && isPlaced ? priorLimits(variant) : undefined;
  };
  const limits = { references: limitOf('references'), crowd: limitOf('crowd') };
  const languageLimit =
    limitOfLanguage(gathered.peaks.references, gathered.peaks.crowd) ?? whole.languageLimit;
  const radius = likenessRadius((limits.references ?? limits.crowd ?? priorLimits(variant)).map);
  const standard: TileStandard = {
    ...bare,
    limits,
    languageLimit,
    radius,
    harmless: bankOfMarks(joinTokens(gathered.harmless)),
    counterExamples: bankOfMarks(joinTokens(gathered.counterExamples)),
    weights: weightsOf(bare, gathered, languageLimit, preparing, settings.weights),
    notices: noticesOf(bare, comparison, gathered.used),
  };
  const options = { onTile, signal };
  return { ...standard, centre: await centreOfTiles(standard, gathered, tile.count, preparing, options) };
}

/** A tile of it, ready for images. @throws ClipSamError `cancelled` */
export async function prepareTile(
  standard: TileStandard,
  index: number,
  preparing: Preparing,
  signal?: AbortSignal,
): Promise<PreparedComparison> {
  const files = await readTiles(standard, index, preparing);
  const memory = (who: 'references' | 'crowd') => {
    const limits = standard.limits[who];
    return (
      limits &&
      memoryOfTile(files[who], who, standard, preparing, { signal, calibrated: { own: [], limits } })
    );
  };
  return { ...standard, references: await memory('references'), consensus: await memory('crowd') };
}

async function gather(
  standard: TileStandard,
  { count, harmless, counterExamples }: ComparedTile,
  preparing: Preparing,
  { onTile, signal }: TileOptions,
): Promise<Gathered> {
  const { sources, variant, isPlaced, radius } = standard;
  const perImage = <T>(of: () => T) => ({
    references: sources.references.map(of),
    crowd: sources.crowd.map(of),
  });
  const gathered: Gathered = {
    own: perImage((): Float32Array[] => []),
    peaks: perImage(() => Number.NEGATIVE_INFINITY),
    harmless: [],
    counterExamples: [],
    used: 0,
  };
  const { packHash, inputSize } = preparing;
  const reading = { packHash, inputSize, variant, isAligned: false, signal };
  for (let index = 0; index < count; index++) {
    const files = await readTiles(standard, index, preparing);
    const memories: Partial<Record<'references' | 'crowd', Memory>> = {};
    for (const who of ['references', 'crowd'] as const) {
      for (const [i, { language }] of files[who].entries()) {
        gathered.peaks[who][i] = Math.max(gathered.peaks[who][i]!, languagePeak(language));
      }
      if (!isPlaced || files[who].length === 0) continue;
      const memory = await memoryOfTile(files[who], who, standard, preparing, { signal });
      memories[who] = memory;
      for (const [i, own] of memory.own.entries()) if (own) gathered.own[who][i]!.push(own);
    }
    const here = (marks: readonly MarkInTile[]) => marks.filter(({ tile }) => tile === index);
    const memory = memories.references ?? memories.crowd;
    const silent = await judgedMarks(here(harmless), reading);
    const raising = await judgedMarks(here(counterExamples), reading, (picture, places) =>
      unlikeGood(picture, places, { memory, radius, signal }),
    );
    if (silent.tokens) gathered.harmless.push(silent.tokens);
    if (raising.tokens) gathered.counterExamples.push(raising.tokens);
    gathered.used += silent.used + raising.used;
    onTile();
  }
  return gathered;
}

/** Where good images stand with all their tiles: of references, where there are several, else of the crowd. */
async function centreOfTiles(
  standard: TileStandard,
  { own }: Gathered,
  count: number,
  preparing: Preparing,
  { onTile, signal }: TileOptions,
): Promise<Centre> {
  const { limits, sources, languageLimit, weights } = standard;
  if (!limits.references && !limits.crowd) return standard.centre;
  const highest: Centre[] = [];
  for (let index = 0; index < count; index++) {
    const files = await readTiles(standard, index, preparing);
    const memory = async (who: 'references' | 'crowd') => {
      const limit = limits[who];
      const calibrated = limit && { own: own[who].map((maps) => maps[index]), limits: limit };
      return calibrated && memoryOfTile(files[who], who, standard, preparing, { signal, calibrated });
    };
    const [references, consensus] = [await memory('references'), await memory('crowd')];
    const joined = { references, consensus, languageLimit, weights };
    const { inputSize } = preparing;
    const standings = await standingsOf(joined, { inputSize, signal, onPicture: () => {} });
    for (const [i, own] of standings.entries()) {
      const before = highest[i] ?? own;
      highest[i] = {
        map: Math.max(own.map, before.map),
        peak: Math.max(own.peak, before.peak),
        image: Math.max(own.image, before.image),
      };
    }
    onTile();
  }
  if (highest.length === 0) return standard.centre;
  return centreFrom(highest, sources.references.length > 1 ? 'references' : 'crowd');
}

function weightsOf(
  { sources, isPlaced }: TileStandard,
  { own }: Gathered,
  languageLimit: number | undefined,
  { theta }: Preparing,
  fixed: Comparison['settings']['weights'],
): PerOpinion<number> {
  if (!isPlaced || sources.references.length + sources.crowd.length === 0) return { language: 1 };
  if (fixed) return fixed;
  const loose = (who: 'references' | 'crowd') =>
    looseness({ own: own[who].map(joined).filter((map) => map.length > 0), who });
  const crowd = loose('crowd');
  return trustWeights({
    references:
      sources.references.length > 0
        ? { count: sources.references.length, looseness: loose('references') }
        : undefined,
    consensus: crowd === undefined ? undefined : { looseness: crowd },
    posesDiffer: false,
    languageLimit: languageLimit ?? 0,
    theta,
  });
}

function noticesOf(
  { sources, isPlaced }: TileStandard,
  { harmless, counterExamples }: Comparison,
  usedMarks: number,
): Notice[] {
  const references = sources.references.length;
  const crowd = sources.crowd.length;
  const lost = harmless.length + counterExamples.length - usedMarks;
  const isCompared = references + crowd > 0;
  return [
    isCompared && isPlaced
      ? { code: 'tiles-compared', references, crowd }
      : { code: 'tiles-language-alone', reason: isCompared ? 'aligned' : 'no-tiles' },
    ...(lost > 0 ? [{ code: 'tile-marks-unusable', marks: lost } as const] : []),
  ];
}

async function readTiles(
  { sources, plan }: TileStandard,
  index: number,
  { packHash }: Preparing,
): Promise<OfBoth<TokenFile[]>> {
  const read = async (from: readonly TokenSource[]) => {
    const files: TokenFile[] = [];
    for (const { path } of from) {
      const file = await readTokenFile(tileTokenPath(path, plan, index), packHash);
      if (file) files.push(file);
    }
    return files;
  };
  return { references: await read(sources.references), crowd: await read(sources.crowd) };
}

function memoryOfTile(
  files: readonly TokenFile[],
  who: Memory['who'],
  { variant, window }: TileStandard,
  { search }: Preparing,
  options: Pick<Parameters<typeof memoryOf>[3], 'signal' | 'calibrated'>,
): Promise<Memory> {
  // Of its own: pairs of tiles are many, and none is asked for again.
  return memoryOf(files, who, variant, {
    ...{ search, window, known: new KnownPictures(), tokensAre: 'tile' },
    ...{ isPlaced: false, onPicture: () => {} },
    ...options,
  });
}

function joined(maps: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(maps.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const map of maps) {
    all.set(map, at);
    at += map.length;
  }
  return all;
}
