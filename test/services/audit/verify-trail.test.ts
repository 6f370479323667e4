import type Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkHead } from '../../../src-main/services/audit/kept-head.ts';
import { verifyTrail } from '../../../src-main/services/audit/verify-trail.ts';
import { addAnnotation, retractAnnotation } from '../../../src-main/store/annotations.ts';
import { recordAudit, recordAuditEvent } from '../../../src-main/store/audit.ts';
import { auditHead } from '../../../src-main/store/audit-search.ts';
import { deleteBatch, updateBatch } from '../../../src-main/store/batches.ts';
import { addDisposition } from '../../../src-main/store/dispositions.ts';
import { addInspector, changePin, changeRole, removeInspector } from '../../../src-main/store/people.ts';
import { beginPurge, purgeStep } from '../../../src-main/store/purges.ts';
import { setRunStatus } from '../../../src-main/store/run-lifecycle.ts';
import { changeSetting } from '../../../src-main/store/settings.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import type { AuditFinding } from '../../../src-shared/audit.ts';
import { behindItsBack, chainByHand, hashByHand, tamperWithFile } from '../../store/audit-fixture.ts';
import { temporaryWorkspace, workspaceWithResult } from '../../store/fixtures.ts';

/** A workspace in which there is something of everything that the trail covers; its run has ended. */
async function filled() {
  const filled = await workspaceWithResult();
  const { workspace, runId, imageId, claim, batch } = filled;
  const base = { runId, imageId };
  await addInspector(workspace, { name: 'Ana', role: 'engineer', pin: 'hash 1', inspector: 'Ana' });
  await addInspector(workspace, { name: 'Bo', role: 'operator', pin: 'hash 2', inspector: 'Ana' });
  await addInspector(workspace, { name: 'Cy', role: 'operator', pin: 'hash 3', inspector: 'Ana' });
  await changeRole(workspace, 'Bo', 'reviewer', 'Ana');
  await changePin(workspace, 'Bo', 'hash 4', 'Ana');
  await removeInspector(workspace, 'Cy', 'Ana');
  await changeSetting(workspace, 'idle-minutes', 5, 'Ana');
  await addVerdict(workspace, { ...base, verdict: 'reject', defectClass: 'scratch', inspector: 'Ana' });
  await addVerdict(workspace, { ...base, verdict: 'uncertain', inspector: 'Bo' });
  await addDisposition(workspace, { ...base, disposition: 'scrap', inspector: 'Ana' });
  const annotation = await addAnnotation(workspace, {
    ...base,
    kind: 'false-positive',
    regionIndex: 1,
    inspector: 'Ana',
  });
  await addAnnotation(workspace, { ...base, kind: 'false-positive', regionIndex: 1, inspector: 'Bo' });
  await retractAnnotation(workspace, annotation.id, 'Bo');
  await updateBatch(workspace, batch.id, { partNumber: 'P-1' }, 'Ana');
  await setRunStatus(workspace, claim, 'done', 'Ana');
  return filled;
}

/** Writes the chain anew, as somebody would who knows how hashes are made. */
function chainAnew(database: Database.Database) {
  const update = database.prepare('update audit_events set hash = ? where id = ?');
  for (const { id, expected } of chainByHand(database)) update.run(expected, id);
}

test('what the program wrote itself is found whole', async () => {
  const { workspace } = await filled();
  const report = await verifyTrail(workspace);
  expect(report).toMatchObject({ found: 0, findings: [], untrustedFrom: null, remarks: [], results: 1 });
  expect(report.head).toMatchObject(
    await auditHead(workspace).then(({ entries, hash }) => ({ entries, hash })),
  );
  // Two verdicts, three annotations with the retraction, a disposition, a recipe, three people, a setting, a batch, a run.
  expect(report.records).toBe(13);
});

test('an empty workspace is whole', async () => {
  expect(await verifyTrail(await temporaryWorkspace())).toMatchObject({
    found: 0,
    untrustedFrom: null,
    records: 0,
  });
});

describe('in the trail is found', () => {
  const other = {
    inspector: `'Mallory'`,
    created_at: `'2020-01-01T00:00:00.000Z'`,
    action: `'accept'`,
    subject: `'image'`,
    subject_id: `'77'`,
    old_value: `'{}'`,
    new_value: `'{"verdict":"accept"}'`,
  };
  test.each(Object.entries(other))(
    'another %s of the first, a middle and the last entry',
    async (column, value) => {
      const { workspace } = await filled();
      const { entries } = await auditHead(workspace);
      for (const id of [1, 7, entries]) {
        const before = behindItsBack(workspace, (database) =>
          database.prepare(`select ${column} from audit_events where id = ?`).pluck().get(id),
        );
        tamperWithFile(workspace, `update audit_events set ${column} = ${value} where id = ${id}`);
        const report = await verifyTrail(workspace);
        expect(report.findings).toContainEqual({ kind: 'entry-broken', entry: id });
        expect(report.findings.filter(({ kind }) => kind === 'entry-broken')).toHaveLength(1);
        // The entry before may as well have been changed, with its hash.
        expect(report.untrustedFrom).toBe(Math.max(1, id - 1));
        tamperWithFile(workspace, (database) =>
          database.prepare(`update audit_events set ${column} = ? where id = ?`).run(before, id),
        );
      }
      expect(await verifyTrail(workspace)).toMatchObject({ found: 0 });
    },
  );

  test('another hash, and another entry with its hash', async () => {
    const { workspace } = await filled();
    tamperWithFile(workspace, `update audit_events set hash = '${'0'.repeat(64)}' where id = 5`);
    expect((await verifyTrail(workspace)).findings).toEqual([{ kind: 'entry-broken', entry: 5 }]);
    const second = await filled();
    tamperWithFile(second.workspace, (database) => {
      database.exec(`update audit_events set inspector = 'Mallory' where id = 5`);
      const rows = chainByHand(database);
      database.prepare('update audit_events set hash = ? where id = 5').run(rows[4]!.expected);
    });
    const report = await verifyTrail(second.workspace);
    expect(report.findings).toEqual([{ kind: 'entry-broken', entry: 6 }]);
    expect(report.untrustedFrom).toBe(5);
  });

  test('that entries were deleted', async () => {
    for (const [where, from, to, untrustedFrom] of [
      ['id = 1', 1, 1, 1],
      ['id in (6, 7)', 6, 7, 5],
    ] as const) {
      const { workspace } = await filled();
      tamperWithFile(workspace, `delete from audit_events where ${where}`);
      const report = await verifyTrail(workspace);
      expect(report.findings).toContainEqual({ kind: 'entries-missing', from, to });
      expect(report.untrustedFrom).toBe(untrustedFrom);
    }
  });

  test('that the end was cut off, as long as SQLite remembers it, and when the trail went on', async () => {
    const { workspace } = await filled();
    const { entries } = await auditHead(workspace);
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    tamperWithFile(workspace, `delete from audit_events where id > ${entries}`);
    expect(await verifyTrail(workspace)).toMatchObject({
      findings: [{ kind: 'end-missing', from: entries + 1, to: entries + 1 }],
      untrustedFrom: entries + 1,
    });
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    expect((await verifyTrail(workspace)).findings).toEqual([
      { kind: 'entries-missing', from: entries + 1, to: entries + 1 },
    ]);
  });

  test('an entry that was added, with and without a hash', async () => {
    for (const hash of ['', '1'.repeat(64)]) {
      const { workspace } = await filled();
      const { entries } = await auditHead(workspace);
      tamperWithFile(
        workspace,
        `insert into audit_events (inspector, created_at, action, subject, subject_id, hash)
         values ('Ana', '2026-01-01', 'signed-in', 'session', '1', '${hash}')`,
      );
      expect(await verifyTrail(workspace)).toMatchObject({
        findings: [{ kind: 'entry-broken', entry: entries + 1 }],
        untrustedFrom: entries,
      });
    }
  });

  test('an entry that was put between others', async () => {
    const { workspace } = await filled();
    tamperWithFile(workspace, (database) => {
      database.exec(`update audit_events set id = -id - 1 where id >= 6; update audit_events set id = -id where id < 0;
        insert into audit_events (id, inspector, created_at, action, subject, subject_id)
        values (6, 'Ana', '2026-01-01', 'signed-in', 'session', '1')`);
    });
    const report = await verifyTrail(workspace);
    expect(report.findings[0]).toEqual({ kind: 'entry-broken', entry: 6 });
    expect(report.untrustedFrom).toBe(5);
  });

  test('that two entries changed places', async () => {
    const { workspace } = await filled();
    tamperWithFile(
      workspace,
      `update audit_events set id = -3 where id = 3; update audit_events set id = 3 where id = 8;
       update audit_events set id = 8 where id = -3`,
    );
    const { findings, untrustedFrom } = await verifyTrail(workspace);
    const broken = findings.flatMap((finding) => (finding.kind === 'entry-broken' ? [finding.entry] : []));
    expect(broken).toEqual(expect.arrayContaining([3, 8]));
    expect(untrustedFrom).toBe(2);
  });

  test('more than can be named, counted', async () => {
    const workspace = await temporaryWorkspace();
    const event = { inspector: 'Ana', action: 'signed-in', subject: 'session', subjectId: 1 } as const;
    await workspace.db.transaction().execute((db) =>
      recordAudit(
        db,
        Array.from({ length: 2500 }, () => event),
      ),
    );
    tamperWithFile(workspace, `update audit_events set action = 'b'`);
    const { findings, found, untrustedFrom } = await verifyTrail(workspace);
    expect([findings.length, found, untrustedFrom]).toEqual([200, 2500, 1]);
  });
});

describe('with a head that was kept', () => {
  test('a trail that went on is whole', async () => {
    const { workspace } = await filled();
    const head = await auditHead(workspace);
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    expect(await verifyTrail(workspace, { head })).toMatchObject({ found: 0 });
    expect(await checkHead(workspace, head)).toBe(null);
  });

  test('one of an empty trail fits', async () => {
    const workspace = await temporaryWorkspace();
    const head = await auditHead(workspace);
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    expect(await verifyTrail(workspace, { head })).toMatchObject({ found: 0 });
    expect(await checkHead(workspace, head)).toBe(null);
  });

  test('a cut end is found though nothing else tells of it', async () => {
    const { workspace } = await filled();
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    const head = await auditHead(workspace);
    tamperWithFile(
      workspace,
      `delete from audit_events where id = ${head.entries};
       update sqlite_sequence set seq = ${head.entries - 1} where name = 'audit_events'`,
    );
    expect(await verifyTrail(workspace)).toMatchObject({ found: 0 });
    const finding = { kind: 'head-beyond-end', entries: head.entries - 1, expected: head.entries };
    expect(await verifyTrail(workspace, { head })).toMatchObject({
      findings: [finding],
      untrustedFrom: head.entries,
    });
    expect(await checkHead(workspace, head)).toEqual(finding);
  });

  test('a trail that was written anew after a change is found', async () => {
    const { workspace } = await filled();
    const head = await auditHead(workspace);
    tamperWithFile(workspace, (database) => {
      database.exec(`update audit_events set inspector = 'Mallory' where id = 2`);
      chainAnew(database);
    });
    expect(await verifyTrail(workspace)).toMatchObject({ found: 0 });
    const finding = { kind: 'head-differs', entry: head.entries };
    expect(await verifyTrail(workspace, { head })).toMatchObject({ findings: [finding], untrustedFrom: 1 });
    expect(await checkHead(workspace, head)).toEqual(finding);
  });

  test('one of another workspace is told', async () => {
    const { workspace } = await filled();
    const head = { ...(await auditHead(workspace)), workspace: 'another' };
    const finding = { kind: 'head-of-other-workspace' };
    expect((await verifyTrail(workspace, { head })).findings).toEqual([finding]);
    expect(await checkHead(workspace, head)).toEqual(finding);
  });
});

describe('in what the trail tells of is found', () => {
  const changed = (record: string, id: string, ...fields: string[]) =>
    expect.objectContaining({ kind: 'record-changed', record, id, fields });
  const hash = (column: string) => `(select ${column} from recipes)`;

  test.each([
    [
      'a verdict',
      `update verdicts set verdict = 'accept' where id = 2`,
      [changed('verdict', '2', 'verdict')],
    ],
    [
      'who gave a verdict, and when',
      `update verdicts set inspector = 'Cy', created_at = '2020' where id = 1`,
      [changed('verdict', '1', 'inspector', 'createdAt')],
    ],
    [
      'its class',
      `update verdicts set defect_class = '' where id = 1`,
      [changed('verdict', '1', 'defectClass')],
    ],
    [
      'a verdict that is gone',
      'delete from verdicts where id = 2',
      [expect.objectContaining({ kind: 'record-missing', record: 'verdict', id: '2' })],
    ],
    [
      'a verdict that was added',
      `insert into verdicts select 3, run_id, image_id, 'accept', '', null, 'dust', '', 'Ana', created_at, 2 from verdicts where id = 2`,
      [{ kind: 'record-added', record: 'verdict', id: '3' }],
    ],
    [
      'an annotation',
      `update annotations set comment = 'x' where id = 2`,
      [changed('annotation', '2', 'comment')],
    ],
    [
      'an annotation that is gone',
      'delete from annotations where id = 2',
      [expect.objectContaining({ kind: 'record-missing', record: 'annotation', id: '2' })],
    ],
    [
      'who took one back',
      `update annotations set inspector = 'Cy' where id = 3`,
      [changed('annotation', '1', 'retraction')],
    ],
    [
      'that one was not taken back',
      'delete from annotations where id = 3',
      [expect.objectContaining({ kind: 'record-missing', record: 'annotation', id: '1' })],
    ],
    [
      'that one was taken back',
      `insert into annotations (run_id, image_id, defect_class, comment, inspector, created_at, retracts)
       select run_id, image_id, '', '', 'Bo', created_at, 2 from annotations where id = 2`,
      [{ kind: 'record-added', record: 'annotation', id: '2' }],
    ],
    [
      'a disposition',
      `update dispositions set disposition = 'rework'`,
      [changed('disposition', '1', 'disposition')],
    ],
    [
      'a recipe',
      `update recipes set json = json_set(json, '$.theta', 0.123)`,
      [expect.objectContaining({ record: 'recipe', fields: ['recipe'] })],
    ],
    [
      'who saved it',
      `update recipes set inspector = 'Cy'`,
      [expect.objectContaining({ record: 'recipe', fields: ['inspector'] })],
    ],
    [
      'a recipe that was added',
      `insert into recipes values ('${'e'.repeat(64)}', ${hash('json')}, ${hash('name')}, 9, null, 'Ana', ${hash('created_at')})`,
      [{ kind: 'record-added', record: 'recipe', id: 'e'.repeat(64) }],
    ],
    ['a role', `update people set role = 'engineer' where name = 'Bo'`, [changed('person', '2', 'role')]],
    ['a PIN', `update people set pin = 'hash 1' where name = 'Bo'`, [changed('person', '2', 'pin')]],
    ['who may sign in again', 'update people set removed_at = null', [changed('person', '3', 'removed')]],
    [
      'somebody who was added',
      `insert into people (name, role, pin, created_at) values ('M', 'engineer', 'x', '')`,
      [{ kind: 'record-added', record: 'person', id: '4' }],
    ],
    [
      'somebody who is gone',
      'delete from people where id = 2',
      [expect.objectContaining({ kind: 'record-missing', record: 'person', id: '2' })],
    ],
    ['a setting', `update settings set value = '60'`, [changed('setting', 'idle-minutes', 'value')]],
    [
      'a setting that is gone',
      'delete from settings',
      [expect.objectContaining({ kind: 'record-missing', record: 'setting' })],
    ],
    [
      'a setting that was added',
      `insert into settings values ('company', '{}')`,
      [{ kind: 'record-added', record: 'setting', id: 'company' }],
    ],
    ['a batch', `update batches set part_number = 'P-2'`, [changed('batch', '1', 'partNumber')]],
    [
      'a batch that was deleted',
      `update batches set deleted_at = '2026'`,
      [changed('batch', '1', 'deletedAt')],
    ],
    [
      'its scale',
      `update batches set scale = '{"millimetresPerPixel":1,"source":"typed","imageWidth":null,"imageHeight":null}'`,
      [changed('batch', '1', 'scale')],
    ],
    [
      'a batch that was added',
      `insert into batches (name, object_name, part_number, revision, lot, order_number, created_at) values ('C', '', '', '', '', '', '')`,
      [{ kind: 'record-added', record: 'batch', id: '2' }],
    ],
    ['the state of a run', `update runs set status = 'cancelled'`, [changed('run', '1', 'status')]],
    [
      'its pack',
      `update runs set pack_hash = 'f', software_version = '9'`,
      [changed('run', '1', 'packHash', 'softwareVersion')],
    ],
    [
      'where it looked',
      `update runs set area = '{"regions":[]}'`,
      [expect.objectContaining({ record: 'run' })],
    ],
  ] as [string, string, AuditFinding[]][])('%s', async (_what, sql, findings) => {
    const { workspace } = await filled();
    tamperWithFile(workspace, sql);
    const report = await verifyTrail(workspace);
    expect(report.findings).toEqual(findings);
    expect(report.untrustedFrom).toBe(null);
  });

  test.each([
    ['a score', 'update results set score = 0.1'],
    ['a verdict of the model', `update results set verdict = 'accept'`],
    ['the hash of the image', `update results set content_hash = '${'0'.repeat(64)}'`],
    ['the maps', `update results set artifacts = json_set(artifacts, '$.map.sha256', 'x')`],
    ['a region', 'update regions set area = area + 1'],
    ['how long a region is', 'update regions set length = 1000'],
    ['that a region counts', 'update regions set below_limit = 1'],
    ['a region that is gone', 'delete from regions'],
    ['the result of another time', `update results set finished_at = '2020'`],
    [
      'a result that was added',
      `insert into results (run_id, image_id, status, finished_at, error_code, error_message)
       values (1, 99, 'failed', '', 'image-corrupt', '')`,
    ],
  ])('%s', async (_what, sql) => {
    const { workspace } = await filled();
    tamperWithFile(workspace, sql);
    const { findings } = await verifyTrail(workspace);
    expect(findings).toEqual([expect.objectContaining({ kind: 'results-changed', run: '1' })]);
  });

  test('results that are gone', async () => {
    const { workspace } = await filled();
    tamperWithFile(workspace, 'delete from results');
    expect((await verifyTrail(workspace)).findings).toEqual([
      expect.objectContaining({ kind: 'results-changed', run: '1' }),
    ]);
  });

  test('a run that is gone with all that belongs to it', async () => {
    const { workspace } = await filled();
    tamperWithFile(
      workspace,
      ['verdicts', 'annotations', 'dispositions', 'regions', 'results', 'runs']
        .map((t) => `delete from ${t}`)
        .join(';'),
    );
    const { findings } = await verifyTrail(workspace);
    expect(
      new Set(findings.map((finding) => `${finding.kind} ${'record' in finding ? finding.record : ''}`)),
    ).toEqual(
      new Set(['verdict', 'annotation', 'disposition', 'run'].map((record) => `record-missing ${record}`)),
    );
  });
});

describe('is no alarm:', () => {
  test('a batch that was removed for good, at any step of it', async () => {
    const { workspace, batch } = await filled();
    await deleteBatch(workspace, batch.id, true, 'Ana');
    await beginPurge(workspace, batch.id, 'Ana');
    for (let left: number | undefined = 1; left !== undefined; ) {
      expect((await verifyTrail(workspace)).findings).toEqual([]);
      left = await purgeStep(workspace, batch.id);
    }
    expect((await verifyTrail(workspace)).findings).toEqual([]);
  });

  test('a run that is at work', async () => {
    const { workspace } = await workspaceWithResult();
    expect(await verifyTrail(workspace)).toMatchObject({
      found: 0,
      remarks: [{ kind: 'runs-open', count: 1 }],
    });
  });

  test('a clock that was set back', async () => {
    const { workspace } = await filled();
    const { entries } = await auditHead(workspace);
    vi.useFakeTimers({ now: new Date('2020-01-01'), toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    await recordAuditEvent(workspace, {
      inspector: 'Ana',
      action: 'signed-in',
      subject: 'session',
      subjectId: 1,
    });
    expect(await verifyTrail(workspace)).toMatchObject({
      found: 0,
      remarks: [{ kind: 'clock-set-back', entry: entries + 1, count: 1 }],
    });
  });
});

test('a check can be cancelled, and tells how far it is', async () => {
  const { workspace } = await filled();
  const phases = new Set<string>();
  await verifyTrail(workspace, { onProgress: ({ phase }) => phases.add(phase) });
  expect([...phases]).toEqual(['entries', 'records', 'results']);
  const signal = AbortSignal.abort();
  await expect(verifyTrail(workspace, { signal })).rejects.toMatchObject({ code: 'cancelled' });
});

test('the formula of an entry is the one that is documented', async () => {
  const { workspace } = await filled();
  const [first, second] = behindItsBack(workspace, chainByHand);
  expect(second!.hash).toBe(hashByHand(first!.hash, second!));
});
