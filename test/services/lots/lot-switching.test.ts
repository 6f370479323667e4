import { expect, test } from 'vitest';
import { beginLot } from '../../../src-main/services/lots/begin-lot.ts';
import { disposeLot } from '../../../src-main/services/lots/dispose-lot.ts';
import { switchingHistory } from '../../../src-main/services/lots/lot-switching.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { NewLot } from '../../../src-shared/contract/lots.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { batchOf, inspector, judge, SMALL, smallLot } from './lot-fixture.ts';

/** A lot with verdicts and the decision that follows from them: as severities, null accepts. */
async function decidedLot(
  workspace: Workspace,
  severity: 'major' | null,
  changes: Partial<NewLot> = {},
  comment = '',
) {
  const lot = await smallLot(workspace, changes);
  await judge(workspace, lot.id, lot.runId, [severity, null]);
  const disposition = severity && comment === '' ? 'rejected' : 'accepted';
  await disposeLot(workspace, { id: lot.id, disposition, comment, inspector });
  return lot;
}

const proposed = async (workspace: Workspace, supplier: string = SMALL.supplier) =>
  (await switchingHistory(workspace, 'P-1', supplier)).switching.major;

test('two rejected lots tighten the next one of the same part and supplier, and only that', async () => {
  const workspace = await temporaryWorkspace();
  expect(await proposed(workspace)).toMatchObject({ proposed: 'normal', reason: 'first-lot' });
  await decidedLot(workspace, 'major');
  // Accepted by concession: by the rules it is not accepted.
  await decidedLot(workspace, 'major', {}, 'concession');
  expect(await proposed(workspace)).toMatchObject({ proposed: 'tightened', reason: 'two-of-five' });
  expect(await proposed(workspace, 'Others')).toMatchObject({ proposed: 'normal', lots: 0 });
  const { lot } = await smallLot(workspace);
  expect(lot.plans.major).toMatchObject({ severity: 'tightened', tableLetter: 'B', sampleSize: 3 });
  expect(lot.proposed).toEqual({ major: 'tightened' });
  expect((await switchingHistory(workspace, 'P-1', SMALL.supplier)).undecided).toBe(1);
});

test('resubmitted and cancelled lots do not count, nor do withdrawn decisions', async () => {
  const workspace = await temporaryWorkspace();
  const first = await decidedLot(workspace, 'major');
  await decidedLot(workspace, 'major', { resubmits: first.id });
  const third = await smallLot(workspace);
  await judge(workspace, third.id, third.runId, ['major', null]);
  await disposeLot(workspace, { id: third.id, disposition: 'cancelled', comment: 'wrong part', inspector });
  const fourth = await decidedLot(workspace, 'major');
  expect(await proposed(workspace)).toMatchObject({ proposed: 'tightened', notAccepted: 2 });
  await disposeLot(workspace, { id: fourth.id, disposition: 'withdrawn', comment: 'too early', inspector });
  expect(await proposed(workspace)).toMatchObject({ proposed: 'normal', notAccepted: 1 });
});

test('another severity than the proposed one needs a reason, and who may decide it', async () => {
  const workspace = await temporaryWorkspace();
  const batchId = await batchOf(workspace, 4);
  const request: NewLot = {
    ...SMALL,
    batchId,
    severities: { major: 'tightened' },
    overrideReason: 'new tool',
  };
  const refused = () => {
    throw new Error('for engineers');
  };
  await expect(beginLot(workspace, request, { allowOverride: refused })).rejects.toThrow('for engineers');
  const { lot } = await beginLot(workspace, request);
  expect(lot).toMatchObject({
    overrideReason: 'new tool',
    proposed: { major: 'normal' },
    plans: { major: { severity: 'tightened' } },
  });
  // The proposed one, named, is no other.
  const other = await batchOf(workspace, 4, { partNumber: 'P-2' });
  const same = { ...request, batchId: other, severities: { major: 'normal' as const } };
  expect((await beginLot(workspace, same, { allowOverride: refused })).lot.overrideReason).toBe('');
});

test('five rejected lots under tightened inspection end it, until an engineer begins again', async () => {
  const workspace = await temporaryWorkspace();
  const tightened = { severities: { major: 'tightened' }, overrideReason: 'agreed' } as const;
  for (let i = 0; i < 5; i++) await decidedLot(workspace, 'major', tightened);
  expect(await proposed(workspace)).toMatchObject({ proposed: 'discontinued', notAccepted: 5 });
  const batchId = await batchOf(workspace, 4);
  const reason = expect.objectContaining({ details: expect.objectContaining({ case: 'lot-discontinued' }) });
  await expect(beginLot(workspace, { ...SMALL, batchId })).rejects.toEqual(reason);
  await expect(
    beginLot(workspace, { ...SMALL, batchId, severities: { major: 'normal' }, overrideReason: 'x' }),
  ).rejects.toEqual(reason);
  const { lot } = await beginLot(workspace, { ...SMALL, batchId, ...tightened });
  expect(lot.proposed).toEqual({ major: 'discontinued' });
});
