import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256OfFile } from '../../../src-main/files/hash.ts';
import type { KeptItem, ReferenceSet } from '../../../src-main/services/references/reference-set.ts';
import { scorePictures } from '../../../src-main/services/references/scoring.ts';
import { InferencePool } from '../../../src-main/services/runs/inference-pool.ts';
import { chooseRecipe } from '../../../src-main/services/runs/recipe-pipeline.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';

const DATA = fileURLToPath(new URL('../../../../shared/datasets/mvtec_ad/', import.meta.url));
/** Places that are looked at, per side of a picture. */
const PLACES = 9;
/** Of the good pictures: references, the one that is marked, and five further ones. */
const [REFERENCES, MARKED, NEEDED] = [2, 2, 8];

function goodOf(category: string): string[] {
  const folder = join(DATA, category, 'test', 'good');
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Square number `place` of a picture. */
function square(place: number, side: number): Polygon[] {
  const size = side / PLACES;
  const [x, y] = [(place % PLACES) * size, Math.floor(place / PLACES) * size];
  return [
    [
      [
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
      ],
    ],
  ];
}

async function itemOf(path: string, id: number): Promise<KeptItem> {
  const contentHash = await sha256OfFile(path);
  return {
    ...{ id, kind: 'reference', contentHash, page: null, range: null, version: contentHash },
    ...{ path, source: path, imageId: null, runId: null, polygons: null, width: null, height: null },
    ...{ addedBy: 'ana', addedAt: '' },
  };
}

describe.each([
  ['metal_nut_mini', 'metal nut', 700],
  ['bottle_mini', 'bottle', 900],
])('real pictures of %s', (category, object, side) => {
  const files = goodOf(category);
  test.skipIf(files.length < NEEDED)(
    'one false positive marked on a good part: the same place stays quiet on five further ones',
    async () => {
      const workspace = await temporaryWorkspace();
      const pool = new InferencePool({ device: 'cpu' });
      onTestFinished(() => pool.close());
      const { recipe } = await chooseRecipe({ object });
      const items = await Promise.all(files.slice(0, NEEDED).map(itemOf));
      const areas = Array.from({ length: PLACES ** 2 }, (_, place) => square(place, side));
      const plain: ReferenceSet = {
        product: { partNumber: category, revision: '' },
        hash: '0'.repeat(64),
        references: items.slice(0, REFERENCES),
        harmless: [],
        counterExamples: [],
      };
      const peaksWith = async (set: ReferenceSet) => {
        const pictures = items.slice(MARKED).map((item) => ({ ...item, areas }));
        const scored = await scorePictures({ workspace, pool }, { recipe, pictures, sets: [set] });
        return scored.map((sets) => sets![0]!.peaks);
      };
      const [loud, ...before] = await peaksWith(plain);
      const place = loud!.indexOf(Math.max(...loud!));
      const harmless = [
        {
          ...items[MARKED]!,
          ...{ kind: 'harmless' as const, polygons: areas[place]!, width: side, height: side },
        },
      ];
      const [, ...after] = await peaksWith({ ...plain, hash: '1'.repeat(64), harmless });
      expect(after).toHaveLength(5);
      for (const [i, peaks] of after.entries()) {
        expect(peaks[place]).toBeLessThanOrEqual(recipe.theta);
        expect(peaks[place]).toBeLessThanOrEqual(before[i]![place]! + 1e-6);
      }
    },
  );
});
