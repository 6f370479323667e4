import { throwIfCancelled } from '../../src-shared/errors.ts';
import { CLIPSAM } from '../../src-shared/method.ts';
import { sizeLimits } from '../../src-shared/minimum-defect.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Opinion } from '../../src-shared/opinion.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { ArtifactRef, InspectionResult, ResultArtifacts } from '../../src-shared/result.ts';
import { modelVerdict } from '../../src-shared/verdict.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { encodeGrey8, encodeGrey16 } from '../codec/image-codec.ts';
import { ArtifactStore } from '../files/artifact-store.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { mapMethod } from '../methods/registry.ts';
import { defectScale } from '../pipeline/defect-scale.ts';
import { quantiseMap } from '../pipeline/map-codec.ts';
import { fuseMasks } from '../pipeline/mask-fusion.ts';
import { OPINIONS, type PerOpinion } from '../pipeline/opinion-fusion.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { alignedForComparison, alignmentNotices, encodedPart } from './aligned-image.ts';
import { areaNotices, areaRecord } from './area-record.ts';
import { answerOfCounted, sizeNotices } from './counted-answer.ts';
import type { EngineClient } from './engine-client.ts';
import type { ImageProgress, InspectJob } from './inference-protocol.ts';
import { segmentTiles, tileNotices } from './inspect-tiles.ts';
import { opinionRecord, regionsWithOpinions, verdictNotices } from './opinion-record.ts';
import { lookupOf } from './part-seeds.ts';
import { readEncoderImage } from './read-encoder-image.ts';
import { deviceOf, servedNotices } from './server/served-by.ts';
import { type TileTurn, TileTurns } from './tile-turns.ts';

const tileTurns = new TileTurns();

interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as each tile of a tiled image begins, and as each picture to be compared with is prepared. */
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
}

/**
 * The whole pipeline for one image: read → engine → fuse → write. Several images at a time overlap: all but the
 * engine's part runs beside it.
 * @throws ClipSamError of the codec (`image-…`), the engine and the artifact store; `cancelled`
 */
export async function inspectImage(
  job: InspectJob,
  engine: EngineClient,
  { signal, onProgress }: InspectOptions = {},
): Promise<InspectionResult> {
  const turn = job.recipe.tiles && tileTurns.take();
  try {
    return await inspectInTurn(job, engine, { signal, onProgress, turn });
  } finally {
    turn?.end();
  }
}

async function inspectInTurn(
  { path, page, recipe, artifactRoot, range, comparison, area, sideBySide, scale = recipe.scale }: InspectJob,
  engine: EngineClient,
  { signal, onProgress, turn }: InspectOptions & { readonly turn: TileTurn | undefined },
): Promise<InspectionResult> {
  const start = performance.now();
  throwIfCancelled(signal);
  const limits = sizeLimits(recipe.minimumDefect, scale ?? null);
  const { image, rgb, tiled, contentHash, notices } = await readEncoderImage(
    { path, page, recipe, range },
    engine,
    turn,
  );
  const compared = { path, page, recipe, range, comparison };
  const aligned = await alignedForComparison(compared, rgb, image, engine, signal);
  const read = performance.now() - start;
  const lookup = area && (await lookupOf(area, recipe, engine));
  // Of a tiled image regions are looked for on the joined map, which is cleared then.
  const whole = await engine.segment(
    {
      image,
      recipe,
      mapOnly: Boolean(tiled),
      comparison,
      sideBySide,
      aligned: aligned && (await encodedPart(aligned, image.key, engine)),
      area: lookup && { ...lookup, clears: !tiled },
    },
    signal,
    onProgress,
  );
  const segmented = tiled
    ? await segmentTiles(tiled, whole, recipe, engine, { signal, onTile: onProgress, area })
    : { ...whole, frame: image.frame, cutMs: 0 };
  const { coarse, regions: masks, timings, frame, cutMs, area: found, served } = segmented;
  throwIfCancelled(signal);

  const fuseStart = performance.now();
  const { theta, method } = recipe;
  const lambda = method?.refine === false ? 0 : recipe.lambda;
  const { finalMap, mask, ...fused } = fuseMasks({
    coarse,
    frame,
    regions: masks,
    theta,
    lambda,
    cells: found?.cells,
    limits,
  });
  const answer = whole.compared?.answer;
  const counted =
    answer && fused.counted
      ? await answerOfCounted(
          { ...compared, contentHash },
          fused.counted,
          frame,
          whole.area?.cells,
          engine,
          signal,
        )
      : answer;
  const regions = answer ? regionsWithOpinions(fused.regions, masks, coarse, answer) : fused.regions;
  // In tiles only language is asked: what it sees there alone counts as well.
  const score = counted ? Math.max(counted.score, tiled ? fused.score : 0) : fused.score;
  const verdict = modelVerdict(score, recipe);
  const fuse = performance.now() - fuseStart;

  const writeStart = performance.now();
  const store = new ArtifactStore(artifactRoot);
  const keep = async (png: Promise<Uint8Array>) => store.put(await png, 'image/png');
  const keepMap = (map: ScoreMap) => keep(encodeGrey16(map.width, map.height, quantiseMap(map)));
  const coarseFile: Promise<ArtifactRef> = keepMap(coarse);
  const [coarseMap, finalFile, maskFile, opinionMaps] = await Promise.all([
    coarseFile,
    // Nothing was refined: the final map is the coarse one, so it is the same file.
    masks.length === 0 ? coarseFile : keepMap(finalMap),
    keep(encodeGrey8(frame.imageWidth, frame.imageHeight, mask)),
    keepOpinionMaps(answer?.maps ?? {}, keepMap),
  ]);
  const end = performance.now();
  return {
    contentHash,
    width: frame.imageWidth,
    height: frame.imageHeight,
    score,
    verdict,
    regions,
    notices: [
      ...(tiled
        ? tileNotices(notices, tiled.plan, recipe.minRegionArea)
        : [...notices, ...defectScale(frame, recipe.minRegionArea)]),
      ...memoryNotices(engine.device),
      ...servedNotices(served),
      ...methodNotices(recipe, engine),
      ...(!engine.segmenter.boxes && (asksSam(recipe) || masks.some(({ levels }) => levels.length > 0))
        ? [{ code: 'points-only' } as const]
        : []),
      ...alignmentNotices(aligned),
      ...(whole.compared?.notices ?? []),
      ...verdictNotices(verdict, regions, answer),
      ...areaNotices(area, found, frame),
      ...sizeNotices(regions, fused.counted, scale, frame),
    ],
    artifacts: { coarseMap, finalMap: finalFile, mask: maskFile, ...opinionMaps },
    timings: {
      ...{ read: read + cutMs, ...timings, fuse, write: end - writeStart },
      total: end - start + whole.sparedMs,
    },
    device: deviceOf(engine.device, served),
    recipeHash: hashOfJson(recipe),
    packHash: engine.packHash,
    softwareVersion: SOFTWARE_VERSION,
    ...opinionRecord(comparison, whole.compared && { ...whole.compared, answer: counted }),
    ...(area && found && { area: areaRecord(area, found, frame) }),
    ...(scale && { scale }),
  };
}

/** SAM has been asked for the map itself. */
function asksSam({ method = CLIPSAM }: Recipe): boolean {
  return mapMethod(method.name).asksSam === true;
}

/** The map is another's than that of a trained head. */
function methodNotices({ method }: Recipe, { head }: EngineClient): Notice[] {
  if (method && method.name !== 'clipsam') return [{ code: 'other-method', method: method.name }];
  return head.kind === 'none' ? [{ code: 'no-trained-head' }] : [];
}

function memoryNotices({ running, outOfMemory }: EngineClient['device']): Notice[] {
  return outOfMemory && running !== 'server'
    ? [{ code: 'out-of-device-memory', device: outOfMemory.device, running }]
    : [];
}

async function keepOpinionMaps(
  maps: PerOpinion<ScoreMap>,
  keepMap: (map: ScoreMap) => Promise<ArtifactRef>,
): Promise<Pick<ResultArtifacts, `${Opinion}Map`>> {
  const kept = OPINIONS.map(async (opinion) => {
    const map = maps[opinion];
    return map ? [[`${opinion}Map`, await keepMap(map)] as const] : [];
  });
  return Object.fromEntries((await Promise.all(kept)).flat());
}
