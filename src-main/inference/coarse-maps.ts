import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { CLIPSAM, type MethodName } from '../../src-shared/method.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { FeedTensor } from '../graph/umci-feeds.ts';
import type { MethodImage, MethodTools } from '../methods/method.ts';
import { lackOf, mapMethod } from '../methods/registry.ts';
import type { EncoderImage } from './encoder-image.ts';
import type { MethodGraphs } from './method-graphs.ts';
import { RecentMap } from './recent-map.ts';
import type { Stopwatch } from './stopwatch.ts';
import { floats } from './tensor-values.ts';
import type { Encoded, LanguageRecipe, LookedAt, Towers } from './towers.ts';

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

/** Makes coarse maps: both towers, then the pack's head, or another method. */
export class CoarseMaps {
  readonly #pack: Pack;
  readonly #towers: Towers;
  readonly #graphs: MethodGraphs;
  readonly #encodings = new RecentMap<string, { readonly encoded: Encoded; readonly ms: number }>(
    RECENT_ENCODINGS,
  );

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
      pixels: { type: 'float32', dims: [1, 3, inputSize, inputSize], data: image.pixels },
      stages: encoded.stages,
      content: this.#towers.content(image.frame),
      language,
    };
    const coarse = await mapMethod(name).coarse(seen, {
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
    });
    return { ...encoded, coarse };
  }

  async #encode(image: EncoderImage, { clock, sideBySide }: LookOptions): Promise<Encoded> {
    if (!sideBySide) return this.#towers.encode(image, clock);
    const key = JSON.stringify([image.key, image.frame]);
    const known = this.#encodings.get(key);
    if (known) {
      // Each method is measured as if it ran alone.
      clock.timings.encode += known.ms;
      clock.spared += known.ms;
      return known.encoded;
    }
    const before = clock.timings.encode;
    const encoded = await this.#towers.encode(image, clock);
    this.#encodings.set(key, { encoded, ms: clock.timings.encode - before });
    return encoded;
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
