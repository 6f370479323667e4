import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import type { EncoderImage, TowerPair } from './encoder-image.ts';
import type { ModelSessions } from './engine-sessions.ts';
import { RecentMap } from './recent-map.ts';
import { type Embedding, type MaskLogits, Segmenter } from './segmenter.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Encoded, Towers } from './towers.ts';

/**
 * Bytes of embeddings kept for further prompts on images just seen where four images are under way: 4 MB each by SAM's
 * first version, 16 by SAM 2.1.
 */
const RECENT_EMBEDDINGS = 64 << 20;

/** SAM asked about images; embeddings of those just seen are kept, whichever tower made them. */
export class ImageSegmenter {
  readonly #towers: Towers;
  readonly #sam: Segmenter;
  readonly #isOfVision: boolean;
  readonly #embeddings: RecentMap<string, Embedding>;

  constructor(
    towers: Towers,
    sessions: Pick<ModelSessions, 'decoder' | 'segmenterEncoder'>,
    pack: TowerPair,
    imagesUnderWay: number,
  ) {
    this.#towers = towers;
    this.#sam = new Segmenter(sessions, pack);
    this.#isOfVision = pack.segmenter.encoder.kind === 'vision';
    this.#embeddings = new RecentMap((RECENT_EMBEDDINGS / 4) * imagesUnderWay, embeddingBytes);
  }

  /** The embedding of an image by its key, where it is still there. */
  kept(key: string): Embedding | undefined {
    return this.#embeddings.get(key);
  }

  /** The vision tower alone; the embedding that it makes on its way is kept. */
  async encodeVision(image: EncoderImage, clock: Stopwatch): Promise<Encoded> {
    const encoded = await this.#towers.encode(image, clock);
    this.keep(image, encoded);
    return encoded;
  }

  /** Keeps the embedding that the vision tower made on its way. */
  keep({ key, frame }: EncoderImage, { embedding }: Encoded): void {
    if (embedding) this.#embeddings.set(key, { frame, tensors: [embedding] });
  }

  /** The embedding of an image, made where it is not there. */
  async embeddingOf(image: EncoderImage, clock: Stopwatch): Promise<Embedding> {
    const known = this.#embeddings.get(image.key);
    if (known) return known;
    if (this.#isOfVision) {
      await this.encodeVision(image, clock);
    } else {
      this.#embeddings.set(image.key, await this.#sam.encode(image, clock));
    }
    return this.#embeddings.get(image.key)!;
  }

  /**
   * Masks for each of the prompts; an encoder of SAM's own runs only now, and once; for no prompts it doesn't.
   * @throws ClipSamError `cancelled`, and as {@link Segmenter.decode}
   */
  async ask(
    image: EncoderImage,
    prompts: readonly DecoderPrompts[],
    clock: Stopwatch,
    signal?: AbortSignal,
  ): Promise<MaskLogits[]> {
    if (prompts.length === 0) return [];
    throwIfCancelled(signal);
    return this.decode(prompts, await this.embeddingOf(image, clock), clock, signal);
  }

  /** Asks SAM about an image, prompt by prompt. */
  asker(image: EncoderImage, clock: Stopwatch): (prompts: DecoderPrompts) => Promise<MaskLogits> {
    return async (prompts) => (await this.ask(image, [prompts], clock))[0]!;
  }

  /** An image through SAM's own encoder; nothing is kept. */
  encode(image: EncoderImage, clock: Stopwatch): Promise<Embedding> {
    return this.#sam.encode(image, clock);
  }

  /** Masks for each of the prompts in an image whose embedding is at hand. */
  decode(
    prompts: readonly DecoderPrompts[],
    embedding: Embedding,
    clock: Stopwatch,
    signal?: AbortSignal,
  ): Promise<MaskLogits[]> {
    return this.#sam.decode(prompts, embedding, clock, signal);
  }
}

function embeddingBytes({ tensors }: Embedding): number {
  return tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
}
