import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import type { MethodsEvaluation } from '../../src-main/services/evaluation/methods/method-figures.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, sharedTinyPack, writePictures } from './run-cli.ts';

const pack = sharedTinyPack();

it(
  'measures methods side by side, writes their figures, and takes up what was measured',
  async () => {
    const root = await tempFolder();
    const category = join(root, 'bolt');
    const pictures = [0, 1, 2].map((i) => join('test', i < 2 ? 'good' : 'dent', `${i}.png`));
    await writePictures(category, pictures);
    const truth = join(category, 'ground_truth', 'dent');
    await mkdir(truth, { recursive: true });
    await writeFile(
      join(truth, '2_mask.png'),
      await encodeGrey8(48, 32, new Uint8Array(48 * 32).fill(255, 0, 200)),
    );
    const out = join(root, 'out');
    const asked = (methods: string) => [
      ...['evaluate', category, '--methods', methods, '--resamples', '20', '--out', out],
      ...pack.options,
    ];
    const first = await runCli(asked('clipsam,clipsam-coarse'));
    expect(first.stderr).toContain(`figures in ${out}`);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^\| data +\| method +\| +pixel AUROC \|/);
    expect(await readFile(join(out, 'table.md'), 'utf8')).toBe(first.stdout);
    const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as MethodsEvaluation;
    expect(figures).toMatchObject({ schemaVersion: 3, seed: 1, resamples: 20, failures: [] });
    expect(figures.methods.every(({ trainedParameters }) => trainedParameters > 0)).toBe(true);
    expect(figures.categories[0]).toMatchObject({ good: 2, defective: 1 });
    expect((await readdir(out)).toSorted()).toEqual(['figures.csv', 'figures.json', 'measured', 'table.md']);
    const again = await runCli(asked('clipsam,clipsam-coarse'));
    // Times aside, which were measured once.
    expect(again.stdout).toBe(first.stdout);
  },
  PATIENCE,
);

it.each([
  [['--methods', 'clipsam,foo'], '"foo" is not known'],
  [['--methods', 'clipsam', '--opinions', 'language'], 'Leave one of them out'],
  [['--resamples', '5'], '--resamples says nothing without --methods'],
  [['--out', 'x'], '--out says nothing without --methods or --leave-one-out'],
])('refuses %j', async (options, problem) => {
  const { code, stderr } = await runCli(['evaluate', await tempFolder(), ...options, ...pack.options]);
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
});
