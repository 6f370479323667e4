import { throwIfCancelled } from '../../src-shared/errors.ts';
import { readFrameImage } from '../codec/image-codec.ts';
import { pictureKey } from '../files/picture-key.ts';
import { planTiles } from '../pipeline/tile-plan.ts';
import { encoderImage } from './encoder-image.ts';
import { type EngineClient, tileSize } from './engine-client.ts';
import type { PrepareSamJob } from './inference-protocol.ts';

/**
 * Has SAM's own encoder embed an image, so that questions about it are answered at once. Nothing is done where the vision
 * tower makes the embedding, and for an image in tiles: the prompts decide in which of them SAM is asked.
 * @throws ClipSamError of the codec (`image-…`), the engine's; `cancelled`
 */
export async function prepareSamForImage(
  { path, page, range, recipe, contentHash, size }: PrepareSamJob,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<void> {
  throwIfCancelled(signal);
  if (engine.segmenter.encoder.kind !== 'own') return;
  if (recipe.tiles && planTiles(size, recipe.tiles, tileSize(engine))) return;
  const key = pictureKey({ contentHash, page, range });
  if (await engine.prepareSam({ key }, signal)) return;
  const options = { maxPixels: recipe.maxPixels, size: engine.frameSide, page, range };
  const { rgb, contentHash: read, ...frame } = await readFrameImage(path, options);
  throwIfCancelled(signal);
  // Of a file that changed nothing is shown, nor asked.
  if (read !== contentHash) return;
  await engine.prepareSam({ key, image: await encoderImage(key, frame, rgb, engine) }, signal);
}
