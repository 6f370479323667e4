import { sql } from 'kysely';
import { describe, expect, it, test } from 'vitest';
import { beginLot } from '../../../src-main/services/lots/begin-lot.ts';
import { disposeLot } from '../../../src-main/services/lots/dispose-lot.ts';
import { lotDetails, lotPage } from '../../../src-main/services/lots/lot-state.ts';
import { planForLot } from '../../../src-main/services/lots/plan-lot.ts';
import { deleteBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { drawSample } from '../../../src-shared/sampling/draw-sample.ts';
import type { LotDetails } from '../../../src-shared/sampling/lot.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { batchOf, inspector, judge, REQUEST, runOf, SMALL, say, smallLot } from './lot-fixture.ts';

const told = ({ notices }: Pick<LotDetails, 'notices'>) =>
  Object.fromEntries(notices.map(({ code, count }) => [code, count]));
const failing = (reason: string) =>
  expect.objectContaining({ details: expect.objectContaining({ case: reason }) });
const dispose = (
  workspace: Workspace,
  id: number,
  disposition: 'accepted' | 'rejected' | 'cancelled' | 'withdrawn',
  comment = '',
) => disposeLot(workspace, { id, disposition, comment, inspector });

describe('a lot of 6,000 items with AQL 2.5 and 4.0', () => {
  test('has 200 of its images drawn, which its seed and what it was drawn from give again', async () => {
    const workspace = await temporaryWorkspace();
    const batchId = await batchOf(workspace, 260, { unreadable: [3, 40] });
    const plan = await planForLot(workspace, { ...REQUEST, batchId, partNumber: '' });
    expect(plan).toMatchObject({ sampleSize: 200, images: 260, unreadable: 2, undecided: 0 });
    const { lot } = await beginLot(workspace, { ...REQUEST, batchId });
    expect(lot).toMatchObject({ sampleSize: 200, partNumber: 'P-1', lot: 'L-7', size: 6000 });
    const details = await lotDetails(workspace, lot.id);
    const all = (await listImages(workspace, batchId)).map(({ id }) => id);
    const { unreadable, lastImageId } = lot.frame;
    expect(unreadable).toEqual([all[3], all[40]]);
    const candidates = all.filter((id) => id <= lastImageId && !unreadable.includes(id));
    expect(details.images.map(({ imageId }) => imageId)).toEqual(drawSample(candidates, 200, lot.seed));
    expect(details.images.map(({ place }) => place)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(told(details)).toEqual({ 'no-run': 200 });
    const [entry] = await listAudit(workspace, { subject: 'lot', subjectId: lot.id });
    expect(entry).toMatchObject({ action: 'begun', newValue: { seed: lot.seed } });
  });

  test('is accepted with 10 major ones when every verdict is there, and rejected with 11', async () => {
    const workspace = await temporaryWorkspace();
    const batchId = await batchOf(workspace, 210);
    const runId = await runOf(workspace, batchId);
    const { lot } = await beginLot(workspace, { ...REQUEST, batchId });
    await judge(
      workspace,
      lot.id,
      runId,
      Array.from({ length: 199 }, (_, i) => (i < 10 ? 'major' : null)),
    );
    expect((await lotDetails(workspace, lot.id)).finding).toMatchObject({ conformity: 'open', missing: 1 });
    const { images } = await lotDetails(workspace, lot.id);
    await say(workspace, runId, images[199]!.imageId, 'accept');
    const state = await lotDetails(workspace, lot.id);
    expect(state.finding).toMatchObject({ conformity: 'accepted', classes: { major: { found: 10 } } });
    expect(state.notices).toEqual([]);
    await say(workspace, runId, images[199]!.imageId, 'reject', 'major');
    expect((await lotDetails(workspace, lot.id)).finding.conformity).toBe('rejected');
  });
});

describe('what keeps a lot from being begun', () => {
  it.each([
    ['lot-too-few-images', { size: 6000 }],
    ['lot-smaller-than-batch', { size: 3 }],
    ['lot-limit', { limits: { major: 2 } }],
    ['lot-no-override-reason', { severities: { major: 'tightened' } }],
    ['lot-unknown', { resubmits: 99 }],
  ] as const)('%s', async (reason, changes) => {
    const workspace = await temporaryWorkspace();
    const batchId = await batchOf(workspace, 4);
    const limits = reason === 'lot-too-few-images' ? REQUEST.limits : SMALL.limits;
    await expect(beginLot(workspace, { ...SMALL, batchId, level: 'II', limits, ...changes })).rejects.toEqual(
      failing(reason),
    );
    expect((await lotPage(workspace, { batchId, before: null, limit: 10 })).lots).toEqual([]);
  });

  it('is a lot of the same batch, until that is cancelled, or rejected and inspected again', async () => {
    const workspace = await temporaryWorkspace();
    const { id, batchId, runId } = await smallLot(workspace);
    await expect(beginLot(workspace, { ...SMALL, batchId })).rejects.toEqual(failing('lot-exists'));
    await dispose(workspace, id, 'cancelled', 'wrong level');
    const { lot } = await beginLot(workspace, { ...SMALL, batchId });
    await expect(beginLot(workspace, { ...SMALL, batchId, resubmits: lot.id })).rejects.toEqual(
      failing('lot-not-rejected'),
    );
    await judge(workspace, lot.id, runId, ['major', null]);
    await dispose(workspace, lot.id, 'rejected');
    const again = await beginLot(workspace, { ...SMALL, batchId, resubmits: lot.id });
    expect(again.lot.resubmits).toBe(lot.id);
    expect((await lotDetails(workspace, lot.id)).resubmittedAs).toBe(again.lot.id);
    await expect(beginLot(workspace, { ...SMALL, batchId, resubmits: lot.id })).rejects.toEqual(
      failing('lot-exists'),
    );
    const other = await batchOf(workspace, 4, { partNumber: 'P-2' });
    await expect(beginLot(workspace, { ...SMALL, batchId: other, resubmits: lot.id })).rejects.toEqual(
      failing('lot-other-part'),
    );
  });
});

describe('a decision', () => {
  test('follows the sample without a word, and needs a reason against it', async () => {
    const workspace = await temporaryWorkspace();
    const { id, runId } = await smallLot(workspace);
    await expect(dispose(workspace, id, 'accepted')).rejects.toEqual(failing('lot-no-reason'));
    await judge(workspace, id, runId, [null, 'major']);
    await expect(dispose(workspace, id, 'accepted')).rejects.toEqual(failing('lot-no-reason'));
    await expect(dispose(workspace, id, 'withdrawn', 'x')).rejects.toEqual(failing('lot-undecided'));
    const rejected = await dispose(workspace, id, 'rejected');
    expect(rejected.decision).toMatchObject({
      disposition: 'rejected',
      runId,
      finding: { conformity: 'rejected' },
    });
    // Another one after that is never without a reason.
    await expect(dispose(workspace, id, 'rejected')).rejects.toEqual(failing('lot-no-reason'));
    await dispose(workspace, id, 'accepted', 'concession 12');
    const { decision, decisions } = await dispose(workspace, id, 'withdrawn', 'not agreed');
    expect(decision).toBeNull();
    expect(decisions.map(({ disposition }) => disposition)).toEqual(['rejected', 'accepted', 'withdrawn']);
    const told = await Promise.all(
      decisions.map((one) => listAudit(workspace, { subject: 'lot-decision', subjectId: one.id })),
    );
    expect(told.flat().map(({ action }) => action)).toEqual(['rejected', 'accepted', 'withdrawn']);
    expect(told[1]).toMatchObject([{ newValue: { lotId: id, comment: 'concession 12' } }]);
  });
});

describe('what is told about a lot', () => {
  test('a verdict that was withdrawn, or given since, makes its finding another than when it was decided', async () => {
    const workspace = await temporaryWorkspace();
    const { id, runId } = await smallLot(workspace);
    await judge(workspace, id, runId, [null, null]);
    await dispose(workspace, id, 'accepted');
    expect(told(await lotDetails(workspace, id))).toEqual({});
    const [first] = (await lotDetails(workspace, id)).images;
    await say(workspace, runId, first!.imageId, 'withdrawn');
    const after = await lotDetails(workspace, id);
    expect(told(after)).toEqual({ 'changed-since-decided': 1 });
    expect(after.finding).toMatchObject({ conformity: 'open', missing: 1 });
    expect(after.decision?.finding).toMatchObject({ conformity: 'accepted', missing: 0 });
  });

  test('verdicts of an earlier run do not count, and that is said', async () => {
    const workspace = await temporaryWorkspace();
    const { id, batchId, runId } = await smallLot(workspace);
    await judge(workspace, id, runId, [null, 'major']);
    const newer = await runOf(workspace, batchId);
    const state = await lotDetails(workspace, id);
    expect(state).toMatchObject({ runId: newer, finding: { conformity: 'open', missing: 2 } });
    expect(told(state)).toEqual({ 'newer-run': 2 });
    await judge(workspace, id, newer, [null]);
    expect(told(await lotDetails(workspace, id))).toEqual({ 'newer-run': 1 });
  });

  test('changed and added images are told, and an accepted lot with them needs a word', async () => {
    const workspace = await temporaryWorkspace();
    const { id, batchId, runId } = await smallLot(workspace);
    await judge(workspace, id, runId, [null, null]);
    const [first] = (await lotDetails(workspace, id)).images;
    const image = (await listImages(workspace, batchId)).find((one) => one.id === first!.imageId)!;
    const files = [
      { path: image.path, contentHash: 'f'.repeat(64), bytes: 9 },
      { path: `/pictures/${batchId}/late.png`, contentHash: 'e'.repeat(64), bytes: 9 },
    ];
    await addImages(workspace, batchId, files, inspector);
    const state = await lotDetails(workspace, id);
    expect(told(state)).toEqual({ 'images-added': 1, 'images-changed': 1 });
    expect(state.images.map(({ changed }) => changed)).toEqual([true, false]);
    await expect(dispose(workspace, id, 'accepted')).rejects.toEqual(failing('lot-no-reason'));
    await dispose(workspace, id, 'accepted', 'the same part, photographed again');
  });

  test('a lot of a deleted batch can be read and is not listed', async () => {
    const workspace = await temporaryWorkspace();
    const { id, batchId } = await smallLot(workspace);
    await deleteBatch(workspace, batchId, true, inspector);
    expect(told(await lotDetails(workspace, id))).toEqual({ 'batch-deleted': 1 });
    expect((await lotPage(workspace, { batchId: null, before: null, limit: 10 })).lots).toEqual([]);
  });
});

test('lots are listed newest first, a page at a time', async () => {
  const workspace = await temporaryWorkspace();
  const ids: number[] = [];
  for (let i = 0; i < 3; i++) ids.unshift((await smallLot(workspace)).id);
  const first = await lotPage(workspace, { batchId: null, before: null, limit: 2 });
  expect([first.lots.map(({ lot }) => lot.id), first.next]).toEqual([ids.slice(0, 2), ids[1]]);
  const second = await lotPage(workspace, { batchId: null, before: first.next, limit: 2 });
  expect([second.lots.map(({ lot }) => lot.id), second.next]).toEqual([ids.slice(2), null]);
});

test('what was planned, drawn and decided cannot be changed or deleted, even with SQL', async () => {
  const workspace = await temporaryWorkspace();
  const { id } = await smallLot(workspace);
  await dispose(workspace, id, 'cancelled', 'a trial');
  for (const table of ['lots', 'lot_images', 'lot_decisions']) {
    const name = sql.table(table);
    const column = sql.ref(table === 'lots' ? 'id' : 'lot_id');
    await expect(sql`update ${name} set ${column} = ${column}`.execute(workspace.db)).rejects.toThrow(
      'never changed',
    );
    await expect(sql`delete from ${name}`.execute(workspace.db)).rejects.toThrow('never changed');
  }
});
