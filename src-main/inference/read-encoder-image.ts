import { stat } from 'node:fs/promises';
import type { Notice } from '../../src-shared/notice.ts';
import { readFrameImage } from '../codec/image-codec.ts';
import { pictureKey } from '../files/picture-key.ts';
import { planTiles, type TilePlan } from '../pipeline/tile-plan.ts';
import type { PictureOfFile } from './comparison.ts';
import { type EncoderImage, encoderImage, seenSize, type TowerPair } from './encoder-image.ts';
import { type OpenedEngine, tileSize } from './engine-client.ts';
import type { InspectJob } from './inference-protocol.ts';
import type { TiledImage } from './inspect-tiles.ts';
import type { TileTurn } from './tile-turns.ts';

/** Files with more bytes than this are read when it is their image's turn: some kinds are decoded at once. */
const HEAVY = 8 << 20;

/** An image scaled into the encoder's square. @throws ClipSamError of the codec (`image-…`) */
export async function readEncoderImage(
  {
    path,
    page,
    recipe,
    range,
  }: PictureOfFile & { readonly recipe: Pick<InspectJob['recipe'], 'maxPixels' | 'tiles'> },
  engine: TowerPair & Pick<OpenedEngine, 'frameSide'>,
  turn?: TileTurn,
): Promise<{
  readonly image: EncoderImage;
  /** Content pixels of the frame. */
  readonly rgb: Uint8Array;
  /** Where the recipe wants tiles and the image has several. */
  readonly tiled: TiledImage | undefined;
  readonly contentHash: string;
  readonly notices: readonly Notice[];
}> {
  if (turn && (await isHeavy(path))) await turn.begins;
  let plan: TilePlan | undefined;
  const read = await readFrameImage(path, {
    maxPixels: recipe.maxPixels,
    size: engine.frameSide,
    page,
    range,
    seenAs: (frame) => seenSize(frame, engine),
    async wantsWhole(size) {
      plan = turn && recipe.tiles && planTiles(size, recipe.tiles, tileSize(engine));
      if (plan) await turn?.begins;
      else turn?.end();
      return plan !== undefined;
    },
  });
  const { rgb, contentHash, notices, whole, seen, ...frame } = read;
  const key = pictureKey({ contentHash, page, range });
  return {
    image: await encoderImage(key, frame, rgb, engine, seen),
    rgb,
    tiled: plan && whole && { key, plan, pixels: whole },
    contentHash,
    notices,
  };
}

async function isHeavy(path: string): Promise<boolean> {
  // What is wrong with the file is told by who reads it.
  return stat(path).then(
    ({ size }) => size > HEAVY,
    () => false,
  );
}
