import { failure } from '../../src-shared/errors.ts';
import type { InspectionArea, PartMark, PartSeed } from '../../src-shared/inspection-area.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { hashOfPart } from '../files/area-hash.ts';
import type { AreaLookup } from './area-lookup.ts';
import type { EngineClient } from './engine-client.ts';
import { readEncoderImage } from './read-encoder-image.ts';
import { RecentMap } from './recent-map.ts';

/** Seeds that were computed from their image, since those of the area are of another pack. */
const RECENT_SEEDS = 8;
const seeds = new RecentMap<string, Promise<PartSeed | null>>(RECENT_SEEDS);

/** Where to look, ready for the engine: with the part's seed for this pack. */
export async function lookupOf(
  area: InspectionArea,
  recipe: Recipe,
  engine: EngineClient,
): Promise<AreaLookup> {
  const { part, width, height, include, ignore } = area;
  const drawn = { area: { width, height, include, ignore } };
  return part === null ? drawn : { ...drawn, seed: await partSeedOf(part, recipe, engine) };
}

/** What this pack remembers of a part; null: it cannot be had. */
export async function partSeedOf(
  part: PartMark,
  recipe: Pick<Recipe, 'maxPixels'>,
  engine: EngineClient,
): Promise<PartSeed | null> {
  if (part.seed?.packHash === engine.packHash) return part.seed;
  const key = hashOfPart(part);
  const known = seeds.get(key);
  // Whatever keeps the image from being read is said with every result: the part is not found.
  const seed = known ?? readPartSeed(part, recipe, engine).catch(() => null);
  if (!known) seeds.set(key, seed);
  return seed;
}

/**
 * What is remembered of a part that was clicked; null: SAM finds nothing there.
 * @throws ClipSamError `image-changed` when the file holds another image now, and of the codec (`image-…`)
 */
export async function readPartSeed(
  { path, page, range, contentHash, point, level }: Omit<PartMark, 'seed'>,
  recipe: Pick<Recipe, 'maxPixels'>,
  engine: EngineClient,
): Promise<PartSeed | null> {
  const read = await readEncoderImage(
    { path, page: page ?? undefined, range: range ?? undefined, recipe },
    engine,
  );
  if (read.contentHash !== contentHash) {
    throw failure(
      'file-changed',
      { file: path },
      `${path} is no longer the image in which the part was clicked: its content changed. Click the part again.`,
    );
  }
  const seed = await engine.partSeed({ image: read.image, mark: { point, level } });
  return seed ? { packHash: engine.packHash, ...seed } : null;
}
