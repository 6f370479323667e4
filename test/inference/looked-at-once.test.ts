import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import type { Comparison } from '../../src-main/inference/comparison.ts';
import { openInference } from '../../src-main/inference/inference-client.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../src-shared/opinion.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

it('an image that is compared with one thing after the other is encoded once, and each result is as if it were the first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-looks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeTinyPack(join(folder, 'pack'));
  const inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
  onTestFinished(() => inference.close());
  const recipe = { ...TINY_RECIPE, theta: 0.5, minRegionArea: 0 };
  const sources: { readonly key: string; readonly path: string }[] = [];
  const paths: string[] = [];
  for (let i = 0; i < 3; i++) {
    const path = join(folder, `${i}.png`);
    const data = Uint8Array.from(noise(96 * 64, i + 1), (value) => 128 + 100 * value);
    await writeFile(path, await encodeGrey8(96, 64, data));
    const { key, tokens } = await inference.embed({ path, recipe, folder: join(folder, 'tokens') });
    sources.push({ key, path: tokens });
    paths.push(path);
  }
  const comparisonWith = (at: number): Comparison => ({
    ...{ hash: `${at}`.repeat(64), settings: DEFAULT_OPINION_SETTINGS, references: [sources[at]!] },
    ...{ crowd: [], harmless: [], counterExamples: [] },
  });
  const inspect = (at: number, object = recipe.object) =>
    inference.inspect({
      path: paths[0]!,
      recipe: { ...recipe, object },
      artifactRoot: join(folder, 'artifacts'),
      comparison: comparisonWith(at),
    });
  const { timings: _, ...apart } = await inspect(2);
  const first = await inspect(1);
  const { timings, ...again } = await inspect(2);
  expect(again).toEqual(apart);
  expect(again.comparison).not.toEqual(first.comparison);
  expect([timings.encode, timings.umci]).toEqual([0, 0]);
  // Other words are another question.
  expect((await inspect(2, 'plate')).timings.umci).toBeGreaterThan(0);
});
