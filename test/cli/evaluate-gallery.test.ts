import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, sharedTinyPack, writePictures } from './run-cli.ts';

const pack = sharedTinyPack();

async function smallCategory(): Promise<string> {
  const category = join(await tempFolder(), 'parts', 'bolt');
  await writePictures(category, ['test/good/0.png', 'test/dent/0.png', 'test/dent/1.png']);
  const truth = join(category, 'ground_truth', 'dent');
  await mkdir(truth, { recursive: true });
  const mask = await encodeGrey8(48, 32, new Uint8Array(48 * 32).fill(255, 0, 200));
  for (const i of [0, 1]) await writeFile(join(truth, `${i}_mask.png`), mask);
  return category;
}

const rolesIn = (page: string) => [...page.matchAll(/<h4><b>([^<]+)/g)].map(([, role]) => role);

it(
  'writes a gallery of the whole pipeline where no method is named, and of those that are, from what is kept too',
  async () => {
    const category = await smallCategory();
    const out = join(category, '..', '..', 'out');
    const gallery = join(out, 'gallery');
    const evaluate = async (...asked: string[]) => {
      const all = ['evaluate', category, '--gallery', gallery, '--resamples', '0', ...asked, ...pack.options];
      const { code, stderr } = await runCli(all);
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`Gallery: ${join(gallery, 'index.html')}`),
      });
      return readFile(join(gallery, 'index.html'), 'utf8');
    };
    const first = await evaluate('--out', out);
    expect(first.match(/<section class="method"/g)).toHaveLength(1);
    expect(rolesIn(first)).toEqual(['Best', 'Worst', 'Good, highest score']);
    // What is kept of the first lacks nothing that pictures need.
    const second = await evaluate('--out', out, '--methods', 'clipsam,clipsam-coarse');
    expect(rolesIn(second)).toHaveLength(6);
    expect(second).toContain('clipsam-coarse');
  },
  PATIENCE,
);

it('refuses a gallery of opinions over several draws, and in a folder with another page', async () => {
  const category = await smallCategory();
  const gallery = await tempFolder();
  const asked = ['evaluate', category, '--gallery', gallery, ...pack.options];
  const opinions = await runCli([...asked, '--opinions', 'consensus']);
  expect(opinions).toMatchObject({ code: 2, stderr: expect.stringContaining('--methods') });
  await writeFile(join(gallery, 'index.html'), '<p>mine');
  expect(await runCli(asked)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('not a page of a gallery'),
  });
});
