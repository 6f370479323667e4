import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePictures } from '../cli/run-cli.ts';
import { tempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';
import { fakeWorkstation, inspector } from './workstation-fixture.ts';

const settings = {
  name: 'Camera',
  batchPer: 'day',
  objectName: 'nut',
  partNumber: '4711',
  lot: '7',
  recipeHash: null,
  polling: 'auto',
  waitSeconds: 30,
  broker: null,
} as const;

test('a folder is followed until it is stopped, also by the workstation that is opened next', async () => {
  const folder = await tempFolder();
  await writePictures(folder, ['a.png']);
  const first = await fakeWorkstation();
  const { client } = first;
  const { id } = await client.follow.start({ path: folder, settings, onlyNew: false, inspector });
  const state = async (which = client) => (await which.follow.list())[0]?.state;
  await until(async () => (await state())?.inspected === 1);
  const [row] = await client.batches.list({});
  expect(row).toMatchObject({
    batch: { partNumber: '4711', lot: '7', objectName: 'nut' },
    run: { total: 1, done: 1, active: true },
  });
  // What is inspected by hand goes its own way meanwhile; the followed run is stopped with its folder.
  const runId = row!.run!.run.id;
  const refused = expect.objectContaining({
    data: expect.objectContaining({ details: expect.objectContaining({ case: 'run-followed' }) }),
  });
  await expect(client.runs.cancel({ id: runId, inspector })).rejects.toEqual(refused);
  await expect(client.runs.pause({ id: runId, inspector })).rejects.toEqual(refused);
  await first.workstation.close();
  const second = await fakeWorkstation({}, { workspaceFolder: first.folder });
  await writePictures(join(folder, 'sub'), ['x.png', 'b.png']);
  await until(async () => (await state(second.client))?.inspected === 2);
  const stopped = await second.client.follow.stop({ id, inspector });
  expect(stopped).toMatchObject({ isOn: false, state: null, error: null });
  await mkdir(join(folder, 'later'));
  await writeFile(join(folder, 'later', 'c.png'), 'c');
  await second.workstation.close();
  const third = await fakeWorkstation({}, { workspaceFolder: first.folder });
  expect((await third.client.follow.list())[0]).toMatchObject({ isOn: false, state: null });
  const [after] = await third.client.batches.list({});
  expect(after!.run).toMatchObject({ run: { id: runId, status: 'done' }, total: 3, done: 3 });
});
