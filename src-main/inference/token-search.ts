import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';
import type { Session, Tensor } from './ort.ts';
import { finite } from './tensor-values.ts';

/** Cosines that are held at a time: 64 MB. */
const TILE = 1 << 24;
/** Added where a window excludes a token: no cosine can make up for it. */
const EXCLUDED = -4;

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
  readonly #windows = new Map<string, Tensor>();

  constructor(sessions: { readonly nearest: Session; readonly nearestInWindow: Session }) {
    this.#plain = sessions.nearest;
    this.#windowed = sessions.nearestInWindow;
  }

  /**
   * The largest cosine of every token with those of each picture, picture by picture.
   * @param window tokens, along both axes, within which the nearest must lie; null: anywhere, as in pictures on a grid
   *   of another size
   * @throws ClipSamError `cancelled`, between two tiles
   */
  async nearest(
    tokens: UnitTokens,
    bank: TokenBank,
    window: number | null,
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
      const answer = isWindowed
        ? await this.#windowed.run({ queries, memory, away: this.#away(width, height, window) })
        : await this.#plain.run({ queries, memory });
      const values = finite(answer, 'nearest');
      for (let picture = 0; picture < tile.pictures; picture++) {
        nearest.push(values.slice(picture * width * height, (picture + 1) * width * height));
      }
    }
    return nearest;
  }

  /** 0 for pairs of places within the window, {@link EXCLUDED} for others. */
  #away(width: number, height: number, window: number): Tensor {
    const key = `${width} ${height} ${window}`;
    const known = this.#windows.get(key);
    if (known) return known;
    const count = width * height;
    const data = new Float32Array(count * count).fill(EXCLUDED);
    for (let y = 0, row = 0; y < height; y++)
      for (let x = 0; x < width; x++, row += count) {
        const left = Math.max(0, x - window);
        const right = Math.min(width, x + window + 1);
        for (let v = Math.max(0, y - window); v < Math.min(height, y + window + 1); v++) {
          data.fill(0, row + v * width + left, row + v * width + right);
        }
      }
    const away: Tensor = { type: 'float32', dims: [count, count], data };
    // One at a time: at full grid it is 64 MB.
    this.#windows.clear();
    this.#windows.set(key, away);
    return away;
  }
}
