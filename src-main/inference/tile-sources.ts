import type { Box, Polygon } from '../../src-shared/geometry.ts';
import type { TileRecipe } from '../../src-shared/recipe.ts';
import { sha256 } from '../files/hash.ts';
import {
  type EncoderSize,
  planTiles,
  type TilePlan,
  tileArea,
  tileCount,
  tileOfPolygons,
  tilePlanName,
} from '../pipeline/tile-plan.ts';
import type { ComparedTile, Comparison, MarkedTokens, MarkInTile, TokenSource } from './comparison.ts';
import { readTokenFile, tileTokenPath } from './token-file.ts';

/** Images of each kind with whose tiles others are compared, at most: each costs as much as an inspection. */
export const TILED_PICTURES = 8;
/** Token files of tiles of all of them; some 2 MB each. */
const MOST_TILE_FILES = 960;

/** Whether the tiles of an image are compared with. @param before how many images have theirs already */
export function hasRoomForTiles(before: number, count: number): boolean {
  return before < TILED_PICTURES && (before + 1) * count <= MOST_TILE_FILES;
}

/** The key of a part's embedding and of its tokens. @param key of the whole image's */
export function partKey(key: string, { x, y, width, height }: Box): string {
  return sha256(`${key} ${width}x${height}+${x}+${y}`);
}

/** The tiles of an image in which marks lie: {@link MarkInTile}'s `tile`. */
export function tilesOfMarks(marks: readonly (readonly Polygon[])[], plan: TilePlan): ReadonlySet<number> {
  return new Set(marks.map((polygons) => tileOfPolygons(polygons, plan)));
}

/** How each tile of an image is compared. */
export function tileComparisons(
  comparison: Comparison,
  plan: TilePlan,
  tiles: TileRecipe,
  encoder: EncoderSize,
): (index: number) => Comparison {
  const name = tilePlanName(plan);
  const inTile = (mark: MarkedTokens): MarkInTile[] => {
    const own = planTiles(mark, tiles, encoder);
    if (!own || tilePlanName(own) !== name) return [];
    const tile = tileOfPolygons(mark.polygons, own);
    const { x, y, width, height } = tileArea(own, tile);
    const moved = mark.polygons.map((rings) =>
      rings.map((ring) => ring.map(([px, py]) => [px - x, py - y] as const)),
    );
    return [
      {
        key: partKey(mark.key, { x, y, width, height }),
        path: tileTokenPath(mark.path, name, tile),
        polygons: moved,
        width,
        height,
        tile,
      },
    ];
  };
  const common: Omit<ComparedTile, 'index'> = {
    plan: name,
    count: tileCount(plan),
    harmless: comparison.harmless.flatMap(inTile),
    counterExamples: comparison.counterExamples.flatMap(inTile),
  };
  return (index) => ({ ...comparison, tile: { ...common, index } });
}

/** Those images of which all tiles have token files of a pack, as many as there is room for. */
export async function sourcesWithTiles(
  sources: readonly TokenSource[],
  { plan, count }: Pick<ComparedTile, 'plan' | 'count'>,
  packHash: string,
): Promise<TokenSource[]> {
  const found: TokenSource[] = [];
  for (const source of sources) {
    if (!hasRoomForTiles(found.length, count)) break;
    let tile = 0;
    while (tile < count && (await readTokenFile(tileTokenPath(source.path, plan, tile), packHash))) tile++;
    if (tile === count) found.push(source);
  }
  return found;
}
