import { throwIfCancelled } from '../../src-shared/errors.ts';
import { sha256OfFile } from '../files/hash.ts';
import { pictureKey } from '../files/picture-key.ts';
import { toReadError } from '../files/read-error.ts';
import { frameTensor } from '../pipeline/frame.ts';
import { TURNS, turnedPicture } from '../pipeline/turned-picture.ts';
import type { EngineClient } from './engine-client.ts';
import type { Embedded, EmbedJob } from './inference-protocol.ts';
import { readEncoderImage } from './inspect-image.ts';
import { readTokenFile, type TokenFacts, tokenFilePath, writeTokenFile } from './token-file.ts';

/**
 * Makes the token file of an image, unless it is there and whole.
 * @throws ClipSamError of the codec (`image-…`), the engine, and the disk; `cancelled`
 */
export async function embedImage(
  { path, page, range, recipe, folder, rotations = false }: EmbedJob,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<Embedded> {
  throwIfCancelled(signal);
  const { packHash } = engine;
  const { object, prompts } = recipe;
  const fileOf = (contentHash: string) =>
    tokenFilePath(folder, {
      key: pictureKey({ contentHash, page, range }),
      packHash,
      object,
      prompts,
      rotations,
    });
  const known = fileOf(await hashOf(path));
  const there = await readTokenFile(known, packHash);
  if (there) return answer(there, known);

  const { image, rgb, contentHash, notices } = await readEncoderImage({ path, page, recipe, range }, engine);
  throwIfCancelled(signal);
  const { key, frame } = image;
  const { tokens, coarse } = await engine.embed({ image, recipe }, signal);
  const views = [tokens];
  for (const turn of rotations ? TURNS : []) {
    const { width, height, data } = turnedPicture(
      { width: frame.width, height: frame.height, data: rgb },
      turn,
    );
    const turned = { ...frame, width, height };
    const pixels = frameTensor(data, turned, engine.vision.mean, engine.vision.std);
    views.push((await engine.embed({ image: { key, frame: turned, pixels }, recipe }, signal)).tokens);
  }
  throwIfCancelled(signal);
  const size = { width: frame.imageWidth, height: frame.imageHeight };
  const file = { packHash, contentHash, key, ...size, notices: [...notices], views, language: coarse };
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
