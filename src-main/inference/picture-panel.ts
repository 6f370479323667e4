import { Random } from '../../src-shared/random.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';
import { RecentMap } from './recent-map.ts';
import { type TokenBank, type TokenSearch, tokenBank } from './token-search.ts';

/** A picture ready to be compared. */
export interface ComparedPicture {
  /** Names the picture: one is never compared with itself or a copy of itself. */
  readonly key: string;
  /** As it lies, then turned and mirrored. */
  readonly views: readonly UnitTokens[];
}

/** Tokens of a panel at half the grid's side: 16 pictures with all that they have. */
const MOST_TOKENS = 1 << 14;
/** Maps that are kept of pairs of pictures: those of 64 pictures with one another. */
const KEPT_PAIRS = 4096;

/** Cosines of pairs of pictures, by how they are compared: what stays the same when a panel changes by one. */
export type KnownPairs = RecentMap<string, Float32Array>;
export const knownPairs = (): KnownPairs => new RecentMap(KEPT_PAIRS);

/** Pictures that others are compared with. Of more than 16 a part of their tokens, the same number of each. */
export class PicturePanel {
  readonly pictures: readonly ComparedPicture[];
  readonly #search: TokenSearch;
  readonly #window: number | null;
  /** Tokens that are left of each picture; undefined: all. */
  readonly #share: number | undefined;
  readonly #bank: TokenBank;
  /** Of each view in the bank, its picture's key. */
  readonly #owners: readonly string[];

  /** @param window see `TokenSearch` */
  constructor(pictures: readonly ComparedPicture[], search: TokenSearch, window: number | null) {
    this.pictures = pictures;
    this.#search = search;
    this.#window = window;
    const views = pictures.reduce((sum, picture) => sum + picture.views.length, 0);
    // A choice of tokens has no places that a window could be laid around.
    this.#share = window === null ? shareOf(views, pictures[0]?.views[0]) : undefined;
    this.#bank = this.#bankOf(pictures);
    this.#owners = pictures.flatMap(({ key, views }) => views.map(() => key));
  }

  /**
   * The largest cosine of every token of a picture with each of the panel's, but for those with its own key.
   * @throws ClipSamError `cancelled`
   */
  async cosines(picture: ComparedPicture, signal?: AbortSignal): Promise<Float32Array[]> {
    const found = await this.#search.nearest(picture.views[0]!, this.#bank, this.#window, signal);
    return found.filter((_, view) => this.#owners[view] !== picture.key);
  }

  /**
   * As {@link cosines}, for each of the panel's own pictures: what is known of pairs isn't computed again.
   * @param how names all that decides how tokens are compared
   */
  async ownCosines(known: KnownPairs, how: string, signal?: AbortSignal): Promise<Float32Array[][]> {
    const all: Float32Array[][] = [];
    for (const picture of this.pictures) {
      const nameOf = (other: ComparedPicture) => `${how} ${this.#share} ${picture.key} ${other.key}`;
      const others = this.pictures.filter(({ key }) => key !== picture.key);
      const missing = others.filter((other) => !known.get(nameOf(other)));
      const fresh = new Map<ComparedPicture, Float32Array>();
      if (missing.length > 0) {
        const bank = missing.length < others.length ? this.#bankOf(missing) : this.#bank;
        const searched = missing.length < others.length ? missing : this.pictures;
        const found = await this.#search.nearest(picture.views[0]!, bank, this.#window, signal);
        let at = 0;
        for (const other of searched) {
          const views = found.slice(at, at + other.views.length);
          at += other.views.length;
          fresh.set(other, largestOf(views));
        }
      }
      all.push(others.map((other) => fresh.get(other) ?? known.get(nameOf(other))!));
      for (const [other, cosines] of fresh) known.set(nameOf(other), cosines);
    }
    return all;
  }

  #bankOf(pictures: readonly ComparedPicture[]): TokenBank {
    return tokenBank(
      pictures.flatMap(({ key, views }) =>
        views.map((view, i) =>
          this.#share === undefined ? view : someTokens(view, this.#share, `${key}/${i}`),
        ),
      ),
    );
  }
}

/** Tokens per view that are left, by steps of two: then a panel that grows by one keeps most of what is known of it. */
function shareOf(views: number, view: UnitTokens | undefined): number | undefined {
  if (!view) return undefined;
  const tokens = view.width * view.height;
  let share = tokens;
  while (share * views > MOST_TOKENS * Math.max(1, tokens / 1024) && share > 1) share = Math.ceil(share / 2);
  return share < tokens ? share : undefined;
}

/** A seeded choice of a picture's tokens, in a row. */
function someTokens({ width, height, channels, data }: UnitTokens, count: number, seed: string): UnitTokens {
  const random = new Random(`tokens/${seed}`);
  const order = Array.from({ length: width * height }, (_, i) => i);
  const some = new Float32Array(count * channels);
  for (let i = 0; i < count; i++) {
    const other = random.int(i, order.length - 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
    some.set(data.subarray(order[i]! * channels, (order[i]! + 1) * channels), i * channels);
  }
  return { width: count, height: 1, channels, data: some };
}

function largestOf(views: readonly Float32Array[]): Float32Array {
  const [first, ...others] = views;
  for (const view of others) for (let i = 0; i < view.length; i++) first![i] = Math.max(first![i]!, view[i]!);
  return first!;
}
