import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { sha256OfFile } from '../files/hash.ts';
import { pictureKey } from '../files/picture-key.ts';
import { toReadError } from '../files/read-error.ts';
import { mapDecidedBy } from '../methods/map-recipe.ts';
import { TURNS, turnedPicture } from '../pipeline/turned-picture.ts';
import { alignedImage, alignmentNotices, knownTemplate } from './aligned-image.ts';
import { encoderImage } from './encoder-image.ts';
import type { EngineClient } from './engine-client.ts';
import type { Embedded, EmbedJob } from './inference-protocol.ts';
import { readEncoderImage } from './read-encoder-image.ts';
import { readTokenFile, type TokenFacts, tokenFilePath, writeTokenFile } from './token-file.ts';

/**
 * Makes the token file of an image, unless it is there and whole.
 * @throws ClipSamError of the codec (`image-…`), the engine, and the disk; `cancelled`
 */
export async function embedImage(
  job: EmbedJob,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<Embedded> {
  throwIfCancelled(signal);
  const { path, page, range, recipe, folder, rotations = false } = job;
  const { packHash } = engine;
  const like = job.template && (await knownTemplate(job.template, recipe, engine));
  const fileOf = (contentHash: string) =>
    tokenFilePath(folder, {
      key: pictureKey({ contentHash, page, range }),
      packHash,
      ...mapDecidedBy(recipe),
      rotations,
      template: like?.key ?? null,
    });
  const known = fileOf(await hashOf(path));
  const there = await readTokenFile(known, packHash);
  if (there) return answer(there, known);

  const { image, rgb, contentHash, notices } = await readEncoderImage({ path, page, recipe, range }, engine);
  throwIfCancelled(signal);
  const { key, frame } = image;
  const aligned = like && (await alignedImage(rgb, image, like, job, engine, signal));
  const isAligned = aligned && 'picture' in aligned;
  const { tokens, coarse } = await engine.embed({ image, recipe }, signal);
  const tokensOf = async ({ width, height, data }: RgbImage) => {
    const shown = { ...frame, width, height };
    const view = await encoderImage(key, shown, data, engine);
    // Of these only the tokens are wanted: the map of the pack's own head costs least.
    const { method: _, ...words } = recipe;
    return (await engine.embed({ image: view, recipe: words }, signal)).tokens;
  };
  const picture = isAligned ? aligned.picture : { width: frame.width, height: frame.height, data: rgb };
  const views = [isAligned ? await tokensOf(picture) : tokens];
  for (const turn of rotations ? TURNS : []) views.push(await tokensOf(turnedPicture(picture, turn)));
  throwIfCancelled(signal);
  const size = { width: frame.imageWidth, height: frame.imageHeight };
  const file = {
    packHash,
    contentHash,
    key,
    ...size,
    notices: [...notices, ...alignmentNotices(aligned)],
    alignment: isAligned ? aligned.alignment : null,
    views,
    language: coarse,
  };
  const made = fileOf(contentHash);
  await writeTokenFile(made, file);
  return answer(file, made);
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
