import {
  type GoodImages,
  type Limits,
  largest,
  limitsOf,
  median,
  priorLimits,
  quantile,
} from '../pipeline/calibration.ts';
import { type PositionLimits, positionLimits } from '../pipeline/position-limits.ts';
import { distanceToAny, distanceToCrowd } from '../pipeline/token-distances.ts';
import { type ComparedPicture, type KnownPictures, MOST_TOKENS, PicturePanel } from './picture-panel.ts';
import type { TokenFile } from './token-file.ts';
import type { TokenSearch, TokenWindow } from './token-search.ts';
import { comparedPicture, type TokenVariant } from './token-variant.ts';

/** Pictures that others are compared with, and how far apart good ones are. */
export interface Memory {
  readonly who: GoodImages;
  readonly files: readonly TokenFile[];
  readonly variant: TokenVariant;
  readonly panel: PicturePanel;
  /** Of each picture, how far its tokens are from the others'; undefined: there are no others. */
  readonly own: readonly (Float32Array | undefined)[];
  readonly limits: Limits;
  /** Where the pictures show the same place at the same token, and there are enough of them. */
  readonly positions: PositionLimits | undefined;
}

export interface MemoryOptions {
  readonly search: TokenSearch;
  readonly known: KnownPictures;
  readonly window: TokenWindow | null;
  /** Names what else decides tokens: pictures of other files are others. */
  readonly tokensAre: string;
  /** All pictures show the same place at the same token: aligned parts, or those of a fixed camera. */
  readonly isPlaced: boolean;
  /** Called after each picture. */
  readonly onPicture: () => void;
  readonly signal: AbortSignal | undefined;
}

/** Smoothing pays when it brings the farthest good token this much nearer: what differs was noise. */
const SMOOTH_RATIO = 0.37;
/** Where smoothing brings good parts no nearer than this and they are loose, they lie in different poses. */
const POSE_RATIO = 0.5;
const POSE_LOOSENESS = 0.15;
/** Share of good tokens that looseness is told by. */
const LOOSE_SHARE = 0.9;

/** Compares pictures with one another. @throws ClipSamError `cancelled` */
export async function memoryOf(
  files: readonly TokenFile[],
  who: GoodImages,
  variant: TokenVariant,
  { search, known, window, tokensAre, isPlaced, onPicture, signal }: MemoryOptions,
): Promise<Memory> {
  const panel = new PicturePanel(
    files.map((file) => comparedPicture(file, variant)),
    {
      search,
      known,
      window,
      tokensAre: `${tokensAre} ${variant.scale} ${variant.smoothed} ${JSON.stringify(window)}`,
      ...(who === 'references' && { mostTokens: MOST_TOKENS }),
    },
  );
  const own: (Float32Array | undefined)[] = [];
  for (const picture of panel.pictures) {
    own.push(gather(await panel.knownCosines(picture, signal), who));
    onPicture();
  }
  const maps = own.filter((map) => map !== undefined);
  const limits = maps.length > 0 ? limitsOf(maps, who) : priorLimits(variant);
  return {
    who,
    files,
    variant,
    panel,
    own,
    limits,
    positions: isPlaced ? positionsOf(panel.pictures, own, { who, variant, limits }) : undefined,
  };
}

/** Undefined where a picture has nothing to be compared with, or another grid. */
function positionsOf(
  pictures: readonly ComparedPicture[],
  own: Memory['own'],
  { who, variant, limits }: Pick<Memory, 'who' | 'variant' | 'limits'>,
): PositionLimits | undefined {
  const maps = own.filter((map) => map !== undefined);
  const [grid, ...others] = pictures.map(({ views }) => views[0]!);
  const isOneGrid = others.every(({ width, height }) => width === grid!.width && height === grid!.height);
  if (!grid || !isOneGrid || maps.length < own.length) return undefined;
  const { width, height } = grid;
  return positionLimits(maps, { width, height, scale: variant.scale }, who, limits.map);
}

/**
 * Up to where each token of a picture is good; of one of the memory's own, by the others. Undefined: as all tokens are,
 * since positions are not told apart, or the picture has another grid.
 */
export function limitsAt(
  { panel, positions }: Pick<Memory, 'panel' | 'positions'>,
  { key, views }: ComparedPicture,
): Float32Array | undefined {
  const { width, height } = views[0]!;
  if (positions?.width !== width || positions.height !== height) return undefined;
  const own = panel.pictures.findIndex((picture) => picture.key === key);
  return own === -1 ? positions.limits : positions.ofOthers[own]!;
}

/** How far a picture's tokens are; undefined when the memory has nothing but the picture itself. */
export async function distancesTo(
  { panel, who }: Memory,
  picture: ComparedPicture,
  signal: AbortSignal | undefined,
  isKept = false,
): Promise<Float32Array | undefined> {
  const cosines = isKept ? await panel.knownCosines(picture, signal) : await panel.cosines(picture, signal);
  return gather(cosines, who);
}

function gather(cosines: readonly Float32Array[], who: GoodImages): Float32Array | undefined {
  return who === 'crowd' ? distanceToCrowd(cosines) : distanceToAny(cosines);
}

/** How loose good images are: the distance that nine of ten of their tokens stay within; undefined: nothing tells. */
export function looseness({ own, who }: Memory): number | undefined {
  const maps = own.filter((map) => map !== undefined);
  if (maps.length === 0) return undefined;
  if (who === 'crowd') return median(maps.map((map) => quantile(map, LOOSE_SHARE)));
  const all = new Float32Array(maps.reduce((sum, map) => sum + map.length, 0));
  let at = 0;
  for (const map of maps) {
    all.set(map, at);
    at += map.length;
  }
  return quantile(all, LOOSE_SHARE);
}

/** Whether smoothed tokens tell good from bad better, and whether good parts lie in different poses. */
export function compareVariants(
  plain: Memory,
  smoothed: Memory,
): { readonly isSmoothedBetter: boolean; readonly posesDiffer: boolean } {
  const ratio = farthest(smoothed) / farthest(plain);
  return {
    isSmoothedBetter: ratio < SMOOTH_RATIO,
    posesDiffer: ratio > POSE_RATIO && (looseness(plain) ?? 0) > POSE_LOOSENESS,
  };
}

function farthest({ own, who, limits }: Memory): number {
  return who === 'crowd' ? median(own.map((map) => largest(map!))) : limits.map;
}
