import { ClipSamError, failure, throwIfCancelled } from '../../src-shared/errors.ts';
import type { Box } from '../../src-shared/geometry.ts';
import { packLevels } from '../../src-shared/packed-levels.ts';
import type { MaskLevel } from '../../src-shared/result.ts';
import { readImagePart } from '../codec/image-codec.ts';
import { pictureKey } from '../files/picture-key.ts';
import { pointsOnly } from '../pipeline/decoder-prompts.ts';
import { maskLevels } from '../pipeline/mask-levels.ts';
import { planTiles } from '../pipeline/tile-plan.ts';
import { promptsWithin, promptTile, viewArea } from '../pipeline/tile-regions.ts';
import { encoderImage } from './encoder-image.ts';
import { type EngineClient, tileSize } from './engine-client.ts';
import type { AskSamJob, SamMasks } from './inference-protocol.ts';
import { partKey } from './inspect-tiles.ts';
import type { DecodedLogits } from './segmentation.ts';

interface Answer {
  readonly decoded: DecodedLogits;
  /** Part of the image that was looked at; undefined: all of it. */
  readonly area: Box | undefined;
}

/**
 * Asks SAM about prompts of the inspector's own; the image is read only when its embedding is gone. Of an image in
 * tiles the tile is looked at that holds all prompts, else the whole image.
 * @throws ClipSamError of the codec (`image-…`), `image-changed`, the engine's; `cancelled`
 */
export async function askSamAboutImage(
  job: AskSamJob,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<SamMasks> {
  throwIfCancelled(signal);
  const { path } = job;
  const answer = (await fromKept(job, engine, signal)) ?? (await fromFile(job, engine, signal));
  if (!answer) throw new ClipSamError('inference-failed', `${path}: the engine kept no embedding.`);
  const { decoded, area } = answer;
  const levels = maskLevels(decoded.levels, decoded.frame);
  const { boxUse } = engine.segmenter.boxes ? {} : pointsOnly(job.prompts);
  return {
    levels: packLevels(area ? moved(levels, area) : levels),
    decodeMs: decoded.decodeMs,
    ...(boxUse && { boxUse }),
  };
}

async function fromKept(
  job: AskSamJob,
  engine: EngineClient,
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  const { contentHash, page, range, prompts, size } = job;
  if (!contentHash) return undefined;
  const area = size && areaOf(job, size, engine);
  const picture = pictureKey({ contentHash, page, range });
  const question = area
    ? { key: partKey(picture, area), prompts: promptsWithin(prompts, area) }
    : { key: picture, prompts };
  const decoded = await engine.askSam(question, signal);
  return decoded && { decoded, area };
}

async function fromFile(
  job: AskSamJob,
  engine: EngineClient,
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  const { path, page, range, recipe, prompts } = job;
  let area: Box | undefined;
  const options = { maxPixels: recipe.maxPixels, size: engine.frameSide, page, range };
  const { contentHash, rgb, frame } = await readImagePart(path, options, (size) => {
    area = areaOf(job, size, engine);
    return area;
  });
  if (job.contentHash && contentHash !== job.contentHash) {
    throw failure(
      'file-changed',
      { file: path },
      `${path} is no longer the image that was inspected: its content changed. Inspect it again first.`,
    );
  }
  const picture = pictureKey({ contentHash, page, range });
  const key = area ? partKey(picture, area) : picture;
  const image = await encoderImage(key, frame, rgb, engine);
  const own = area ? promptsWithin(prompts, area) : prompts;
  const decoded = await engine.askSam({ key, prompts: own, image }, signal);
  return decoded && { decoded, area };
}

/** The tile that holds all prompts; undefined: the whole image is looked at. */
function areaOf(
  { recipe, prompts }: AskSamJob,
  size: { readonly width: number; readonly height: number },
  engine: EngineClient,
): Box | undefined {
  const plan = recipe.tiles && planTiles(size, recipe.tiles, tileSize(engine));
  const tile = plan && promptTile(prompts, plan);
  return plan && tile !== undefined ? viewArea({ tile }, plan, engine.frameSide).area : undefined;
}

/** Masks of a part of the image, at their place in it. */
function moved(levels: readonly MaskLevel[], { x, y }: Box): MaskLevel[] {
  return levels.map((level) => ({
    ...level,
    polygons: level.polygons.map((rings) =>
      rings.map((ring) => ring.map(([px, py]) => [px + x, py + y] as const)),
    ),
  }));
}
