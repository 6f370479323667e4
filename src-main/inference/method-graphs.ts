import type { Pack } from '../../src-shared/pack.ts';
import { encodeModel } from '../graph/model.ts';
import type { WeightTensor } from '../graph/safetensors.ts';
import type { FeedTensor } from '../graph/umci-feeds.ts';
import type { MethodGraph, VisionFile } from '../methods/method.ts';
import type { Session } from './ort.ts';
import { type PathOf, type RunnableFile, readVisionPart, sizedVision, weightsOf } from './pack-models.ts';
import type { Stopwatch } from './stopwatch.ts';
import { finite } from './tensor-values.ts';

/** Opens a session of a graph that no file of a pack is. */
export type OpenGraph = (file: RunnableFile) => Promise<Session>;

/** The graphs that methods make of a pack's files, each opened when it is first asked. */
export class MethodGraphs {
  readonly #pack: Pack;
  readonly #pathOf: PathOf;
  readonly #open: OpenGraph;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(pack: Pack, pathOf: PathOf, open: OpenGraph) {
    this.#pack = pack;
    this.#pathOf = pathOf;
    this.#open = open;
  }

  /** @throws ClipSamError `model-tensor-unknown`, `model-file-invalid`, `pack-invalid` */
  async vision(): Promise<VisionFile> {
    return sizedVision(this.#pack, await readVisionPart(this.#pack, this.#pathOf));
  }

  /** @throws ClipSamError `model-file-invalid` */
  weights(file: string): Promise<ReadonlyMap<string, WeightTensor>> {
    return weightsOf(file, this.#pathOf);
  }

  /**
   * @param feeds what the graph doesn't take is left out
   * @throws ClipSamError `inference-failed` of answers that are no numbers, and as {@link vision}
   */
  async run(
    graph: MethodGraph,
    feeds: Readonly<Record<string, FeedTensor>>,
    clock: Stopwatch,
  ): Promise<Record<string, FeedTensor>> {
    const session = await this.#sessionOf(graph);
    const taken = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const outputs = await clock.run('umci', session, Object.fromEntries(taken));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { dims }]) => [
        name,
        { type: 'float32', dims, data: finite(outputs, name) },
      ]),
    );
  }

  #sessionOf({ key, build }: MethodGraph): Promise<Session> {
    const known = this.#sessions.get(key);
    if (known) return known;
    const opened = build().then(({ model, externalFolder }) =>
      this.#open({ bytes: encodeModel(model), ...(externalFolder && { externalFolder }) }),
    );
    this.#sessions.set(key, opened);
    // What failed once is tried again.
    opened.catch(() => this.#sessions.delete(key));
    return opened;
  }
}
