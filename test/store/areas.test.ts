import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { hashOfArea } from '../../src-main/files/area-hash.ts';
import { areaHistory, areaOfRun, currentArea, saveArea } from '../../src-main/store/areas.ts';
import { startRun } from '../../src-main/store/run-lifecycle.ts';
import { inspectionAreaSchema } from '../../src-shared/inspection-area.ts';
import { context, temporaryWorkspace, workspaceWithResult } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

const nut = { partNumber: '4711', revision: 'B' };
const left = inspectionAreaSchema.parse({
  width: 200,
  height: 100,
  include: [
    [
      [
        [0, 0],
        [100, 0],
        [100, 100],
        [0, 100],
      ],
    ],
  ],
});
const withPart = (path: string) => ({
  ...left,
  part: {
    contentHash: 'c'.repeat(64),
    path,
    page: 2,
    range: { low: 0, high: 4095 },
    point: { x: 50, y: 40 },
    level: 2 as const,
    seed: { packHash: 'd'.repeat(64), token: [0.6, 0.8], share: 0.2, border: 0, background: 0.3 },
  },
});

describe("a product's area", () => {
  test('has one revision after the other, with who and when; nothing means everywhere', async () => {
    const workspace = await temporaryWorkspace();
    expect(await currentArea(workspace, nut)).toBeUndefined();
    const first = await saveArea(workspace, { product: nut, area: left, after: 0, inspector: 'ana' });
    expect(first).toMatchObject({
      product: nut,
      revision: 1,
      hash: hashOfArea(left),
      area: left,
      inspector: 'ana',
    });
    const second = await saveArea(workspace, { product: nut, area: null, after: 1, inspector: 'bo' });
    expect(second).toMatchObject({ revision: 2, hash: null, area: null });
    expect(await currentArea(workspace, nut)).toEqual(second);
    expect(await areaHistory(workspace, nut)).toEqual([second, first]);
    expect(await currentArea(workspace, { ...nut, revision: 'C' })).toBeUndefined();
    expect(await listAudit(workspace, { subject: 'area' })).toMatchObject([
      { inspector: 'bo', oldValue: { revision: 1, hash: first.hash }, newValue: { revision: 2, hash: null } },
      { inspector: 'ana', action: 'saved', newValue: { revision: 1, hash: first.hash } },
    ]);
  });

  test('is not saved over a revision that came meanwhile', async () => {
    const workspace = await temporaryWorkspace();
    await saveArea(workspace, { product: nut, area: left, after: 0, inspector: 'ana' });
    await expect(
      saveArea(workspace, { product: nut, area: null, after: 0, inspector: 'bo' }),
    ).rejects.toMatchObject({ code: 'conflict', details: { case: 'area-changed', name: 'ana' } });
    expect((await currentArea(workspace, nut))?.area).toEqual(left);
  });

  test('cannot be changed or deleted, even with SQL', async () => {
    const workspace = await temporaryWorkspace();
    await saveArea(workspace, { product: nut, area: left, after: 0, inspector: 'ana' });
    await expect(sql`update areas set inspector = 'mallory'`.execute(workspace.db)).rejects.toThrow(
      'never changed',
    );
    await expect(sql`delete from areas`.execute(workspace.db)).rejects.toThrow('never changed');
  });

  test('moves with the workspace: an image in its folder is kept by its relative path', async () => {
    const workspace = await temporaryWorkspace();
    const area = withPart(`${workspace.folder}/photos/a.tif`);
    await saveArea(workspace, { product: nut, area, after: 0, inspector: 'ana' });
    const { area: column } = await workspace.db.selectFrom('areas').select('area').executeTakeFirstOrThrow();
    expect(JSON.parse(column!)).toMatchObject({ part: { path: 'photos/a.tif' } });
    expect((await currentArea(workspace, nut))?.area).toEqual(area);
  });
});

test('the hash is of what is looked at: not of what a pack says, nor of where the image lies', () => {
  const area = withPart('/photos/a.tif');
  const { part } = area;
  const hash = hashOfArea(area);
  expect(hashOfArea({ ...area, part: { ...part, path: '/elsewhere/a.tif' } })).toBe(hash);
  expect(hashOfArea({ ...area, part: { ...part, seed: null } })).toBe(hash);
  expect(hashOfArea({ ...area, part: { ...part, level: 3 } })).not.toBe(hash);
  expect(hashOfArea({ ...area, part: null })).not.toBe(hash);
  expect(hashOfArea(left)).not.toBe(hashOfArea({ ...left, ignore: left.include }));
});

test('a run keeps the area with which it began', async () => {
  const { workspace, batch, recipeHash, runId } = await workspaceWithResult();
  expect(await areaOfRun(workspace, runId)).toBeNull();
  const area = withPart('/photos/a.tif');
  const claim = await startRun(workspace, batch.id, recipeHash, context, area);
  expect(await areaOfRun(workspace, claim.runId)).toEqual(area);
  const [started] = await listAudit(workspace, { subject: 'run' });
  expect(started).toMatchObject({ newValue: { area: hashOfArea(area) } });
});
