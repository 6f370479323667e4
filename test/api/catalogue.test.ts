import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PackProgress } from '../../src-shared/contract/packs.ts';
import { fileServer, type ServedFile } from '../files/file-server.ts';
import { catalogueWith } from '../services/packs/tiny-catalogue.ts';
import { tempFolder } from '../temp-folder.ts';
import { fakeWorkstation, inspector } from './workstation-fixture.ts';

/** A window's way to a catalogue with the tiny pack, whose files lie on a server of this machine. */
async function windowWithCatalogue() {
  const files: Record<string, ServedFile> = {};
  const { url, questions } = await fileServer(files);
  const { root } = await catalogueWith(files);
  process.env.CLIPSAM_MODELS_MIRROR = url;
  onTestFinished(() => void delete process.env.CLIPSAM_MODELS_MIRROR);
  const storeRoot = await tempFolder();
  const fake = await fakeWorkstation(
    {},
    { storeRoot, catalogueRoot: root, packsRoot: await tempFolder(), loopbackPacks: true },
  );
  const events: PackProgress[] = [];
  const install = async (licences: string[]) => {
    const stream = await fake.client.packs.install({ id: 'tiny', licences, inspector });
    for await (const event of stream) events.push(event);
  };
  return { ...fake, install, events, questions, storeRoot };
}

test('a pack of the catalogue is installed, listed, used and removed through the contract', async () => {
  const { client, install, events, storeRoot, workstation } = await windowWithCatalogue();
  expect(await client.packs.catalogue()).toMatchObject([
    {
      id: 'tiny',
      reference: 'tiny@1',
      installed: null,
      done: 0,
      licences: [{ name: 'MIT', files: { length: 5 } }],
    },
  ]);
  await install(['MIT']);
  expect(events.at(-1)).toMatchObject({
    kind: 'finished',
    id: 'tiny@1',
    outcome: 'added',
    taken: [{ file: 'text' }],
    notes: [],
  });
  expect(await client.packs.catalogue()).toMatchObject([{ installed: 'machine' }]);
  expect(await client.packs.list()).toMatchObject([{ id: 'tiny@1', place: 'machine', notes: [] }]);
  expect(await client.packs.where()).toMatchObject([
    { place: 'program', packs: 0 },
    { place: 'machine', folder: storeRoot, packs: 1, bytes: expect.any(Number) },
    { place: 'workspace', packs: 0 },
  ]);
  const recipe = { ...(await client.recipes.default({ pack: 'tiny@1' })), name: 'Bolts' };
  await client.recipes.save({ recipe, parentHash: null, inspector });
  expect(await client.packs.uses({ id: 'tiny@1' })).toMatchObject({
    workspaces: [{ workspace: workstation.workspace.folder, recipes: ['Bolts'] }],
  });
  await expect(client.packs.remove({ id: 'tiny@1', force: false, inspector })).rejects.toMatchObject({
    data: { code: 'conflict', details: { case: 'pack-in-use' } },
  });
  expect(await client.packs.remove({ id: 'tiny@1', force: true, inspector })).toMatchObject({ id: 'tiny@1' });
  expect(await client.packs.list()).toEqual([]);
});

test('licences that were not accepted are told, and nothing is asked for', async () => {
  const { install, questions } = await windowWithCatalogue();
  await expect(install([])).rejects.toMatchObject({ data: { details: { licences: 'MIT' } } });
  expect(questions).toEqual([]);
});

test('settings of the machine are changed, and the folder in use stays until the next start', async () => {
  const { client, storeRoot } = await windowWithCatalogue();
  const folder = join(await tempFolder(), 'models');
  const changed = await client.packs.changeSettings({ folder, proxy: 'http://ana:pw@proxy:1', inspector });
  expect(changed).toMatchObject({
    folder: { inUse: storeRoot, chosen: folder, origin: 'setting' },
    mirror: { origin: 'environment' },
    proxy: { value: 'http://proxy:1/', origin: 'setting' },
  });
  expect(await client.packs.settings()).toEqual(changed);
  await client.packs.changeSettings({ folder: null, proxy: null, inspector });
});
