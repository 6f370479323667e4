import { readFile } from 'node:fs/promises';
import type { DeviceReport } from '../../src-shared/device.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { PartDoubt, PartMark, PartSeed } from '../../src-shared/inspection-area.ts';
import type { ServerState } from '../../src-shared/model-servers.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { type LanguageRecipe, mapDecidedBy } from '../methods/map-recipe.ts';
import { type CellMask, clearOutside, clipLevels } from '../pipeline/area-mask.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import { frameSide } from '../pipeline/fit.ts';
import { comparedStages, keptTokens } from '../pipeline/image-tokens.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { regionPrompts } from '../pipeline/region-prompts.ts';
import { findRegions, minRegionCells } from '../pipeline/regions.ts';
import { type EncodedStages, findPart, lookAt, partSeed } from './area-lookup.ts';
import { refuseWithoutBoxesOnce } from './box-check.ts';
import { CoarseMaps } from './coarse-maps.ts';
import type { EncoderImage } from './encoder-image.ts';
import { type OpenedOnDevice, type OpeningOptions, openOnDevice } from './engine-opening.ts';
import { ImageSegmenter } from './image-segmenter.ts';
import { imagesUnderWay } from './images-under-way.ts';
import type { ComparisonProgress, Rescored, RescoreJob } from './inference-protocol.ts';
import { MethodGraphs } from './method-graphs.ts';
import { type Compared, type ComparingOptions, Opinions } from './opinions.ts';
import type { LoadedPack } from './pack-loader.ts';
import { RecentMap } from './recent-map.ts';
import { rescore } from './rescore.ts';
import type {
  CoarseAnswer,
  DecodedLogits,
  EmbedAnswer,
  Others,
  Segmentation,
  SegmentRecipe,
} from './segmentation.ts';
import type { Embedding } from './segmenter.ts';
import { Stopwatch } from './stopwatch.ts';
import { TokenSearch } from './token-search.ts';
import { openTokenizer, type Tokenizer } from './tokenizer.ts';
import { type Encoded, FRAME_TOKENS, type LookedAt, Towers } from './towers.ts';

/** Tokens and language maps kept for another comparison of images just seen; some 15 MB each. */
const RECENT_LOOKS = 3;

/**
 * Owns the sessions of a pack and runs the pipeline's neural half. Where this machine computes, that blocks its thread, and
 * callers queue; where servers do, several images may be under way.
 */
export class Engine {
  readonly device: DeviceReport;
  readonly #pack: Pack;
  readonly #packHash: string;
  readonly #opinions: Opinions;
  readonly #towers: Towers;
  readonly #maps: CoarseMaps;
  readonly #sam: ImageSegmenter;
  readonly #looks = new RecentMap<string, LookedAt>(RECENT_LOOKS);
  readonly #serverStates: OpenedOnDevice['serverStates'];
  #lastComparison: Promise<unknown> = Promise.resolve();

  private constructor(
    { pack, packHash, pathOf }: LoadedPack,
    { sessions, device, openGraph, serverStates }: OpenedOnDevice,
    tokenizer: Tokenizer,
  ) {
    this.#pack = pack;
    this.#packHash = packHash;
    this.#opinions = new Opinions(new TokenSearch(sessions), { pack, packHash });
    this.#towers = new Towers(pack, sessions, tokenizer);
    this.#maps = new CoarseMaps(pack, this.#towers, new MethodGraphs(pack, pathOf, openGraph));
    this.#sam = new ImageSegmenter(this.#towers, sessions, pack, imagesUnderWay(device));
    this.device = device;
    this.#serverStates = serverStates;
  }

  /** Opens the pack's sessions and tokeniser. @throws ClipSamError as {@link openOnDevice}; `pack-invalid` */
  static async open(loaded: LoadedPack, options: OpeningOptions): Promise<Engine> {
    const { tokenizer: entry } = loaded.pack.text;
    const tokenizer = openTokenizer(await readFile(loaded.pathOf(entry), 'utf8'), entry);
    const opened = await openOnDevice(loaded, options);
    await refuseWithoutBoxesOnce(loaded.pack, opened.sessions.decoder, opened.device, options.verdicts);
    return new Engine(loaded, opened, tokenizer);
  }

  /** How the inference servers stand; none: this machine was asked for. */
  get serverStates(): readonly ServerState[] {
    return this.#serverStates?.() ?? [];
  }

  /**
   * Text and vision towers, UMCI, MMR's regions and SAM's masks for them. Nothing above θ: no SAM call, but for the part.
   * @param others what it is compared with, and where to look: elsewhere the map is 0 and no mask
   * @param onPrepared hears how far the comparison is, when it is the first with it
   * @throws ClipSamError `text-too-long`, `cancelled` (between two sessions), `inference-failed` when a model answers
   *   with values that are no numbers
   */
  async segment(
    image: EncoderImage,
    recipe: SegmentRecipe,
    signal?: AbortSignal,
    others: Others = {},
    onPrepared?: (progress: ComparisonProgress) => void,
  ): Promise<Segmentation> {
    const { frame } = image;
    const clock = new Stopwatch(signal);
    const seen = await this.#lookOnce(image, recipe, others, clock, signal);
    const area =
      others.area && (await lookAt(others.area, this.#encoded(image, seen), this.#sam.asker(image, clock)));
    const compared = await this.#compare(
      image,
      others,
      { ...seen, cells: others.counted ?? area?.cells },
      clock,
      {
        signal,
        onPrepared,
      },
    );
    const whole = compared?.answer?.fused ?? seen.coarse;
    const coarse = area && others.area?.clears !== false ? clearOutside(whole, area.cells) : whole;

    const start = performance.now();
    const found = findRegions(coarse, {
      theta: recipe.theta,
      minCells: minRegionCells(coarse, recipe.minRegionArea),
      maxRegions: others.mapOnly ? 0 : recipe.maxRegions,
    }).map((region) => ({ region, prompts: regionPrompts(region, coarse, frame, recipe.pointsPerRegion) }));
    clock.timings.regions += performance.now() - start;

    const asked = recipe.method?.refine === false ? [] : found.map(({ prompts }) => prompts);
    const answers = await this.#sam.ask(image, asked, clock, signal);
    const regions = found.map((region, i): RegionMasks => {
      const levels = answers[i] ?? [];
      return { ...region, levels: area ? clipLevels(levels, area.cells, frame) : levels };
    });
    const { timings, spared: sparedMs, served } = clock;
    return { coarse, compared, area, regions, timings, sparedMs, served };
  }

  /** What other images say; undefined when there are none to compare with. */
  async #compare(
    { key, frame }: EncoderImage,
    { aligned, comparison }: Others,
    { coarse: language, stages, cells }: LookedAt & { readonly cells: CellMask | undefined },
    clock: Stopwatch,
    options: ComparingOptions,
  ): Promise<Compared | undefined> {
    if (!comparison) return undefined;
    const compared = comparedStages(stages.length);
    const own = aligned
      ? this.#towers.frameTokens(await this.#towers.encode(aligned.image, clock), aligned.image.frame)
      : this.#towers.frameTokens({ stages }, frame);
    throwIfCancelled(options.signal);
    const start = performance.now();
    const alignment = aligned?.alignment ?? null;
    const image = { key, frame, tokens: keptTokens(own, compared), alignment, language, cells };
    const answer = await this.#oneByOne(() => this.#opinions.of(image, comparison, options));
    clock.timings.compare += performance.now() - start;
    return answer;
  }

  /** Scores images again by their tokens; see `rescore`. @throws ClipSamError `cancelled` */
  async rescore(
    job: RescoreJob,
    signal?: AbortSignal,
    onPrepared?: (progress: ComparisonProgress) => void,
  ): Promise<readonly (readonly Rescored[] | null)[]> {
    const inputSize = frameSide(this.#pack.vision);
    const by = { opinions: this.#opinions, packHash: this.#packHash, inputSize };
    return this.#oneByOne(() => rescore(job, by, { signal, onPrepared }));
  }

  /** The first image of a comparison prepares what the next ones need. */
  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#lastComparison.then(work);
    this.#lastComparison = mine.catch(() => {});
    return mine;
  }

  /**
   * What is remembered of a part that was clicked; undefined when SAM finds nothing there.
   * @throws ClipSamError `inference-failed` as {@link segment}
   */
  async partSeed(
    image: EncoderImage,
    mark: Pick<PartMark, 'point' | 'level'>,
  ): Promise<Omit<PartSeed, 'packHash'> | undefined> {
    const clock = new Stopwatch();
    const encoded = await this.#sam.encodeVision(image, clock);
    return partSeed(mark, this.#encoded(image, encoded), this.#sam.asker(image, clock));
  }

  /** The cells of the part that resembles a clicked one. @throws ClipSamError `inference-failed` as {@link segment} */
  async partCells(
    image: EncoderImage,
    seed: Omit<PartSeed, 'packHash'>,
  ): Promise<{ readonly cells: CellMask } | { readonly doubt: PartDoubt }> {
    const clock = new Stopwatch();
    const encoded = await this.#sam.encodeVision(image, clock);
    return findPart(seed, this.#encoded(image, encoded), this.#sam.asker(image, clock));
  }

  #encoded({ frame }: EncoderImage, encoded: Pick<Encoded, 'stages'>): EncodedStages {
    return { frame, stages: this.#towers.frameTokens(encoded, frame), grid: FRAME_TOKENS };
  }

  /**
   * Makes SAM's embedding of an image ahead, for {@link askSam}.
   * @returns false when it is not there and no image came with the question
   */
  async prepareSam(key: string, image?: EncoderImage): Promise<boolean> {
    if (image) await this.#sam.embeddingOf(image, new Stopwatch());
    return this.#sam.kept(key) !== undefined;
  }

  /**
   * The coarse map alone, as in {@link segment}; its embedding is kept for {@link askSam}.
   * @throws ClipSamError as {@link segment}
   */
  async coarseMap(image: EncoderImage, recipe: LanguageRecipe, signal?: AbortSignal): Promise<CoarseAnswer> {
    const clock = new Stopwatch(signal);
    const { coarse } = await this.#look(image, recipe, clock, signal);
    return { coarse, timings: clock.timings, served: clock.served };
  }

  /**
   * What others are compared with: tokens and language map. Nothing is kept here.
   * @throws ClipSamError as {@link segment}
   */
  async embed(image: EncoderImage, recipe: LanguageRecipe, signal?: AbortSignal): Promise<EmbedAnswer> {
    const clock = new Stopwatch(signal);
    let embedding: Embedding | undefined;
    const look = await this.#maps.look(image, recipe, {
      ...{ clock, signal },
      onEncoded: ({ embedding: own }) => {
        embedding = own && { frame: image.frame, tensors: [own] };
      },
      // Views of a picture have its key: their embeddings are nobody else's.
      askSam: async (prompts) => {
        embedding ??= await this.#sam.encode(image, clock);
        return this.#sam.decode(prompts, embedding, clock, signal);
      },
    });
    const stages = this.#towers.frameTokens(look, image.frame);
    return { coarse: look.coarse, tokens: keptTokens(stages, comparedStages(stages.length)) };
  }

  /** As {@link #look}; what is compared with one thing after the other is looked at once. */
  async #lookOnce(
    image: EncoderImage,
    recipe: LanguageRecipe,
    { comparison, sideBySide }: Others,
    clock: Stopwatch,
    signal: AbortSignal | undefined,
  ): Promise<LookedAt> {
    // Side by side each method's time counts as if it ran alone: what another one has seen would be free.
    if (!comparison || sideBySide) return this.#look(image, recipe, clock, signal, sideBySide);
    const name = JSON.stringify([image.key, image.frame, mapDecidedBy(recipe)]);
    const known = this.#looks.get(name);
    if (known) {
      this.#sam.keep(image, known);
      return known;
    }
    const look = await this.#look(image, recipe, clock, signal);
    this.#looks.set(name, look);
    return look;
  }

  /** Both towers and the head; the embedding is kept for SAM. */
  async #look(
    image: EncoderImage,
    recipe: LanguageRecipe,
    clock: Stopwatch,
    signal: AbortSignal | undefined,
    sideBySide?: boolean,
  ): Promise<LookedAt> {
    return this.#maps.look(image, recipe, {
      ...{ clock, signal, sideBySide },
      onEncoded: (encoded) => this.#sam.keep(image, encoded),
      askSam: (prompts) => this.#sam.ask(image, prompts, clock, signal),
    });
  }

  /**
   * SAM's masks for prompts of the inspector's own.
   * @param image the image itself, for when its embedding is no longer there
   * @returns undefined when the embedding is needed and no image came with the question
   */
  async askSam(
    key: string,
    prompts: DecoderPrompts,
    image?: EncoderImage,
  ): Promise<DecodedLogits | undefined> {
    const clock = new Stopwatch();
    const embedding = image ? await this.#sam.embeddingOf(image, clock) : this.#sam.kept(key);
    if (!embedding) return undefined;
    const [levels] = await this.#sam.decode([prompts], embedding, clock);
    const { encode: encodeMs, decode: decodeMs } = clock.timings;
    return { frame: embedding.frame, levels: levels!, encodeMs, decodeMs, served: clock.served };
  }
}
