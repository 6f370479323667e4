import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';
import type { Session, Tensor } from './ort.ts';
import { finite } from './tensor-values.ts';

/** Cosines that are held at a time: 64 MB. */
const TILE = 1 << 24;
/** Added where a window excludes a token: no cosine can make up for it. */
const EXCLUDED = -4;

/** Rows of tokens whose like is looked for at a time, at least: fewer would have most of the rows in common. */
const LEAST_BAND = 8;

/** How many tokens away, along each axis, a token's like may lie. */
export interface TokenWindow {
  readonly rows: number;
  readonly columns: number;
}

/** Tokens of pictures on grids of one size, [pictures, channels, tokens]. */
interface Tile {
  /** Place of its first picture. */
  readonly first: number;
  readonly pictures: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Pictures whose tokens are searched, as ONNX Runtime takes them. */
export interface TokenBank {
  readonly pictures: number;
  readonly tiles: readonly Tile[];
}

/** Lays out pictures to be searched. Pictures on grids of another size than the one before begin a new tile. */
export function tokenBank(pictures: readonly UnitTokens[]): TokenBank {
  const tiles: Tile[] = [];
  for (let first = 0; first < pictures.length; ) {
    const { width, height, channels } = pictures[first]!;
    const tokens = width * height;
    const fits = Math.max(1, Math.floor(TILE / (tokens * tokens)));
    let end = first;
    while (
      end < pictures.length &&
      end - first < fits &&
      pictures[end]!.width === width &&
      pictures[end]!.height === height
    ) {
      end++;
    }
    const data = new Float32Array((end - first) * tokens * channels);
    for (let picture = first, to = 0; picture < end; picture++) {
      const from = pictures[picture]!.data;
      for (let c = 0; c < channels; c++)
        for (let token = 0; token < tokens; token++, to++) data[to] = from[token * channels + c]!;
    }
    tiles.push({ first, pictures: end - first, width, height, channels, data });
    first = end;
  }
  return { pictures: pictures.length, tiles };
}

/** Finds the nearest tokens of other pictures; see `buildNearestGraph`. */
export class TokenSearch {
  readonly #plain: Session;
  readonly #windowed: Session;
  /** What windows exclude on grids of one size. */
  readonly #windows = { of: '', tensors: new Map<string, Tensor>() };

  constructor(sessions: { readonly nearest: Session; readonly nearestInWindow: Session }) {
    this.#plain = sessions.nearest;
    this.#windowed = sessions.nearestInWindow;
  }

  /**
   * The largest cosine of every token with those of each picture, picture by picture.
   * @param window within which the nearest must lie; null: anywhere, as in pictures on a grid of another size
   * @throws ClipSamError `cancelled`, between two tiles
   */
  async nearest(
    tokens: UnitTokens,
    bank: TokenBank,
    window: TokenWindow | null,
    signal?: AbortSignal,
  ): Promise<Float32Array[]> {
    const { width, height, channels, data } = tokens;
    const queries: Tensor = { type: 'float32', dims: [width * height, channels], data };
    const nearest: Float32Array[] = [];
    for (const tile of bank.tiles) {
      throwIfCancelled(signal);
      const size = tile.width * tile.height;
      const memory: Tensor = { type: 'float32', dims: [tile.pictures, channels, size], data: tile.data };
      const isWindowed = window !== null && tile.width === width && tile.height === height;
      const values = isWindowed
        ? await this.#nearby(tokens, tile, window, signal)
        : finite(await this.#plain.run({ queries, memory }), 'nearest');
      for (let picture = 0; picture < tile.pictures; picture++) {
        nearest.push(values.slice(picture * width * height, (picture + 1) * width * height));
      }
    }
    return nearest;
  }

  /** Band by band, each with the rows that its windows reach: the others would be excluded anyway. */
  async #nearby(
    { width, height, channels, data }: UnitTokens,
    tile: Tile,
    window: TokenWindow,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const found = new Float32Array(tile.pictures * width * height);
    const band = Math.max(LEAST_BAND, 2 * window.rows);
    for (let top = 0; top < height; top += band) {
      throwIfCancelled(signal);
      const end = Math.min(height, top + band);
      const first = Math.max(0, top - window.rows);
      const last = Math.min(height, end + window.rows);
      const count = (end - top) * width;
      const size = (last - first) * width;
      const answer = await this.#windowed.run({
        queries: {
          type: 'float32',
          dims: [count, channels],
          data: data.slice(top * width * channels, end * width * channels),
        },
        memory: {
          type: 'float32',
          dims: [tile.pictures, channels, size],
          data: rowsOf(tile, first, last),
        },
        away: this.#away({ width, height, top, end, first, last }, window),
      });
      const values = finite(answer, 'nearest');
      for (let picture = 0; picture < tile.pictures; picture++) {
        const ofBand = values.subarray(picture * count, (picture + 1) * count);
        found.set(ofBand, (picture * height + top) * width);
      }
    }
    return found;
  }

  /** 0 for pairs of places within the window, {@link EXCLUDED} for others. */
  #away({ width, height, top, end, first, last }: Band, { rows, columns }: TokenWindow): Tensor {
    const grid = `${width} ${height} ${rows} ${columns}`;
    // Of one size of grid at a time: where windows are large, so are these.
    if (this.#windows.of !== grid) this.#windows.tensors.clear();
    this.#windows.of = grid;
    const key = `${top - first} ${end - first} ${last - first}`;
    const known = this.#windows.tensors.get(key);
    if (known) return known;
    const count = (last - first) * width;
    const data = new Float32Array((end - top) * width * count).fill(EXCLUDED);
    for (let y = top, row = 0; y < end; y++)
      for (let x = 0; x < width; x++, row += count) {
        const left = Math.max(0, x - columns);
        const right = Math.min(width, x + columns + 1);
        for (let v = Math.max(first, y - rows); v < Math.min(last, y + rows + 1); v++) {
          const from = row + (v - first) * width;
          data.fill(0, from + left, from + right);
        }
      }
    const away: Tensor = { type: 'float32', dims: [(end - top) * width, count], data };
    this.#windows.tensors.set(key, away);
    return away;
  }
}

/** Rows of a grid from `top` to before `end`, and those from `first` to before `last` that their windows reach. */
interface Band extends Pick<Tile, 'width' | 'height'> {
  readonly top: number;
  readonly end: number;
  readonly first: number;
  readonly last: number;
}

/** Some rows of all pictures of a tile, [pictures, channels, tokens]. */
function rowsOf(
  { pictures, channels, width, height, data }: Tile,
  first: number,
  last: number,
): Float32Array {
  if (last - first === height) return data;
  const count = (last - first) * width;
  const rows = new Float32Array(pictures * channels * count);
  for (let at = 0; at < pictures * channels; at++) {
    const from = (at * height + first) * width;
    rows.set(data.subarray(from, from + count), at * count);
  }
  return rows;
}
