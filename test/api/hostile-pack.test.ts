import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packExaminer } from '../../src-main/services/packs/model-packs.ts';
import { ENDLESS_WORD, emptyNodes, endlessTokenizer, replaceFile } from '../inference/hostile-pack.ts';
import { TINY_RECIPE, writeTinyPack } from '../inference/tiny-pack.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { tempFolder } from '../temp-folder.ts';
import { drain, fakeWorkstation, importedBatch, inspector } from './workstation-fixture.ts';

/** A workstation with a pack of its own that is to do harm, and the process that examines packs as in earnest. */
async function withHostilePack() {
  const workspaceFolder = await temporaryFolder();
  const packFolder = join(workspaceFolder, 'models', 'tiny@1');
  await writeTinyPack(packFolder);
  const examiner = packExaminer({ limits: { wordsSeconds: 1, memoryMb: 64 } });
  return { packFolder, ...(await fakeWorkstation({}, { workspaceFolder, examiner })) };
}

const carrying = (data: object) => expect.objectContaining({ data: expect.objectContaining(data) });

test('a run whose recipe the tokeniser never finishes reading ends with an error that names it', async () => {
  const fake = await withHostilePack();
  const { client, packFolder, starts } = fake;
  await replaceFile(packFolder, 'tokenizer', endlessTokenizer);
  const { batchId } = await importedBatch(fake, 2);
  const recipe = { ...TINY_RECIPE, pack: 'tiny@1', object: ENDLESS_WORD };
  const { hash: recipeHash } = await client.recipes.save({ recipe, parentHash: null, inspector });
  await expect(client.runs.start({ batchId, recipeHash, inspector })).rejects.toEqual(
    carrying({
      code: 'pack-invalid',
      details: { case: 'words-too-slow', pack: 'tiny@1', file: 'tokenizer', seconds: 1 },
    }),
  );
  expect(await client.runs.list({ batchId })).toEqual([]);
  expect(starts).toEqual([]);
});

test('checking and adding a pack that fills the memory say so; listing packs needs nothing of it', async () => {
  const fake = await withHostilePack();
  const { client, packFolder } = fake;
  await replaceFile(packFolder, 'vision', emptyNodes(1_000_000));
  const ids = ['lite', 'tiny@1'];
  const listed = await client.packs.list();
  expect(listed.map(({ id, error }) => ({ id, error }))).toEqual(ids.map((id) => ({ id, error: null })));
  const heavy = { code: 'pack-invalid', details: { case: 'pack-too-heavy', pack: 'tiny', megabytes: 64 } };
  const { ok, files } = await client.packs.verify({ id: 'tiny@1' });
  expect(ok).toBe(false);
  expect(files.at(-1)).toMatchObject({
    name: 'pack.json',
    error: { ...heavy, message: expect.stringContaining('64 MB of memory') },
  });
  const stick = await tempFolder();
  await writeTinyPack(stick, (pack) => ({ ...pack, version: '2' }));
  await replaceFile(stick, 'decoder', emptyNodes(1_000_000));
  const adding = client.packs.add({ source: stick, inspector }).then(drain);
  await expect(adding).rejects.toEqual(carrying(heavy));
  expect((await client.packs.list()).map(({ id }) => id)).toEqual(ids);
});
