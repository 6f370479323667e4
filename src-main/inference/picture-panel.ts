import { farthestTokens, pickTokens } from '../pipeline/token-choice.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';
import { RecentMap } from './recent-map.ts';
import { type TokenBank, type TokenSearch, type TokenWindow, tokenBank } from './token-search.ts';

/** A picture ready to be compared. */
export interface ComparedPicture {
  /** Names the picture: one is never compared with itself or a copy of itself. */
  readonly key: string;
  /** As it lies, then turned and mirrored. */
  readonly views: readonly UnitTokens[];
}

/** Tokens of accepted parts that are searched: of more than 16 at half the grid's side each keeps a part. */
export const MOST_TOKENS = 1 << 14;
/** Maps that are kept of pairs of pictures: those of 64 pictures with one another. */
const KEPT_PAIRS = 4096;
/** Choices of tokens that are kept. */
const KEPT_CHOICES = 1024;

/** What stays the same when a panel changes by one picture. */
export class KnownPictures {
  /** Cosines of pairs of pictures. */
  readonly pairs = new RecentMap<string, Float32Array>(KEPT_PAIRS);
  /** Tokens chosen of a picture's. */
  readonly choices = new RecentMap<string, Int32Array>(KEPT_CHOICES);
}

export interface PanelOptions {
  readonly search: TokenSearch;
  readonly known: KnownPictures;
  /** Names all that decides the tokens of a picture, besides the picture. */
  readonly tokensAre: string;
  /** See `TokenSearch`. */
  readonly window: TokenWindow | null;
  /** Tokens at most; of more than that each picture keeps the same number. Default: all. */
  readonly mostTokens?: number;
}

/** Pictures that others are compared with. */
export class PicturePanel {
  readonly pictures: readonly ComparedPicture[];
  readonly #options: PanelOptions;
  /** Tokens that are left of each view; undefined: all. */
  readonly #share: number | undefined;
  readonly #bank: TokenBank;
  /** Of each view in the bank, its picture's key. */
  readonly #owners: readonly string[];

  constructor(pictures: readonly ComparedPicture[], options: PanelOptions) {
    this.pictures = pictures;
    this.#options = options;
    this.#owners = pictures.flatMap(({ key, views }) => views.map(() => key));
    this.#share = shareOf(this.#owners.length, pictures[0]?.views[0], options);
    this.#bank = this.#bankOf(pictures);
  }

  /**
   * The largest cosine of every token of a picture with each view of the panel's, but for those with its own key.
   * @throws ClipSamError `cancelled`
   */
  async cosines(picture: ComparedPicture, signal?: AbortSignal): Promise<Float32Array[]> {
    const { search, window } = this.#options;
    const found = await search.nearest(picture.views[0]!, this.#bank, window, signal);
    return found.filter((_, view) => this.#owners[view] !== picture.key);
  }

  /**
   * As {@link cosines}, but one map for each of the panel's pictures; what is known of pairs isn't computed again.
   * @throws ClipSamError `cancelled`
   */
  async knownCosines(picture: ComparedPicture, signal?: AbortSignal): Promise<Float32Array[]> {
    const { search, known, tokensAre, window } = this.#options;
    const nameOf = ({ key }: ComparedPicture) => `${tokensAre} ${this.#share} ${picture.key} ${key}`;
    const others = this.pictures.filter(({ key }) => key !== picture.key);
    const found = new Map(others.map((other) => [other, known.pairs.get(nameOf(other))]));
    const missing = others.filter((other) => !found.get(other));
    if (missing.length > 0) {
      const searched = missing.length < others.length ? missing : this.pictures;
      const bank = searched === missing ? this.#bankOf(missing) : this.#bank;
      const cosines = await search.nearest(picture.views[0]!, bank, window, signal);
      let at = 0;
      for (const other of searched) {
        const views = cosines.slice(at, at + other.views.length);
        at += other.views.length;
        if (found.has(other)) found.set(other, largestOf(views));
      }
      for (const other of missing) known.pairs.set(nameOf(other), found.get(other)!);
    }
    return others.map((other) => found.get(other)!);
  }

  #bankOf(pictures: readonly ComparedPicture[]): TokenBank {
    return tokenBank(pictures.flatMap(({ key, views }) => views.map((view, i) => this.#left(view, key, i))));
  }

  #left(view: UnitTokens, key: string, index: number): UnitTokens {
    const share = this.#share;
    if (share === undefined) return view;
    const { choices } = this.#options.known;
    const name = `${this.#options.tokensAre} ${key} ${index}`;
    const known = choices.get(name);
    const places = known && known.length >= share ? known : farthestTokens(view, share);
    choices.set(name, places);
    return pickTokens(view, places.subarray(0, share));
  }
}

/** Halved until they fit: a panel that grows by one keeps most of what is known of it. */
function shareOf(
  views: number,
  view: UnitTokens | undefined,
  { mostTokens = Number.POSITIVE_INFINITY, window }: PanelOptions,
): number | undefined {
  // A choice of tokens has no places that a window could be laid around.
  if (!view || window !== null) return undefined;
  const tokens = view.width * view.height;
  let share = tokens;
  while (share * views > mostTokens && share > 1) share = Math.ceil(share / 2);
  return share < tokens ? share : undefined;
}

function largestOf(views: readonly Float32Array[]): Float32Array {
  const [first, ...others] = views;
  for (const view of others) for (let i = 0; i < view.length; i++) first![i] = Math.max(first![i]!, view[i]!);
  return first!;
}
