import type { Alignment } from '../../src-shared/alignment.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { OpinionScore } from '../../src-shared/opinion.ts';
import { type CellMask, clearOutside } from '../pipeline/area-mask.ts';
import { distanceLogit, largest, logit, sigmoid, topMean } from '../pipeline/calibration.ts';
import { frameSide } from '../pipeline/fit.ts';
import type { ImageTokens } from '../pipeline/image-tokens.ts';
import {
  type Likeness,
  markLikeness,
  raised,
  silenced,
  silencedDistances,
} from '../pipeline/judged-views.ts';
import {
  fusedMap,
  fusedScore,
  joinViews,
  OPINIONS,
  type PerOpinion,
  sharesOf,
} from '../pipeline/opinion-fusion.ts';
import { languageView, memoryView, type OpinionView, ownLogit } from '../pipeline/opinion-view.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { distanceToAny } from '../pipeline/token-distances.ts';
import type { Comparison } from './comparison.ts';
import { countedValues, seenCells } from './counted-tokens.ts';
import type { ComparisonProgress } from './inference-protocol.ts';
import { distancesTo, limitsAt, type Memory } from './memory.ts';
import type { LoadedPack } from './pack-loader.ts';
import { type ComparedPicture, KnownPictures } from './picture-panel.ts';
import { type PreparedComparison, type Preparing, prepareComparison } from './prepared-comparison.ts';
import { RecentMap } from './recent-map.ts';
import type { TokenBank, TokenSearch } from './token-search.ts';
import { comparedPicture, onCells } from './token-variant.ts';

/** An image whose opinions are asked for. */
export interface OpinionImage {
  readonly key: string;
  readonly frame: Frame;
  /** Of the picture as it lies, or aligned. */
  readonly tokens: ImageTokens;
  /** Null: the tokens are those of the picture as it lies. */
  readonly alignment: Alignment | null;
  /** Language's own map. */
  readonly language: ScoreMap;
  /** Where the image is looked at: only that counts for its scores. Absent: everywhere. */
  readonly cells?: CellMask | undefined;
}

/** What all opinions say of an image. */
export interface OpinionAnswer {
  /** The map in which regions are looked for. */
  readonly fused: ScoreMap;
  /** Each calibrated map, 0..1, on the cells of the coarse map; 0 where nothing is looked at. */
  readonly maps: PerOpinion<ScoreMap>;
  /** Language first. */
  readonly scores: readonly OpinionScore[];
  /** Of the image, 0..1, on the scale of the fused map. */
  readonly score: number;
}

/** What is known when a comparison is ready. */
export interface Compared {
  /** Undefined: there is nothing to compare with, language alone was asked. */
  readonly answer: OpinionAnswer | undefined;
  /** How many of each could be used. */
  readonly used: PreparedComparison['used'];
  readonly notices: readonly Notice[];
}

export interface ComparingOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears how far the comparison is, unless it is ready. */
  readonly onPrepared?: ((progress: ComparisonProgress) => void) | undefined;
}

/** Comparisons that are kept ready: one hundred megabytes each with many pictures. */
const KEPT_COMPARISONS = 3;

/** Asks the second opinions. Comparisons are prepared once and kept for the next images. */
export class Opinions {
  readonly #preparing: Preparing;
  readonly #prepared = new RecentMap<string, PreparedComparison>(KEPT_COMPARISONS);

  constructor(search: TokenSearch, { pack, packHash }: Pick<LoadedPack, 'pack' | 'packHash'>) {
    const inputSize = frameSide(pack.vision);
    const { theta } = pack.defaultRecipe;
    this.#preparing = { search, packHash, inputSize, theta, known: new KnownPictures() };
  }

  /**
   * What language and the others say of an image.
   * @throws ClipSamError `cancelled`, `inference-failed`
   */
  async of(image: OpinionImage, comparison: Comparison, options: ComparingOptions = {}): Promise<Compared> {
    const { signal } = options;
    const prepared = await this.#prepare(comparison, options);
    const { used, notices } = prepared;
    if (Object.values(used).every((count) => count === 0)) return { answer: undefined, used, notices };
    const picture = comparedPicture({ key: image.key, views: [image.tokens] }, prepared.variant);
    const looked: LookedAt = {
      image,
      picture,
      prepared,
      // A picture as it lies is no like of aligned ones.
      isComparable: !comparison.template || image.alignment !== null,
      onCells: (values) =>
        onCells(values, picture.views[0]!, { ...image, cells: image.language }, prepared.variant.scale),
      signal,
    };
    const alike = await this.#markLikeness(looked);
    const answer =
      prepared.languageLimit === undefined
        ? this.#languageAlone(looked, alike.cells)
        : this.#fuse(await viewsOf(looked, alike), looked, alike.cells);
    return { answer, used, notices };
  }

  /** How alike an image is to judged marks, by tokens and on the cells of the coarse map. */
  async #markLikeness({ picture, prepared, isComparable, onCells, signal }: LookedAt): Promise<Alike> {
    const { search } = this.#preparing;
    const { radius } = prepared;
    const distances = async (bank: TokenBank | undefined) =>
      bank && isComparable
        ? distanceToAny(await search.nearest(picture.views[0]!, bank, null, signal))
        : undefined;
    const harmless = await distances(prepared.harmless);
    const counterExamples = await distances(prepared.counterExamples);
    return {
      tokens: markLikeness(harmless, counterExamples, radius),
      cells: markLikeness(harmless && onCells(harmless), counterExamples && onCells(counterExamples), radius),
    };
  }

  /** Nothing tells how far good images are: language's own map, with what inspectors said. */
  #languageAlone({ image }: LookedAt, alike: Likeness): OpinionAnswer {
    const { language } = image;
    const base = logit(this.#preparing.theta);
    const { cells } = languageView(language, base);
    const said = raised(silenced(cells, alike.harmless), alike.counterExamples, 0);
    const fused = said.map((value) => sigmoid(base + ownLogit(value)));
    const peak = (values: Float32Array) => largest(seenCells(values, image.cells));
    return {
      fused: { ...language, data: fused },
      maps: { language: shown(said, image) },
      scores: [{ opinion: 'language', score: sigmoid(peak(said)), weight: 1 }],
      score: peak(fused),
    };
  }

  #fuse(views: PerOpinion<OpinionView>, { image, prepared }: LookedAt, alike: Likeness): OpinionAnswer {
    const { theta } = this.#preparing;
    const { centre } = prepared;
    const there = OPINIONS.filter((opinion) => views[opinion]);
    const weights = sharesOf(prepared.weights, there);
    const joined = joinViews(views, weights);
    const cells = raised(joined.cells, alike.counterExamples, centre.map);
    const scored = raised(joined.scored, alike.counterExamples, centre.peak);
    const peak = largest(seenCells(scored, image.cells));
    return {
      fused: { ...image.language, data: fusedMap({ cells }, centre, theta) },
      maps: Object.fromEntries(there.map((opinion) => [opinion, shown(views[opinion]!.cells, image)])),
      scores: there.map((opinion) => ({
        opinion,
        score: sigmoid(views[opinion]!.image),
        weight: weights[opinion]!,
        ...(views[opinion]!.scored !== views[opinion]!.cells && { perPosition: true }),
      })),
      score: fusedScore({ image: joined.image, peak }, centre, theta),
    };
  }

  async #prepare(comparison: Comparison, options: ComparingOptions): Promise<PreparedComparison> {
    // Token files are named by all that decides them, the recipe's words too.
    const { hash, references, crowd, harmless, counterExamples } = comparison;
    const sources = [...references, ...crowd, ...harmless, ...counterExamples];
    const key = [hash, ...sources.map(({ path }) => path)].join('\n');
    const ready = this.#prepared.get(key);
    if (ready) return ready;
    const prepared = await prepareComparison(comparison, this.#preparing, options);
    this.#prepared.set(key, prepared);
    return prepared;
  }
}

/** A calibrated map as it is kept. */
function shown(logits: Float32Array, { language: { width, height }, cells }: OpinionImage): ScoreMap {
  const map = { width, height, data: logits.map(sigmoid) };
  return cells ? clearOutside(map, cells) : map;
}

/** An image that is being compared. */
interface LookedAt {
  readonly image: OpinionImage;
  readonly picture: ComparedPicture;
  readonly prepared: PreparedComparison;
  /** False: it is not aligned, and the others are. */
  readonly isComparable: boolean;
  /** Brings values of tokens to the cells of the coarse map. */
  readonly onCells: (values: Float32Array) => Float32Array;
  readonly signal: AbortSignal | undefined;
}

interface Alike {
  readonly tokens: Likeness;
  readonly cells: Likeness;
}

/** What each opinion says, with harmless marks silenced. */
async function viewsOf(looked: LookedAt, alike: Alike): Promise<PerOpinion<OpinionView>> {
  const { image, prepared } = looked;
  const language = silenced(
    languageView(image.language, prepared.languageLimit!).cells,
    alike.cells.harmless,
  );
  const consensus = await memorySays(prepared.consensus, looked, alike);
  const references = await memorySays(prepared.references, looked, alike);
  return {
    language: {
      cells: language,
      scored: language,
      image: largest(seenCells(language, image.cells)),
    },
    ...(consensus && { consensus }),
    ...(references && { references }),
  };
}

async function memorySays(
  memory: Memory | undefined,
  { image, picture, prepared, isComparable, onCells, signal }: LookedAt,
  alike: Alike,
): Promise<OpinionView | undefined> {
  if (!memory || !isComparable) return undefined;
  const distances = await distancesTo(memory, picture, signal);
  if (!distances) return undefined;
  const view = memoryView(distances, memory.limits, onCells, limitsAt(memory, picture));
  const left = silencedDistances(distances, memory.limits, alike.tokens.harmless);
  const counted = countedValues(left, picture.views[0]!, image, prepared.variant.scale, onCells);
  const scored = silenced(view.scored, alike.cells.harmless);
  return {
    cells: view.cells === view.scored ? scored : silenced(view.cells, alike.cells.harmless),
    scored,
    image: distanceLogit(topMean(counted), memory.limits.image),
  };
}
