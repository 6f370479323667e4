import type { Alignment } from '../../src-shared/alignment.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { toAligned } from './alignment.ts';
import type { TokenScale } from './image-tokens.ts';
import { coveredCells } from './map-peaks.ts';
import { pickTokens } from './token-choice.ts';
import { CELLS_OF_TOKEN } from './token-map.ts';
import type { UnitTokens } from './unit-tokens.ts';

/** Tokens of judged marks that are kept: more are thinned out evenly. */
const MOST_TOKENS = 8192;

/** Where an image's tokens lie: on its frame, or, with an alignment, on its part alone. */
export interface TokenPlace {
  readonly frame: Frame;
  readonly alignment: Alignment | null;
  readonly scale: TokenScale;
}

/** Places of the tokens that polygons in image pixels cover; at least one per polygon. */
export function tokensUnder(
  grid: Pick<UnitTokens, 'width' | 'height'>,
  polygons: readonly Polygon[],
  { frame, alignment, scale }: TokenPlace,
): number[] {
  // An aligned picture has the size of the encoder's square, as the frame.
  const token = frame.cell * CELLS_OF_TOKEN[scale];
  const onTokens = polygons.map((rings) =>
    rings.map((ring) =>
      ring.map(([x, y]) => {
        const inFrame = {
          x: (x * frame.width) / frame.imageWidth,
          y: (y * frame.height) / frame.imageHeight,
        };
        const place = alignment ? toAligned(inFrame, alignment) : inFrame;
        return [place.x / token, place.y / token] as [number, number];
      }),
    ),
  );
  return coveredCells(grid, onTokens);
}

/** Tokens of all parts in one row; undefined when there are none. */
export function joinTokens(parts: readonly UnitTokens[]): UnitTokens | undefined {
  const channels = parts[0]?.channels;
  const count = parts.reduce((sum, { width }) => sum + width, 0);
  if (channels === undefined || count === 0) return undefined;
  const data = new Float32Array(count * channels);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const all = { width: count, height: 1, channels, data };
  if (count <= MOST_TOKENS) return all;
  return pickTokens(
    all,
    Array.from({ length: MOST_TOKENS }, (_, i) => Math.floor((i * count) / MOST_TOKENS)),
  );
}
