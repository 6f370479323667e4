import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import type { OpinionEvaluation } from '../../src-main/services/evaluation/opinion-figures.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, sharedTinyPack, writePictures } from './run-cli.ts';

const pack = sharedTinyPack();

it(
  'measures second opinions over several draws',
  async () => {
    const root = join(await tempFolder(), 'parts');
    const category = join(root, 'bolt');
    const good = Array.from({ length: 7 }, (_, i) => join('test', 'good', `${i}.png`));
    const bad = Array.from({ length: 2 }, (_, i) => join('test', 'dent', `${i}.png`));
    await writePictures(category, [...good, ...bad]);
    const truth = join(category, 'ground_truth', 'dent');
    await mkdir(truth, { recursive: true });
    const mask = await encodeGrey8(48, 32, new Uint8Array(48 * 32).fill(255, 0, 200));
    for (const i of [0, 1]) await writeFile(join(truth, `${i}_mask.png`), mask);
    const json = join(root, 'figures.json');
    const asked = ['--opinions', 'language,consensus,references:2', '--seeds', '2', '--json', json];
    const { code, stdout, stderr } = await runCli(['evaluate', category, ...asked, ...pack.options]);
    expect(stderr).toContain('Measured in');
    expect(code).toBe(0);
    const evaluation = JSON.parse(await readFile(json, 'utf8')) as OpinionEvaluation;
    expect(evaluation).toMatchObject({ schemaVersion: 2, references: 2, seeds: [0, 1], failures: [] });
    expect(evaluation.recipe.opinions).toMatchObject({ consensus: 'automatic', references: 'automatic' });
    const [{ draws, mean }] = evaluation.categories as [OpinionEvaluation['categories'][number]];
    expect(draws.map((draw) => [draw.good, draw.defective, draw.references.length, draw.crowd])).toEqual([
      [5, 2, 2, 7],
      [5, 2, 2, 7],
    ]);
    expect(Object.keys(mean.opinions).sort()).toEqual(['consensus', 'language', 'references']);
    expect(stdout).toMatch(/^fused, final map/m);
    expect(stdout).toMatch(/^ +references( +\d+\.\d ± \d+\.\d){4}$/m);
  },
  PATIENCE,
);

it('refuses what says nothing without second opinions', async () => {
  const { code, stderr } = await runCli(['evaluate', await tempFolder(), '--fine', ...pack.options]);
  expect(code).toBe(2);
  expect(stderr).toContain('--fine says nothing without --opinions');
});
