import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeCatalogue, findEntry, parseEntry } from '../../../src-main/services/packs/catalogue.ts';
import { packOf } from '../../../src-shared/catalogue.ts';
import { type Pack, packSchema } from '../../../src-shared/pack.ts';
import { tempFolder } from '../../temp-folder.ts';

const ROOT = fileURLToPath(new URL('../../../models/', import.meta.url));
const IDS = (await readdir(join(ROOT, 'catalogue'))).map((name) => name.replace('.json', ''));
const LITE = JSON.parse(await readFile(join(ROOT, 'lite', 'pack.json'), 'utf8')) as Pack;

const entryOf = (id: string) => findEntry(id);

test('the catalogue has the paper’s pair, lighter ones, and one with a published head', async () => {
  expect(IDS.sort()).toEqual([
    'clip-b16-mobilesam',
    'clip-b16-sam2.1-tiny',
    'clip-l14-336-april-gan-mobilesam',
    'clip-l14-336-sam-h',
    'clip-l14-336-sam2.1-tiny',
  ]);
});

test.each(IDS)(
  '%s: what is not known is null, sizes count external data, what comes from npm is lite’s',
  async (id) => {
    const entry = await entryOf(id);
    for (const [key, file] of Object.entries(entry.files)) {
      const { source, sha256, bytes } = file;
      if (source.startsWith('npm:')) {
        const { sha256: ours } = Object.values(LITE.files).find((one) => one.source === source)!;
        expect([key, sha256]).toEqual([key, ours]);
      } else if (source.startsWith('https:')) {
        expect(source).toMatch(
          /^https:\/\/(huggingface\.co\/[^/]+\/[^/]+\/resolve|raw\.githubusercontent\.com)\//,
        );
        expect(sha256 === null || /^[0-9a-f]{64}$/.test(sha256)).toBe(true);
        // An exact size stands with the hash of the very file only.
        if (bytes !== null) expect([key, sha256]).not.toEqual([key, null]);
      }
    }
    const [item] = (await describeCatalogue({ storeRoot: await tempFolder() })).filter(
      (one) => one.id === id,
    );
    const downloads = item!.files.filter(({ source }) => source.startsWith('https:'));
    expect(item!.bytes).toBe(downloads.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0));
    expect(item!.isApproximate).toBe(downloads.some(({ isApproximate }) => isApproximate));
    for (const { value, source } of item!.figures) expect(value === null).toBe(source === 'not measured');
  },
);

test('ViT-H’s decoder takes boxes if it is the one that is here, else points only', async () => {
  const entry = await entryOf('clip-l14-336-sam-h');
  const contents = new Map(
    Object.keys(entry.files).map((key) => [key, { sha256: '0'.repeat(64), bytes: 1 }] as const),
  );
  const same = packSchema.parse(packOf(entry, contents, true, ['n']));
  expect(same.segmenter).toMatchObject({ decoder: 'decoder', dialect: 'meta', boxes: true });
  expect(same.files['own-decoder']).toBeUndefined();
  expect(same.notes).toContain('n');
  const other = packSchema.parse(packOf(entry, contents, false, []));
  expect(other.segmenter).toMatchObject({ decoder: 'own-decoder', dialect: 'hugging-face', boxes: false });
  expect(other.files.decoder).toBeUndefined();
});

test('APRIL-GAN’s checkpoint is compared with its name in git, and only the head made of it is kept', async () => {
  const entry = await entryOf('clip-l14-336-april-gan-mobilesam');
  expect(entry.files.checkpoint).toMatchObject({
    gitBlobSha1: 'a057cec6c2ba5996baa0160a51e155908156813f',
    sha256: null,
  });
  const contents = new Map(
    Object.keys(entry.files).map((key) => [key, { sha256: '0'.repeat(64), bytes: 1 }] as const),
  );
  const pack = packSchema.parse(packOf(entry, contents, true, []));
  expect(pack.files.checkpoint).toBeUndefined();
  expect(pack.files.head).toMatchObject({ source: 'pack:head.safetensors' });
});

test.each([
  ['licences lack', { licences: [{ name: 'none', address: 'https://example.org' }] }],
  [
    'not among files',
    { claims: [{ kind: 'same-decoder', decoder: 'x', own: 'y', otherwise: { segmenter: {} } }] },
  ],
  ['head', { head: { kind: 'linear', file: 'nothing', scale: 100 } }],
])('an entry that makes no pack is refused (%s)', async (reason, change) => {
  const text = await readFile(join(ROOT, 'catalogue', 'clip-b16-mobilesam.json'), 'utf8');
  expect(() => parseEntry(JSON.stringify({ ...JSON.parse(text), ...change }), 'x.json')).toThrow(reason);
});
