import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli } from './run-cli.ts';

async function twoDatasets(): Promise<string> {
  const root = await tempFolder();
  const image = await encodeGrey8(12, 8, new Uint8Array(96));
  const files = [
    'btad/01/test/ok/0.png',
    'btad/01/test/ko/1.png',
    'btad/01/ground_truth/ko/1.png',
    'btad/01/train/ok/2.png',
    'MTD/MT_Free/Imgs/a.jpg',
    'MTD/MT_Crack/Imgs/b.psd',
  ];
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), image);
  }
  await writeFile(join(root, 'MTD/MT_Crack/Imgs/b.jpg'), image);
  await writeFile(join(root, 'MTD/MT_Crack/Imgs/b.png'), image);
  return root;
}

it('shows layout, licence, images and sizes of data sets, and where the split comes from', async () => {
  const root = await twoDatasets();
  const { code, stdout, stderr } = await runCli(['datasets', 'btad', 'MTD'], root);
  expect(code).toBe(0);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
  expect(rows[0]).toEqual(['data', 'layout', 'licence', 'good', 'defective', 'training', 'pixels']);
  expect(rows[1]).toEqual(['btad/01', 'btad', 'CC BY-SA 4.0', '1', '1', '1', '12 × 8']);
  expect(rows[2]).toEqual([
    'MTD/magnetic_tile',
    'mtd',
    'free to use, cite the paper; no licence file',
    ...['1', '1', '0', '12 × 8'],
  ]);
  expect(stderr).toContain('btad: Test images are those in test, training images those in train/ok.');
  expect(stderr).toContain('MTD: The data set has no split: all images are test images.');
  expect(stderr).toContain("Taken by layout or by the folder's name: btad as BTAD; MTD as MTD.");
  expect(stderr).toContain('1 pictures of kinds that are not read: ');
});

it('writes all of it as JSON, to a file or to standard output', async () => {
  const root = await twoDatasets();
  expect((await runCli(['datasets', '.', '--json', 'out.json'], root)).code).toBe(0);
  const written = JSON.parse(await readFile(join(root, 'out.json'), 'utf8'));
  const { stdout } = await runCli(['datasets', '.', '--json', '-'], root);
  expect(JSON.parse(stdout)).toEqual(written);
  expect(written).toHaveLength(2);
  expect(written[0]).toMatchObject({
    ...{ dataset: 'btad', category: '01', layout: 'btad' },
    test: { good: 1, defective: 1, kinds: { ko: 1 } },
    terms: { name: 'BTAD', citation: expect.stringContaining('VT-ADL') },
  });
});

it('refuses data that does not fit, by the path that is wrong', async () => {
  const root = await twoDatasets();
  const wrong = await runCli(['datasets', 'btad', '--layout', 'visa'], root);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain(join('btad', 'split_csv', '1cls.csv'));
  expect((await runCli(['datasets', 'btad', '--layout', 'abacus'], root)).code).toBe(2);
});
