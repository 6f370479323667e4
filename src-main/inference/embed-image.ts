import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import type { TileProgress } from '../../src-shared/tile-progress.ts';
import { sha256OfFile } from '../files/hash.ts';
import { pictureKey } from '../files/picture-key.ts';
import { toReadError } from '../files/read-error.ts';
import { TURNS, turnedPicture } from '../pipeline/turned-picture.ts';
import { alignedImage, alignmentNotices, knownTemplate } from './aligned-image.ts';
import { embedTiles, missingTiles } from './embed-tiles.ts';
import { encoderImage } from './encoder-image.ts';
import type { EngineClient } from './engine-client.ts';
import type { Embedded, EmbedJob } from './inference-protocol.ts';
import { readEncoderImage } from './read-encoder-image.ts';
import { tileTurns } from './tile-turns.ts';
import {
  readTokenFile,
  type TokenFacts,
  type TokenFile,
  tokenFilePath,
  writeTokenFile,
} from './token-file.ts';

interface EmbedOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as each tile begins. */
  readonly onTile?: ((progress: TileProgress) => void) | undefined;
}

/**
 * Makes the token file of an image, unless it is there and whole, and those of the tiles that are wanted.
 * @throws ClipSamError of the codec (`image-…`), the engine, and the disk; `cancelled`
 */
export async function embedImage(
  job: EmbedJob,
  engine: EngineClient,
  { signal, onTile = () => {} }: EmbedOptions = {},
): Promise<Embedded> {
  throwIfCancelled(signal);
  const { path, page, range, recipe, folder, rotations = false } = job;
  const { packHash } = engine;
  const like = job.template && (await knownTemplate(job.template, recipe, engine));
  const { object, prompts } = recipe;
  const fileOf = (contentHash: string) =>
    tokenFilePath(folder, {
      key: pictureKey({ contentHash, page, range }),
      packHash,
      object,
      prompts,
      rotations,
      template: like?.key ?? null,
    });
  const known = fileOf(await hashOf(path));
  const there = await readTokenFile(known, packHash);
  if (there && !(await missingTiles(job.tiles, there, known, recipe, engine))) return answer(there, known);

  const turn = job.tiles && recipe.tiles && tileTurns.take();
  try {
    const read = await readEncoderImage({ path, page, recipe, range }, engine, turn);
    throwIfCancelled(signal);
    const { contentHash, tiled } = read;
    const made = fileOf(contentHash);
    const isThere = there && made === known;
    const file = isThere ? there : await embedWhole(job, read, like, engine, signal);
    if (!isThere) await writeTokenFile(made, file);
    const missing = tiled && (await missingTiles(job.tiles, file, made, recipe, engine));
    if (missing) await embedTiles(missing, tiled, file, { path: made, recipe, engine, onTile, signal });
    return answer(file, made);
  } finally {
    turn?.end();
  }
}

async function embedWhole(
  job: EmbedJob,
  { image, rgb, contentHash, notices }: Awaited<ReturnType<typeof readEncoderImage>>,
  like: Awaited<ReturnType<typeof knownTemplate>> | undefined,
  engine: EngineClient,
  signal: AbortSignal | undefined,
): Promise<TokenFile> {
  const { recipe, rotations } = job;
  const { key, frame } = image;
  const aligned = like && (await alignedImage(rgb, frame, like, job));
  const isAligned = aligned && 'picture' in aligned;
  const { tokens, coarse } = await engine.embed({ image, recipe }, signal);
  const tokensOf = async ({ width, height, data }: RgbImage) => {
    const shown = { ...frame, width, height };
    const view = await encoderImage(key, shown, data, engine);
    return (await engine.embed({ image: view, recipe }, signal)).tokens;
  };
  const picture = isAligned ? aligned.picture : { width: frame.width, height: frame.height, data: rgb };
  const views = [isAligned ? await tokensOf(picture) : tokens];
  for (const turn of rotations ? TURNS : []) views.push(await tokensOf(turnedPicture(picture, turn)));
  throwIfCancelled(signal);
  return {
    packHash: engine.packHash,
    contentHash,
    key,
    width: frame.imageWidth,
    height: frame.imageHeight,
    notices: [...notices, ...alignmentNotices(aligned)],
    alignment: isAligned ? aligned.alignment : null,
    views,
    language: coarse,
  };
}

async function hashOf(path: string): Promise<string> {
  try {
    return await sha256OfFile(path);
  } catch (error) {
    throw toReadError(error, path);
  }
}

function answer({ contentHash, key, width, height, notices }: TokenFacts, tokens: string): Embedded {
  return { contentHash, key, tokens, width, height, notices };
}
