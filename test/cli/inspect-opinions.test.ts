import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listBatches } from '../../src-main/store/batches.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { listRuns } from '../../src-main/store/runs.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, sharedTinyPack, writePictures } from './run-cli.ts';

const pack = sharedTinyPack();

/** A folder of pictures to inspect, and one of good parts. */
async function setUp(count: number) {
  const folder = await tempFolder();
  const [input, good, workspace] = ['input', 'good', 'workspace'].map((name) => join(folder, name));
  await writePictures(
    input!,
    Array.from({ length: count }, (_, i) => `part${i + 1}.png`),
  );
  await mkdir(good!);
  const names = ['good1.png', 'good2.png'];
  // The first pictures of a folder have the same contents everywhere: these are others.
  await writePictures(folder, [...Array.from({ length: count }, (_, i) => `spare${i}.png`), ...names]);
  for (const name of names) await rename(join(folder, name), join(good!, name));
  const options = [...pack.options, '--workspace', workspace!];
  const runs = async () => {
    const opened = await openWorkspace(workspace!);
    try {
      const [batch] = await listBatches(opened);
      return await listRuns(opened, batch!.id);
    } finally {
      await opened.close();
    }
  };
  const inspect = (...more: string[]) => runCli(['inspect', input!, ...more, ...options]);
  return { input: input!, good: good!, inspect, runs };
}

it(
  'compares with a folder of good parts and with the batch itself, and says with how many',
  async () => {
    const { good, inspect, runs } = await setUp(6);
    await writeFile(join(good, 'torn.png'), 'no picture');
    const { code, stderr } = await inspect(
      '--references',
      good,
      '--opinions',
      'language,consensus,references',
    );
    expect(stderr).toContain('Every image is compared with 6 images of the batch, 2 references.');
    expect(stderr).toContain(`Not compared with ${join(good, 'torn.png')}`);
    expect(code).toBe(0);
    expect((await runs())[0]!.comparison).toMatchObject({
      with: { crowd: 6, references: 2, harmless: 0, counterExamples: 0 },
      unavailable: [],
      skipped: 1,
    });
  },
  PATIENCE,
);

it(
  'begins a new run when the good parts are others than in the unfinished one',
  async () => {
    const { input, good, inspect, runs } = await setUp(2);
    await writeFile(join(input, 'torn.png'), 'no picture');
    expect((await inspect('--references', good)).code).toBe(3);
    const again = await inspect('--references', good);
    expect(again.stderr).toContain('Going on with the unfinished run.');
    expect(await runs()).toHaveLength(1);
    await rename(join(good, 'good2.png'), join(good, 'good3.png'));
    const other = await inspect('--references', good);
    expect(other.stderr).toContain('The references are others than in the unfinished run');
    const [newest, first] = await runs();
    expect(newest!.comparison!.with).toEqual(first!.comparison!.with);
  },
  PATIENCE,
);

it('refuses a folder without a picture, before anything is inspected', async () => {
  const { inspect } = await setUp(1);
  const { code, stderr } = await inspect('--references', await tempFolder());
  expect(code).toBe(2);
  expect(stderr).toContain('There are no images');
});
