import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { CLIPSAM, type MethodName } from '../../src-shared/method.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { FeedTensor } from '../graph/umci-feeds.ts';
import type { LanguageRecipe } from '../methods/map-recipe.ts';
import type { MethodImage, MethodTools } from '../methods/method.ts';
import { lackOf, mapMethod } from '../methods/registry.ts';
import { type EncoderImage, floatPixels } from './encoder-image.ts';
import type { MethodGraphs } from './method-graphs.ts';
import { RecentMap } from './recent-map.ts';
import type { StepTimings, Stopwatch } from './stopwatch.ts';
import { floats } from './tensor-values.ts';
import type { Encoded, LookedAt, Towers } from './towers.ts';

/** What a look at an image may use besides the image. */
export interface LookOptions {
  readonly clock: Stopwatch;
  readonly signal?: AbortSignal | undefined;
  /** Gets what the vision tower said before the map is made: methods may ask SAM. */
  readonly onEncoded?: (encoded: Encoded) => void;
  readonly askSam: MethodTools['askSam'];
  /** True: other methods look at the same image next; see `InspectJob`. */
  readonly sideBySide?: boolean | undefined;
}

/** Images in flight whose encodings other methods take up; some 15 to 25 MB each. */
const RECENT_ENCODINGS = 4;
/** Things that methods share of them; some 2 MB each. */
const RECENT_SHARED = 4;

/** Something that was made, and what it took. */
interface Made<T> {
  readonly result: T;
  readonly timings: StepTimings;
}

/** Makes coarse maps: both towers, then the pack's head, or another method. */
export class CoarseMaps {
  readonly #pack: Pack;
  readonly #towers: Towers;
  readonly #graphs: MethodGraphs;
  readonly #encodings = new RecentMap<string, Made<Encoded>>(RECENT_ENCODINGS);
  readonly #shared = new RecentMap<string, Made<object>>(RECENT_SHARED);

  constructor(pack: Pack, towers: Towers, graphs: MethodGraphs) {
    this.#pack = pack;
    this.#towers = towers;
    this.#graphs = graphs;
  }

  /**
   * The coarse map, and what it was made of.
   * @throws ClipSamError `recipe-invalid` for a method that the pack can't run, `text-too-long`, `cancelled` (between two
   *   sessions), `inference-failed`
   */
  async look(image: EncoderImage, recipe: LanguageRecipe, options: LookOptions): Promise<LookedAt> {
    const { clock, signal } = options;
    const { name } = recipe.method ?? CLIPSAM;
    if (recipe.method) this.#refuse(name);
    throwIfCancelled(signal);
    const text = await this.#towers.language(recipe, clock);
    throwIfCancelled(signal);
    const encoded = await this.#encode(image, options);
    options.onEncoded?.(encoded);
    throwIfCancelled(signal);
    const head = () => this.#towers.headMap(encoded, text, image.frame, clock);
    if (name === 'clipsam') return { ...encoded, coarse: await head() };
    const { inputSize } = this.#pack.vision;
    const language: FeedTensor = { type: 'float32', dims: text.dims, data: floats({ text }, 'text') };
    const seen: MethodImage = {
      frame: image.frame,
      pixels: { type: 'float32', dims: [1, 3, inputSize, inputSize], data: floatPixels(image, this.#pack) },
      stages: encoded.stages,
      content: this.#towers.content(image.frame),
      language,
    };
    const { object, prompts, theta, minRegionArea, maxRegions } = recipe;
    const tools: MethodTools = {
      pack: this.#pack,
      vision: () => this.#graphs.vision(),
      weights: (file) => this.#graphs.weights(file),
      run: async (graph, feeds) => {
        throwIfCancelled(signal);
        return this.#graphs.run(graph, feeds, clock);
      },
      head,
      onCells: (map) => this.#towers.onCells(map, image.frame),
      askSam: options.askSam,
      regions: { theta, minRegionArea, maxRegions },
      shared: (key, make) =>
        this.#once(this.#shared, [key, image.key, image.frame, object, prompts], options, () =>
          clock.rest('regions', make),
        ),
    };
    const coarse = await clock.rest('regions', () => mapMethod(name).coarse(seen, tools));
    return { ...encoded, coarse };
  }

  #encode(image: EncoderImage, options: LookOptions): Promise<Encoded> {
    return this.#once(this.#encodings, [image.key, image.frame], options, () =>
      this.#towers.encode(image, options.clock),
    );
  }

  /** Side by side things are made once, and their time counts for each method, as if it ran alone. */
  async #once<T extends V, V extends object>(
    recent: RecentMap<string, Made<V>>,
    decidedBy: readonly unknown[],
    { clock, sideBySide }: LookOptions,
    make: () => Promise<T>,
  ): Promise<T> {
    if (!sideBySide) return make();
    const name = JSON.stringify(decidedBy);
    const known = recent.get(name) as Made<T> | undefined;
    if (known) {
      clock.addKnown(known.timings);
      return known.result;
    }
    const made = await clock.measure(make);
    recent.set(name, made);
    return made.result;
  }

  #refuse(name: MethodName): void {
    const lack = lackOf(name, this.#pack);
    if (!lack) return;
    throw new ClipSamError(
      'recipe-invalid',
      `The pack ${this.#pack.id} can't run the method ${name} (${lack}). Choose another method in the recipe, or another pack.`,
    );
  }
}
