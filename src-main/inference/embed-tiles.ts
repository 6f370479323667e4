import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { TileProgress } from '../../src-shared/tile-progress.ts';
import { planTiles, type TilePlan, tileArea, tileCount, tilePlanName } from '../pipeline/tile-plan.ts';
import { type EngineClient, tileSize } from './engine-client.ts';
import type { WantedTiles } from './inference-protocol.ts';
import { encodePart, type TiledImage } from './inspect-tiles.ts';
import { hasRoomForTiles, partKey, tilesOfMarks } from './tile-sources.ts';
import { readTokenFile, type TokenFacts, tileTokenPath, writeTokenFile } from './token-file.ts';

/** Tiles of an image without their token files. */
export interface MissingTiles {
  readonly plan: TilePlan;
  readonly tiles: readonly number[];
}

/**
 * Tiles that are wanted of an image and have no token files yet.
 * @param path of the image's own token file
 */
export async function missingTiles(
  wanted: WantedTiles | undefined,
  size: { readonly width: number; readonly height: number },
  path: string,
  recipe: Pick<Recipe, 'tiles'>,
  engine: EngineClient,
): Promise<MissingTiles | undefined> {
  const plan = wanted && recipe.tiles && planTiles(size, recipe.tiles, tileSize(engine));
  if (!plan) return undefined;
  const { before, marks } = wanted;
  const count = tileCount(plan);
  const areAll = before !== undefined && hasRoomForTiles(before, count);
  const chosen = areAll ? Array.from({ length: count }, (_, tile) => tile) : [...tilesOfMarks(marks, plan)];
  const tiles: number[] = [];
  for (const tile of chosen) {
    const there = await readTokenFile(tileTokenPath(path, tilePlanName(plan), tile), engine.packHash);
    if (!there) tiles.push(tile);
  }
  return tiles.length > 0 ? { plan, tiles } : undefined;
}

/**
 * Makes token files of tiles, one after the other. Tokens of half the grid's side are kept: a tile is a closer look already.
 * @throws ClipSamError as the engine and the disk; `cancelled` between two tiles
 */
export async function embedTiles(
  { plan, tiles }: MissingTiles,
  { pixels }: TiledImage,
  { key, contentHash }: Pick<TokenFacts, 'key' | 'contentHash'>,
  options: {
    /** Of the image's own token file. */
    readonly path: string;
    readonly recipe: Recipe;
    readonly engine: EngineClient;
    readonly onTile: (progress: TileProgress) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { path, recipe, engine, onTile, signal } = options;
  for (const [i, tile] of tiles.entries()) {
    throwIfCancelled(signal);
    onTile({ tile: i + 1, tiles: tiles.length });
    const area = tileArea(plan, tile);
    const image = await encodePart(pixels, area, partKey(key, area), engine);
    const { tokens, coarse } = await engine.embed({ image, recipe }, signal);
    await writeTokenFile(tileTokenPath(path, tilePlanName(plan), tile), {
      packHash: engine.packHash,
      contentHash,
      key: image.key,
      width: area.width,
      height: area.height,
      notices: [],
      alignment: null,
      views: [{ half: tokens.half, fine: [] }],
      language: coarse,
    });
  }
}
