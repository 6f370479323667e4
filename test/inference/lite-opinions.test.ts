import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import type { Comparison } from '../../src-main/inference/comparison.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import { describePack } from '../../src-main/inference/pack-loader.ts';
import { renderSample } from '../../src-main/training/synthetic/sample.ts';
import { Random } from '../../src-shared/random.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult } from '../../src-shared/result.ts';

const SIDE = 320;
const KIND = 'bottle mouth';
const GOOD = 5;

/** One part again and again: only camera, texture and defect are each picture's own. */
class OfOnePart extends Random {
  readonly #picture: string;

  constructor(picture: string) {
    super('one part');
    this.#picture = picture;
  }

  override fork(label: string): Random {
    const isOwn = ['camera', 'defect', 'textures'].includes(label);
    return isOwn ? new Random(`${this.#picture}/${label}`) : super.fork(label);
  }
}

describe('the default pack, with four accepted parts', () => {
  let folder: string;
  let inference: InferenceClient;
  let recipe: Recipe;
  let truth: Uint8Array;
  let good: InspectionResult;
  let bad: InspectionResult;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clipsam-lite-opinions-'));
    const { pack, folder: packFolder } = await describePack('lite');
    recipe = { ...pack.defaultRecipe, object: KIND };
    inference = await openInference({ packFolder, device: 'cpu' });
    const paths: string[] = [];
    for (let i = 0; i <= GOOD; i++) {
      const size = { width: SIDE, height: SIDE };
      const options = { defect: i === GOOD ? 'stain' : null };
      const { image, mask } = renderSample(KIND, new OfOnePart(`picture ${i}`), size, options);
      if (i === GOOD) truth = mask;
      paths.push(join(folder, `${i}.png`));
      await writeFile(paths[i]!, await encodeRgb(image, { format: 'png' }));
    }
    const references: { key: string; path: string }[] = [];
    for (const path of paths.slice(0, GOOD - 1)) {
      const { key, tokens } = await inference.embed({ path, recipe, folder: join(folder, 'tokens') });
      references.push({ key, path: tokens });
    }
    const comparison: Comparison = {
      hash: sha256(JSON.stringify(references)),
      settings: {
        consensus: 'automatic',
        references: 'automatic',
        tokens: 'automatic',
        alignment: 'off',
        rotations: false,
        window: null,
        weights: null,
      },
      references,
      crowd: [],
      harmless: [],
      counterExamples: [],
    };
    const inspect = (path: string) =>
      inference.inspect({ path, recipe, artifactRoot: join(folder, 'artifacts'), comparison });
    good = await inspect(paths[GOOD - 1]!);
    bad = await inspect(paths[GOOD]!);
  });
  afterAll(async () => {
    await inference?.close();
    await rm(folder, { recursive: true });
  });

  it('tells a damaged part from a good one', () => {
    expect(truth.some((value) => value > 0)).toBe(true);
    const ofReferences = ({ opinions }: InspectionResult) =>
      opinions!.find(({ opinion }) => opinion === 'references')!.score;
    expect(ofReferences(good)).toBeLessThan(0.5);
    expect(ofReferences(bad)).toBeGreaterThan(0.5);
    expect(good.score).toBeLessThan(recipe.warn);
    expect(bad.score).toBeGreaterThanOrEqual(recipe.warn);
    expect([good.verdict, bad.verdict]).toEqual(['accept', 'reject']);
  });

  it('sees where the damage is', async () => {
    const store = new ArtifactStore(join(folder, 'artifacts'));
    const map = await decodeGrey16(await readFile(store.pathOf(bad.artifacts.referencesMap!)));
    const best = map.data.indexOf(map.data.reduce((max, value) => Math.max(max, value), 0));
    const [x, y] = [best % map.width, Math.floor(best / map.width)].map(
      (cell) => ((cell + 0.5) * SIDE) / 256,
    );
    const nearest = Math.min(
      ...[...truth.keys()]
        .filter((i) => truth[i]! > 0)
        .map((i) => Math.hypot((i % SIDE) - x!, Math.floor(i / SIDE) - y!)),
    );
    expect(nearest).toBeLessThan(12);
    expect(bad.regions.some(({ opinions }) => opinions!.references! > 0.5)).toBe(true);
  });
});
