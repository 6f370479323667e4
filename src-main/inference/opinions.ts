import type { Alignment } from '../../src-shared/alignment.ts';
import { type Frame, MAP_SIDE } from '../../src-shared/frame.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Opinion, OpinionScore } from '../../src-shared/opinion.ts';
import { fromAligned, mapFromAligned } from '../pipeline/alignment.ts';
import { type CellMask, clearOutside, isLookedAt } from '../pipeline/area-mask.ts';
import { distanceLogit, logit, sigmoid, topMean } from '../pipeline/calibration.ts';
import type { ImageTokens } from '../pipeline/image-tokens.ts';
import { discounted, languagePeak } from '../pipeline/language-opinion.ts';
import {
  fuseLogits,
  fuseMaps,
  OPINIONS,
  opinionWeights,
  type PerOpinion,
} from '../pipeline/opinion-fusion.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { distanceToAny, distanceToCrowd } from '../pipeline/token-distances.ts';
import { CELLS_OF_TOKEN, tokensToCells } from '../pipeline/token-map.ts';
import type { Comparison } from './comparison.ts';
import { type ComparedPicture, knownPairs } from './picture-panel.ts';
import {
  comparedPicture,
  type PreparedComparison,
  type PreparedOpinion,
  prepareComparison,
} from './prepared-comparison.ts';
import { RecentMap } from './recent-map.ts';
import type { TokenSearch } from './token-search.ts';

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
  /** Images of the crowd, and references, that could be used. */
  readonly used: PreparedComparison['used'];
  readonly notices: readonly Notice[];
}

/** Comparisons that are kept ready: one hundred megabytes each with many pictures. */
const KEPT_COMPARISONS = 3;

/** Asks the second opinions. Comparisons are prepared once and kept for the next images. */
export class Opinions {
  readonly #search: TokenSearch;
  readonly #packHash: string;
  /** Value of language's own map from which on it finds regions, by the pack's recipe. */
  readonly #theta: number;
  readonly #prepared = new RecentMap<string, PreparedComparison>(KEPT_COMPARISONS);
  readonly #known = knownPairs();

  constructor(search: TokenSearch, packHash: string, theta: number) {
    this.#search = search;
    this.#packHash = packHash;
    this.#theta = theta;
  }

  /**
   * What language and the others say of an image.
   * @throws ClipSamError `cancelled`, `inference-failed`
   */
  async of(image: OpinionImage, comparison: Comparison, signal?: AbortSignal): Promise<Compared> {
    const prepared = await this.#prepare(comparison, signal);
    const { languageLimit: limit, used, notices } = prepared;
    if (limit === undefined) return { answer: undefined, used, notices };
    const { language, cells: area } = image;
    const seen = area ? clearOutside(language, area) : language;
    const logits: Partial<Record<Opinion, Float32Array>> = {
      language: language.data.map((value) => discounted(logit(value), limit)),
    };
    const ofImage: Partial<Record<Opinion, number>> = { language: discounted(languagePeak(seen), limit) };
    // A picture as it lies is no like of aligned ones.
    const isComparable = !comparison.template || image.alignment !== null;
    const picture = comparedPicture({ key: image.key, views: [image.tokens] }, prepared.variant);
    for (const opinion of ['consensus', 'references'] as const) {
      const asked = isComparable ? prepared[opinion] : undefined;
      const distances = asked && (await distancesOf(opinion, asked, picture, signal));
      if (!distances) continue;
      const cells = onCells(distances, picture, image, prepared);
      logits[opinion] = cells.map((distance) => distanceLogit(distance, asked.limits.map));
      const counted = countedDistances(distances, cells, picture, image, prepared);
      ofImage[opinion] = distanceLogit(topMean(counted), asked.limits.image);
    }
    return { answer: this.#fuse(logits, ofImage, image, prepared), used, notices };
  }

  #fuse(
    logits: PerOpinion<Float32Array>,
    ofImage: PerOpinion<number>,
    { language: { width, height }, cells }: OpinionImage,
    { settings }: PreparedComparison,
  ): OpinionAnswer {
    const there = OPINIONS.filter((opinion) => logits[opinion]);
    const weights = opinionWeights(there, settings.weights);
    const map = (data: Float32Array): ScoreMap => ({ width, height, data });
    const seen = (whole: ScoreMap) => (cells ? clearOutside(whole, cells) : whole);
    return {
      fused: map(fuseMaps(logits, weights, this.#theta)),
      maps: Object.fromEntries(there.map((opinion) => [opinion, seen(map(logits[opinion]!.map(sigmoid)))])),
      scores: there.map((opinion) => ({
        opinion,
        score: sigmoid(ofImage[opinion]!),
        weight: weights[opinion]!,
      })),
      score: fuseLogits(ofImage, weights, this.#theta),
    };
  }

  async #prepare(comparison: Comparison, signal: AbortSignal | undefined): Promise<PreparedComparison> {
    // Token files are named by all that decides them, the recipe's words too.
    const { hash, references, crowd } = comparison;
    const key = [hash, ...[...references, ...crowd].map(({ path }) => path)].join('\n');
    const ready = this.#prepared.get(key);
    if (ready) return ready;
    const preparing = { search: this.#search, packHash: this.#packHash, known: this.#known };
    const prepared = await prepareComparison(comparison, preparing, signal);
    this.#prepared.set(key, prepared);
    return prepared;
  }
}

/** How far every token is; undefined when there is nothing but the picture itself. */
async function distancesOf(
  opinion: 'consensus' | 'references',
  { panel }: PreparedOpinion,
  picture: ComparedPicture,
  signal: AbortSignal | undefined,
): Promise<Float32Array | undefined> {
  const cosines = await panel.cosines(picture, signal);
  return opinion === 'consensus' ? distanceToCrowd(cosines) : distanceToAny(cosines);
}

/** Distances of the tokens whose middle is looked at; of cells, where an area lies between them. */
function countedDistances(
  distances: Float32Array,
  onMap: Float32Array,
  picture: ComparedPicture,
  { cells, alignment, frame }: OpinionImage,
  { variant }: PreparedComparison,
): Float32Array {
  if (!cells) return distances;
  const { width, height } = picture.views[0]!;
  const token = CELLS_OF_TOKEN[variant.scale] * frame.cell;
  const tokens = distances.filter((_, i) => {
    const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
    const at = alignment
      ? fromAligned({ x: (x * alignment.size) / width, y: (y * alignment.size) / height }, alignment)
      : { x: x * token, y: y * token };
    return isLookedAt(at, cells, frame);
  });
  return tokens.length > 0 ? tokens : onMap.filter((_, i) => cells[i] === 1);
}

/** Distances of tokens on the cells of the coarse map. */
function onCells(
  distances: Float32Array,
  picture: ComparedPicture,
  { alignment, frame, language }: OpinionImage,
  { variant }: PreparedComparison,
): Float32Array {
  const { width, height } = picture.views[0]!;
  const tokens = { width, height, data: distances };
  if (!alignment) return tokensToCells(tokens, variant.scale, language);
  // Where the part is not, it is as far as anywhere.
  const middle = distances.toSorted()[distances.length >> 1]!;
  return mapFromAligned(tokens, alignment, frame, MAP_SIDE, middle).data;
}
