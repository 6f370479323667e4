import { appendFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFollowing } from '../../../src-main/services/follow/start-following.ts';
import { listBatches } from '../../../src-main/store/batches.ts';
import { listImages } from '../../../src-main/store/images.ts';
import { listResults } from '../../../src-main/store/results.ts';
import { listRuns } from '../../../src-main/store/runs.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { tempFolder } from '../../temp-folder.ts';
import { until } from '../../until.ts';
import { following, picture } from './follow-fixture.ts';

const names = async (workspace: Workspace) => (await listBatches(workspace)).map(({ name }) => name);
const statuses = async (workspace: Workspace) => (await listRuns(workspace)).map(({ status }) => status);

describe('a followed folder', () => {
  test('has the images inspected that are there and those that come, by one run, in their order', async () => {
    const folder = await tempFolder();
    for (const [i, name] of ['b.png', 'a10.png', 'a2.png'].entries()) {
      await writeFile(join(folder, name), await picture(i));
      await utimes(join(folder, name), 1000, name === 'b.png' ? 1000 : 2000);
    }
    // The first takes longest: it is stored first all the same.
    let isHeld = true;
    const line = await following({ folder, fake: { hold: (name) => isHeld && name === 'b.png' } });
    await until(() => line.follower.state.taken === 3);
    await line.put('z.png', await picture(9));
    await until(() => line.follower.state.taken === 4);
    expect(line.inspected).toEqual([]);
    isHeld = false;
    await line.until(4);
    expect(line.inspected).toEqual(['b.png', 'a2.png', 'a10.png', 'z.png']);
    await line.put('sub/y.png', await picture(10));
    await line.until(5);
    await line.stop();
    expect(await statuses(line.workspace)).toEqual(['done']);
    const [run] = await listRuns(line.workspace);
    expect(await listResults(line.workspace, run!.id)).toHaveLength(5);
    expect(line.follower.state).toMatchObject({ taken: 5, inspected: 5, failed: 0, waiting: [] });
  });

  test.each(['always', 'auto'] as const)('sees what comes, polling %s', async (polling) => {
    const line = await following({ settings: { polling } });
    await line.put('a.png', await picture(1));
    await line.until(1);
    if (polling === 'always') expect(line.follower.state.isPolled).toBe(true);
  });

  test('waits for a file that is being written, and says so', async () => {
    const line = await following();
    const whole = await picture(1);
    const path = join(line.folder, 'a.png');
    await writeFile(path, whole.subarray(0, 500));
    await until(() => line.follower.state.waiting.length === 1);
    expect(line.follower.state.waiting).toEqual([path]);
    // What comes later and is whole does not wait for it.
    await line.put('b.png', await picture(2));
    await line.until(1);
    await appendFile(path, whole.subarray(500));
    await line.until(2);
    expect(line.inspected).toEqual(['b.png', 'a.png']);
    expect(line.follower.state.waiting).toEqual([]);
    expect(line.events.some(({ kind }) => kind === 'cut')).toBe(false);
  });

  test('names a file that never becomes whole, and inspects it as it is', async () => {
    const line = await following({ settings: { waitSeconds: 1 } });
    const path = join(line.folder, 'a.png');
    await writeFile(path, (await picture(1)).subarray(0, 500));
    await line.until(1);
    expect(line.events.filter(({ kind }) => kind === 'cut')).toEqual([{ kind: 'cut', path }]);
  });

  test('takes a file with new content as another image, and the earlier one keeps its result', async () => {
    const line = await following();
    await line.put('latest.png', await picture(1));
    await line.until(1);
    await line.put('latest.png', await picture(2));
    await line.until(2);
    // The same content again, under another time, is no image.
    await utimes(join(line.folder, 'latest.png'), 5000, 5000);
    await line.put('other.png', await picture(3));
    await line.until(3);
    expect(line.inspected).toEqual(['latest.png', 'latest.png', 'other.png']);
    const [batch] = await listBatches(line.workspace);
    const images = await listImages(line.workspace, batch!.id);
    const [run] = await listRuns(line.workspace);
    const results = await listResults(line.workspace, run!.id);
    expect(new Set(images.map(({ contentHash }) => contentHash)).size).toBe(3);
    const seen = results.map((one) => one.status === 'done' && one.result.contentHash);
    expect(seen).toEqual(images.map(({ contentHash }) => contentHash));
  });

  test('tells of a file that was written anew while it was inspected', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.png');
    const [before, after] = [await picture(1), await picture(2)];
    let isHeld = true;
    const line = await following({ folder, fake: { hold: (name) => isHeld && name === 'a.png' } });
    await line.put('a.png', before);
    await until(() => line.follower.state.taken === 1);
    await writeFile(path, after);
    isHeld = false;
    await line.until(2);
    const [run] = await listRuns(line.workspace);
    const results = await listResults(line.workspace, run!.id);
    const told = results.map((one) => (one.status === 'failed' ? one.error.code : one.status));
    expect(told).toEqual(['image-changed', 'done']);
  });

  test('begins a batch for every day, and ends the run of the day before', async () => {
    let now = new Date(2026, 2, 1, 23, 59);
    const line = await following({ now: () => now });
    await line.put('a.png', await picture(1));
    await line.until(1);
    now = new Date(2026, 2, 2, 0, 1);
    await line.put('b.png', await picture(2));
    await line.until(2);
    expect(await names(line.workspace)).toEqual(['Camera 2026-03-02', 'Camera 2026-03-01']);
    await until(async () => (await statuses(line.workspace))[1] === 'done');
    await line.stop();
    // The next day's program goes on with the day's batch.
    const again = await following({ ...line, now: () => now });
    await again.put('c.png', await picture(3));
    await again.until(1);
    expect(again.inspected).toEqual(['c.png']);
    expect(await names(line.workspace)).toHaveLength(2);
    expect(await listRuns(line.workspace)).toHaveLength(2);
  });

  test('begins a batch for every folder below, or for every lot', async () => {
    const line = await following({ settings: { batchPer: 'folder' } });
    for (const [i, name] of ['L1/a.png', 'L2/a.png', 'L1/b.png'].entries()) {
      await line.put(name, await picture(i));
      await line.until(i + 1);
    }
    expect(await names(line.workspace)).toEqual(['Camera L2', 'Camera L1']);
    expect(await listRuns(line.workspace)).toHaveLength(2);
    await line.stop();
    const byLot = await following({ workspace: line.workspace, settings: { batchPer: 'lot', lot: '7' } });
    await byLot.put('a.png', await picture(5));
    await byLot.until(1);
    await byLot.follower.change({ ...byLot.settings, lot: '8', partNumber: '4711' }, 'ana');
    await byLot.put('b.png', await picture(6));
    await byLot.until(2);
    const [last] = await listBatches(line.workspace);
    expect(last).toMatchObject({ name: 'Camera 8', lot: '8', partNumber: '4711' });
  });

  test('goes on where it was ended: nothing is missed, nothing is inspected twice', async () => {
    const line = await following({ fake: { hold: (name) => name === 'b.png' } });
    await line.put('a.png', await picture(1));
    await line.until(1);
    await line.put('b.png', await picture(2));
    await until(() => line.follower.state.taken === 2);
    await line.stop();
    expect(await statuses(line.workspace)).toEqual(['interrupted']);
    await line.put('c.png', await picture(3));
    const again = await following({ workspace: line.workspace, folder: line.folder });
    await again.until(2);
    await again.put('d.png', await picture(4));
    await again.until(3);
    expect(again.inspected).toEqual(['b.png', 'c.png', 'd.png']);
    expect(await listRuns(line.workspace)).toHaveLength(1);
  });

  test('tries again what an error of the machine ended', async () => {
    let isFull = true;
    const fail = () => (isFull ? new ClipSamError('disk-full', 'There is no space left.') : undefined);
    const line = await following({ fake: { fail } });
    await line.put('a.png', await picture(1));
    await until(() => line.follower.state.trouble?.code === 'disk-full');
    isFull = false;
    await line.until(1);
    await until(() => line.follower.state.trouble === null);
    expect(line.follower.state).toMatchObject({ inspected: 1, failed: 0 });
  });

  test('waits for a folder that goes away', async () => {
    const line = await following({ settings: { polling: 'always' } });
    await line.put('a.png', await picture(1));
    await line.until(1);
    await rm(line.folder, { recursive: true });
    await until(() => line.follower.state.away !== null);
    await mkdir(line.folder);
    await line.put('b.png', await picture(2));
    await line.until(2);
    expect(line.follower.state.away).toBeNull();
  });

  test('is followed once, from a place beside the workspace, and passes over what was there if asked', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'old.png'), await picture(1));
    const line = await following({ folder, onlyNew: true });
    await line.put('new.png', await picture(2));
    await line.until(1);
    expect(line.inspected).toEqual(['new.png']);
    const options = { isOn: false, inspector: 'ana', onlyNew: false };
    const start = (path: string) => startFollowing(line.workspace, path, line.settings, options);
    await expect(start(folder)).rejects.toMatchObject({ code: 'conflict' });
    await expect(start(line.workspace.folder)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(start(join(folder, 'none'))).rejects.toMatchObject({ code: 'image-not-found' });
    const other = await temporaryWorkspace();
    await expect(
      startFollowing(other, join(other.folder, '..'), line.settings, options),
    ).rejects.toMatchObject({
      details: { case: 'folder-holds-workspace' },
    });
  });
});
