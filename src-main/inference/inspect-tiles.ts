import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import type { TileProgress } from '../../src-shared/tile-progress.ts';
import { areaCells, clearOutside, clipLevels, resampledCells } from '../pipeline/area-mask.ts';
import { defectScale } from '../pipeline/defect-scale.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { type CoarseRegion, findRegions, minRegionCells } from '../pipeline/regions.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { TileBlend } from '../pipeline/tile-blend.ts';
import { joinViewMasks, type ViewMasks } from '../pipeline/tile-masks.ts';
import { type TilePlan, tileCount, tilePortion } from '../pipeline/tile-plan.ts';
import {
  joinPrompts,
  promptsWithin,
  type RegionView,
  regionViews,
  viewArea,
} from '../pipeline/tile-regions.ts';
import type { FoundArea } from './area-lookup.ts';
import { type EncoderImage, encoderPart } from './encoder-image.ts';
import type { EngineClient } from './engine-client.ts';
import type { Segmentation } from './segmentation.ts';
import { joinServed, type ServedBy } from './server/served-by.ts';

/** An image that is looked at in tiles as well. */
export interface TiledImage {
  /** Of the whole image's embedding. */
  readonly key: string;
  readonly plan: TilePlan;
  readonly pixels: RgbImage;
}

/** As of an image that is not tiled, on the lattice of the joined maps. */
export interface TiledSegmentation extends Segmentation {
  readonly frame: Frame;
  /** Milliseconds for cutting and scaling tiles. */
  readonly cutMs: number;
}

type TileRecipe = Pick<
  Recipe,
  'object' | 'prompts' | 'method' | 'theta' | 'minRegionArea' | 'maxRegions' | 'pointsPerRegion'
>;

interface TileRun {
  readonly image: TiledImage;
  readonly recipe: TileRecipe;
  readonly engine: EngineClient;
  readonly signal: AbortSignal | undefined;
  readonly timings: { -readonly [S in keyof Segmentation['timings']]: number };
  readonly report: (progress: TileProgress) => void;
  cutMs: number;
  served: ServedBy | undefined;
}

/**
 * Looks at an image tile by tile: their coarse maps are joined with the whole image's, regions are found on the joined
 * map, and SAM is asked in the tiles that a region lies in. One tile is in the engine while the next one is cut.
 * @param overview what the engine says of the whole image: its coarse map counts as it is, second opinions included;
 *   its regions are passed over
 * @throws ClipSamError as the engine; `cancelled` between two tiles
 */
export async function segmentTiles(
  image: TiledImage,
  overview: Segmentation,
  recipe: TileRecipe,
  engine: EngineClient,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onTile?: ((progress: TileProgress) => void) | undefined;
    /** Where to look, as the overview was; nothing is found elsewhere. */
    readonly area?: InspectionArea | undefined;
  } = {},
): Promise<TiledSegmentation> {
  const { plan } = image;
  const run: TileRun = {
    image,
    recipe,
    engine,
    signal: options.signal,
    timings: { ...overview.timings },
    report: options.onTile ?? (() => {}),
    cutMs: 0,
    served: overview.served,
  };
  const joined = await joinedMap(run, overview.coarse);
  const area = areaInTiles(run, overview, options.area);
  const coarse = area ? clearOutside(joined, area.cells) : joined;
  const start = performance.now();
  const found = findRegions(coarse, {
    theta: recipe.theta,
    minCells: minRegionCells(coarse, recipe.minRegionArea, tilePortion(plan)),
    maxRegions: recipe.maxRegions,
  }).map((region) => ({ region, views: regionViews(region, coarse, plan, recipe.pointsPerRegion) }));
  run.timings.regions += performance.now() - start;
  const asked =
    recipe.method?.refine === false
      ? found.map(({ region, views }) => ({ region, prompts: joinPrompts(views), levels: [] }))
      : await askAboutRegions(run, found);
  const regions = area
    ? asked.map((masks) => ({ ...masks, levels: clipLevels(masks.levels, area.cells, plan.frame) }))
    : asked;
  const { timings, cutMs, served } = run;
  const { sparedMs } = overview;
  return { coarse, area, regions, frame: plan.frame, timings, sparedMs, cutMs, served };
}

/** The overview's area on the lattice of the joined maps. */
function areaInTiles(
  { image: { plan }, engine }: TileRun,
  { area: found }: Segmentation,
  area: InspectionArea | undefined,
): FoundArea | undefined {
  if (!area || !found) return undefined;
  const cells = areaCells(area, plan.frame);
  const { onPart, part } = found;
  if (!onPart) return { cells, ...(part && { part }) };
  const { imageWidth, imageHeight } = plan.frame;
  const overview = frameFor(imageWidth, imageHeight, engine.frameSide);
  const within = resampledCells(onPart, overview, plan.frame);
  return { cells: cells.map((cell, i) => cell & within[i]!), onPart: within, ...(part && { part }) };
}

/** What a tiled image's result has to be read with. @param notices of the codec, about the whole image's frame */
export function tileNotices(notices: readonly Notice[], plan: TilePlan, minRegionArea: number): Notice[] {
  const { width, height } = { width: plan.columns.length, height: plan.rows.length };
  const scale = Math.round(plan.scale * 1000) / 1000;
  return [
    // Of the whole image only; its tiles are not thin.
    ...notices.filter(({ code }) => code !== 'scaled-thin'),
    { code: 'tiled', tiles: tileCount(plan), scale, width, height },
    ...(plan.limit ? [{ code: 'tiles-limited', scale, ...plan.limit } as const] : []),
    ...defectScale({ width: width * plan.scale, height: height * plan.scale }, minRegionArea),
  ];
}

/**
 * A part of an image as the encoder takes it.
 * @param key under which its embedding is kept
 */
async function encodePart(
  pixels: RgbImage,
  area: Box,
  key: string,
  engine: EngineClient,
): Promise<EncoderImage> {
  const frame = frameFor(area.width, area.height, engine.frameSide);
  return encoderPart(key, frame, { pixels, area }, engine);
}

/** The key of a part's embedding. @param key of the whole image's */
export function partKey(key: string, { x, y, width, height }: Box): string {
  return `${key} ${width}x${height}+${x}+${y}`;
}

async function joinedMap(run: TileRun, overview: ScoreMap): Promise<ScoreMap> {
  const { image, recipe, engine, signal, timings, report } = run;
  const { plan } = image;
  const tiles = tileCount(plan);
  const blend = new TileBlend(plan);
  let next = cutTile(run, 0);
  for (let tile = 0; tile < tiles; tile++) {
    report({ tile: tile + 1, tiles });
    const part = await next;
    throwIfCancelled(signal);
    if (tile + 1 < tiles) {
      next = cutTile(run, tile + 1);
      // Its failure is told when it is waited for, unless this tile fails first.
      next.catch(() => {});
    }
    const { frame } = part;
    const answer = await engine.coarseMap({ image: part, recipe }, signal);
    timings.encode += answer.timings.encode;
    timings.umci += answer.timings.umci;
    timings.regions += answer.timings.regions;
    timings.decode += answer.timings.decode;
    run.served = joinServed(run.served, answer.served);
    blend.add(tile, answer.coarse, frame);
  }
  const { imageWidth, imageHeight } = plan.frame;
  return blend.result(overview, frameFor(imageWidth, imageHeight, engine.frameSide));
}

async function cutTile(run: TileRun, tile: number | undefined): Promise<EncoderImage> {
  const { image, engine } = run;
  const start = performance.now();
  const { area } = viewArea({ tile }, image.plan, engine.frameSide);
  const part = await encodePart(image.pixels, area, partKey(image.key, area), engine);
  run.cutMs += performance.now() - start;
  return part;
}

interface FoundRegion {
  readonly region: CoarseRegion;
  readonly views: readonly RegionView[];
}

/** Tile by tile, from the last one on: its embedding is the likeliest to be there, and none is made twice. */
async function askAboutRegions(run: TileRun, found: readonly FoundRegion[]): Promise<RegionMasks[]> {
  const { plan } = run.image;
  const tiles = tileCount(plan);
  const answers = new Map<RegionView, ViewMasks>();
  const asked = found.flatMap(({ views }) => views).sort((a, b) => (b.tile ?? -1) - (a.tile ?? -1));
  for (const view of asked) {
    throwIfCancelled(run.signal);
    run.report({ tile: tiles, tiles });
    answers.set(view, await askInView(run, view));
  }
  return found.map(({ region, views }) => ({
    region,
    prompts: joinPrompts(views),
    levels: joinViewMasks(
      views.map((view) => answers.get(view)!),
      plan,
    ),
  }));
}

async function askInView(run: TileRun, view: RegionView): Promise<ViewMasks> {
  const { image, engine, signal, timings } = run;
  const { area, frame } = viewArea(view, image.plan, engine.frameSide);
  const key = partKey(image.key, area);
  const prompts = promptsWithin(view.prompts, area);
  const answer =
    (await engine.askSam({ key, prompts }, signal)) ??
    (await engine.askSam({ key, prompts, image: await cutTile(run, view.tile) }, signal));
  if (!answer) throw new ClipSamError('inference-failed', 'The engine kept no embedding of a tile.');
  timings.encode += answer.encodeMs;
  timings.decode += answer.decodeMs;
  run.served = joinServed(run.served, answer.served);
  return { view, area, frame, levels: answer.levels };
}
