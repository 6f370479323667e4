import type { AlignmentDoubt } from '../../src-shared/alignment.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { PartMark } from '../../src-shared/inspection-area.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { outlinedPart, outlinePrompts, partOfCells } from '../pipeline/part-outline.ts';
import { type PartSilhouette, partSilhouette } from '../pipeline/part-silhouette.ts';
import { encoderImage } from './encoder-image.ts';
import type { EngineClient } from './engine-client.ts';
import { partSeedOf } from './part-seeds.ts';

/** How parts are found. */
export interface PartSearch {
  /** The part that was clicked; absent: by colours. */
  readonly part?: PartMark | undefined;
  readonly recipe: Pick<Recipe, 'maxPixels'>;
  readonly engine: EngineClient;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The part that a picture shows: what resembles the clicked one, outlined by SAM; without a click by its colours, and by
 * SAM where those leave a doubt. SAM costs a pass of the encoder.
 * @param rgb content pixels of the frame
 * @param key names the picture, as its embedding is kept
 * @returns why there is no telling
 * @throws ClipSamError of the engine; `cancelled`
 */
export async function partInFrame(
  rgb: Uint8Array,
  frame: Frame,
  key: string,
  { part: clicked, recipe, engine, signal }: PartSearch,
): Promise<PartSilhouette | { readonly doubt: AlignmentDoubt }> {
  const picture = { width: frame.width, height: frame.height, data: rgb };
  const toImage = () => encoderImage(key, frame, rgb, engine);
  if (clicked) {
    const seed = await partSeedOf(clicked, recipe, engine);
    throwIfCancelled(signal);
    const found = seed && (await engine.partCells({ image: await toImage(), seed }));
    const part = found && 'cells' in found ? partOfCells(picture, found.cells, frame) : undefined;
    return part ?? { doubt: 'part-not-found' };
  }
  const part = partSilhouette(picture);
  if (!('doubt' in part)) return part;
  const answer = await engine.askSam(
    { key, prompts: outlinePrompts(part, frame), image: await toImage() },
    signal,
  );
  return (answer && outlinedPart(answer.levels, part, frame)) ?? { doubt: part.doubt };
}
