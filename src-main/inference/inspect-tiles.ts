import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { areaCells, type CellMask, clearOutside, clipLevels, resampledCells } from '../pipeline/area-mask.ts';
import { defectScale } from '../pipeline/defect-scale.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { OPINIONS } from '../pipeline/opinion-fusion.ts';
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
import type { Comparison } from './comparison.ts';
import { type EncoderImage, encoderPart } from './encoder-image.ts';
import type { Segmentation } from './engine.ts';
import { type EngineClient, tileSize } from './engine-client.ts';
import type { ImageProgress } from './inference-protocol.ts';
import type { Compared } from './opinions.ts';
import { partKey, tileComparisons } from './tile-sources.ts';

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

type SegmentTilesRecipe = Pick<
  Recipe,
  'object' | 'prompts' | 'theta' | 'minRegionArea' | 'maxRegions' | 'pointsPerRegion' | 'tiles'
>;

interface TileRun {
  readonly image: TiledImage;
  readonly recipe: SegmentTilesRecipe;
  readonly engine: EngineClient;
  readonly signal: AbortSignal | undefined;
  readonly timings: { -readonly [S in keyof Segmentation['timings']]: number };
  readonly report: (progress: ImageProgress) => void;
  /** Undefined: language alone is asked. */
  readonly compareTile: ((tile: number) => Comparison) | undefined;
  cutMs: number;
}

/**
 * Looks at an image tile by tile: their coarse maps are joined with the whole image's, regions are found on the joined
 * map, and SAM is asked in the tiles that a region lies in. One tile is in the engine while the next one is cut.
 * @param overview what the engine says of the whole image: its coarse map counts as it is, second opinions included;
 *   its regions are passed over. Where it was compared, tiles are compared as well
 * @throws ClipSamError as the engine; `cancelled` between two tiles
 */
export async function segmentTiles(
  image: TiledImage,
  overview: Segmentation,
  recipe: SegmentTilesRecipe,
  engine: EngineClient,
  options: {
    readonly signal?: AbortSignal | undefined;
    /** Called as each tile begins, and as each picture to be compared with is prepared. */
    readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
    /** Where to look, as the overview was; nothing is found elsewhere. */
    readonly area?: InspectionArea | undefined;
    /** What the whole image was compared with. */
    readonly comparison?: Comparison | undefined;
  } = {},
): Promise<TiledSegmentation> {
  const { plan } = image;
  const run: TileRun = {
    image,
    recipe,
    engine,
    signal: options.signal,
    timings: { ...overview.timings },
    report: options.onProgress ?? (() => {}),
    compareTile:
      options.comparison && overview.compared?.answer && recipe.tiles
        ? tileComparisons(options.comparison, plan, recipe.tiles, tileSize(engine))
        : undefined,
    cutMs: 0,
  };
  const area = areaInTiles(run, overview, options.area);
  const joined = await joinedMaps(run, overview, area?.cells);
  const coarse = area ? clearOutside(joined.coarse, area.cells) : joined.coarse;
  const start = performance.now();
  const found = findRegions(coarse, {
    theta: recipe.theta,
    minCells: minRegionCells(coarse, recipe.minRegionArea, tilePortion(plan)),
    maxRegions: recipe.maxRegions,
  }).map((region) => ({ region, views: regionViews(region, coarse, plan, recipe.pointsPerRegion) }));
  run.timings.regions += performance.now() - start;
  const asked = await askAboutRegions(run, found);
  const regions = area
    ? asked.map((masks) => ({ ...masks, levels: clipLevels(masks.levels, area.cells, plan.frame) }))
    : asked;
  const { timings, cutMs } = run;
  return { coarse, compared: joined.compared, area, regions, frame: plan.frame, timings, cutMs };
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
export async function encodePart(
  pixels: RgbImage,
  area: Box,
  key: string,
  engine: EngineClient,
): Promise<EncoderImage> {
  const frame = frameFor(area.width, area.height, engine.frameSide);
  return encoderPart(key, frame, { pixels, area }, engine);
}

/** What all tiles show together, and the whole image. */
interface JoinedMaps {
  readonly coarse: ScoreMap;
  /** Undefined: nothing is compared. */
  readonly compared: Compared | undefined;
}

async function joinedMaps(
  run: TileRun,
  { coarse, compared }: Segmentation,
  cells: CellMask | undefined,
): Promise<JoinedMaps> {
  const { image, signal, report } = run;
  const { plan } = image;
  const tiles = tileCount(plan);
  const blend = new TileBlend(plan);
  const blends = new Map(
    OPINIONS.filter((opinion) => compared?.answer?.maps[opinion]).map((opinion) => [
      opinion,
      new TileBlend(plan),
    ]),
  );
  const notices: Notice[] = [...(compared?.notices ?? [])];
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
    const seen = await lookAtTile(run, part, tile);
    blend.add(tile, seen.coarse, frame);
    for (const [opinion, own] of blends) {
      const map = seen.compared?.answer?.maps[opinion];
      if (map) own.add(tile, map, frame);
    }
    if (tile === 0) notices.push(...(seen.compared?.notices ?? []));
  }
  const { imageWidth, imageHeight } = plan.frame;
  const overview = frameFor(imageWidth, imageHeight, run.engine.frameSide);
  if (!compared?.answer) return { coarse: blend.result(coarse, overview), compared };
  const { answer } = compared;
  const peaks = new Map([...blends].map(([opinion, own]) => [opinion, own.peak(cells)]));
  const score = Math.max(answer.score, blend.peak(cells));
  const scores = answer.scores.map((one) => ({
    ...one,
    score: Math.max(one.score, peaks.get(one.opinion) ?? 0),
  }));
  const maps = Object.fromEntries(
    [...blends].map(([opinion, own]) => {
      const map = own.result(answer.maps[opinion]!, overview);
      return [opinion, cells ? clearOutside(map, cells) : map];
    }),
  );
  return {
    coarse: blend.result(coarse, overview),
    compared: { ...compared, notices, answer: { ...answer, maps, scores, score } },
  };
}

/** What a tile shows: language's own map, or all opinions fused where the whole image is compared. */
async function lookAtTile(
  { engine, recipe, signal, timings, report, compareTile }: TileRun,
  part: EncoderImage,
  tile: number,
): Promise<Pick<Segmentation, 'coarse' | 'compared'>> {
  if (!compareTile) {
    const answer = await engine.coarseMap({ image: part, recipe }, signal);
    timings.encode += answer.timings.encode;
    timings.umci += answer.timings.umci;
    return answer;
  }
  // Regions are looked for on the joined map.
  const asked = { ...recipe, maxRegions: 0 };
  const job = { image: part, recipe: asked, comparison: compareTile(tile) };
  const answer = await engine.segment(job, signal, report);
  for (const stage of ['encode', 'umci', 'compare', 'regions'] as const) {
    timings[stage] += answer.timings[stage];
  }
  return answer;
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
  return { view, area, frame, levels: answer.levels };
}
