import { describe, expect, test } from 'vitest';
import { verifyTrail } from '../../../src-main/services/audit/verify-trail.ts';
import { disposeLot } from '../../../src-main/services/lots/dispose-lot.ts';
import { saveArea } from '../../../src-main/store/areas.ts';
import { deleteBatch } from '../../../src-main/store/batches.ts';
import { addInspector } from '../../../src-main/store/people.ts';
import { beginPurge, purgeStep } from '../../../src-main/store/purges.ts';
import { fileReport } from '../../../src-main/store/reports.ts';
import { addSignature, addWithdrawal } from '../../../src-main/store/signatures.ts';
import { addJudgement, createStudy } from '../../../src-main/store/studies.ts';
import type { AuditFinding, AuditRecord } from '../../../src-shared/audit.ts';
import { inspectionAreaSchema } from '../../../src-shared/inspection-area.ts';
import { reportOptionsSchema } from '../../../src-shared/report.ts';
import { behindItsBack, tamperWithFile } from '../../store/audit-fixture.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { smallLot } from '../lots/lot-fixture.ts';

const PRODUCT = { partNumber: 'P-1', revision: 'B' };
const hashOf = (digit: string) => digit.repeat(64);

/** A workspace with a lot and two decisions about it, signatures, a report in two revisions, an area and a study. */
async function filled() {
  const workspace = await temporaryWorkspace();
  const { id: lotId, batchId, runId } = await smallLot(workspace, { supplier: 'Nuts' });
  const decision = { id: lotId, comment: 'concession', inspector: 'Ana' } as const;
  await disposeLot(workspace, { ...decision, disposition: 'accepted' });
  await disposeLot(workspace, { ...decision, disposition: 'withdrawn' });
  await addInspector(workspace, { name: 'Ana', role: 'engineer', pin: 'x', inspector: 'Ana' });
  const signed = { subject: 'lot', subjectId: String(lotId), meaning: 'approved', personId: 1 } as const;
  await addSignature(workspace, signed, async () => ({ lot: lotId }));
  await addWithdrawal(workspace, { id: 1, reason: 'wrong lot', personId: 1 }, () => {});
  const options = reportOptionsSchema.parse({
    template: 'batch',
    runId,
    company: { name: 'Bolts', address: '', logo: null },
  });
  const report = {
    number: 1,
    options,
    batchId,
    batch: { name: 'B', partNumber: '', revision: '', lot: '' },
    recordsHash: hashOf('a'),
    file: hashOf('b'),
    bytes: 10,
    pages: 1,
    inspector: 'Ana',
    createdAt: '2026-01-01T00:00:00.000Z',
    softwareVersion: '1',
  };
  const first = { revision: 1, reason: '', changes: null, changeCount: 0 };
  await fileReport(workspace, { ...report, ...first }, []);
  const changes = [{ path: 'image 1 / verdict', before: 'accept', after: 'reject' }];
  await fileReport(workspace, { ...report, revision: 2, reason: 'typo', changes, changeCount: 1 }, []);
  const area = inspectionAreaSchema.parse({ width: 100, height: 80 });
  await saveArea(workspace, { product: PRODUCT, area, after: 0, inspector: 'Ana' });
  await saveArea(workspace, { product: PRODUCT, area: null, after: 1, inspector: 'Ana' });
  const study = { batchId, name: 'S', rounds: 2, seed: 's', inspector: 'Ana' };
  const { id: studyId } = await createStudy(workspace, study, [1, 2]);
  const answer = { inspector: 'Ana', round: 1, milliseconds: 900 } as const;
  await addJudgement(workspace, studyId, () => ({
    ...{ ...answer, imageId: 1, verdict: 'accept', supersedes: null },
  }));
  await addJudgement(workspace, studyId, () => ({
    ...{ ...answer, imageId: 1, verdict: 'withdrawn', supersedes: 1 },
  }));
  return { workspace, batchId, lotId };
}

const changed = (record: string, id: string, ...fields: string[]) => [
  expect.objectContaining({ kind: 'record-changed', record, id, fields }),
];
const missing = (record: string, id: string) =>
  expect.objectContaining({ kind: 'record-missing', record, id });
const added = (record: AuditRecord, id: string): AuditFinding => ({ kind: 'record-added', record, id });
/** It goes by another name. */
const renamed = (record: AuditRecord, from: string, to: string) => [added(record, to), missing(record, from)];

interface Table {
  readonly table: string;
  /** The row that is changed. */
  readonly where: string;
  /** For every column: another value, and what is found then. */
  readonly columns: Readonly<Record<string, readonly [value: string, AuditFinding[]]>>;
  /** What is found when the row is gone. */
  readonly gone: AuditFinding[];
  /** What is found when a row is there that was none, and how it comes there. */
  readonly inserted: readonly [sql: string, AuditFinding[]];
}

const lot = (...fields: string[]) => changed('lot', '1', ...fields);
const decision = (...fields: string[]) => changed('lot-decision', '2', ...fields);
const signature = (...fields: string[]) => changed('signature', '1', ...fields);
const REPORT = 'R-000001 revision 2';
const report = (...fields: string[]) => changed('report', REPORT, ...fields);
const AREA = '["part","P-1","B"] revision 1';
const area = (...fields: string[]) => changed('area', AREA, ...fields);
const judgement = (...fields: string[]) => changed('judgement', '1', ...fields);

const TABLES: readonly Table[] = [
  {
    table: 'lots',
    where: 'id = 1',
    columns: {
      id: ['9', renamed('lot', '1', '9')],
      batch_id: ['9', lot('batchId')],
      part_number: [`'P-9'`, lot('partNumber')],
      supplier: [`'Other'`, lot('supplier')],
      lot: [`'L-9'`, lot('lot')],
      size: ['41', lot('size')],
      standard: [`'zero-acceptance'`, lot('standard')],
      level: [`'II'`, lot('level')],
      plans: [`json_set(plans, '$.major.accept', 9)`, lot('plans')],
      proposed: [`'{}'`, lot('proposed')],
      override_reason: [`'so'`, lot('overrideReason')],
      resubmits: ['7', lot('resubmits')],
      seed: [`'other'`, lot('seed')],
      frame: [`json_set(frame, '$.images', 9)`, lot('frame')],
      inspector: [`'Mallory'`, lot('inspector')],
      created_at: [`'2020-01-01'`, lot('createdAt')],
    },
    gone: [missing('lot', '1')],
    inserted: [
      `insert into lots select 2, batch_id, part_number, supplier, lot, size, standard, level, plans, proposed,
         override_reason, resubmits, seed, frame, inspector, created_at from lots`,
      [added('lot', '2')],
    ],
  },
  {
    table: 'lot_images',
    where: 'lot_id = 1 and place = 1',
    columns: {
      lot_id: ['9', lot('imageIds', 'sample')],
      place: ['9', lot('imageIds', 'sample')],
      image_id: ['99', lot('imageIds', 'sample')],
      // Of no image: which one was drawn first differs from run to run.
      content_hash: [`'${hashOf('f')}'`, lot('sample')],
    },
    gone: lot('imageIds', 'sample'),
    inserted: [`insert into lot_images values (1, 3, 99, null)`, lot('imageIds', 'sample')],
  },
  {
    table: 'lot_decisions',
    where: 'id = 2',
    columns: {
      id: ['9', renamed('lot-decision', '2', '9')],
      lot_id: ['9', decision('lotId')],
      disposition: [`'accepted'`, decision('disposition')],
      comment: [`''`, decision('comment')],
      run_id: ['9', decision('runId')],
      finding: [`json_set(finding, '$.missing', 0)`, decision('finding')],
      inspector: [`'Mallory'`, decision('inspector')],
      created_at: [`'2020-01-01'`, decision('createdAt')],
      supersedes: ['null', decision('supersedes')],
    },
    gone: [missing('lot-decision', '2')],
    inserted: [
      `insert into lot_decisions select 3, lot_id, 'accepted', '', run_id, finding, 'Ana', created_at, 2
         from lot_decisions where id = 2`,
      [added('lot-decision', '3')],
    ],
  },
  {
    table: 'signatures',
    where: 'id = 1',
    columns: {
      id: ['9', renamed('signature', '1', '9')],
      subject: [`'recipe'`, signature('subject')],
      subject_id: [`'2'`, signature('subjectId')],
      meaning: [`'reviewed'`, signature('meaning')],
      record_hash: [`'${hashOf('0')}'`, signature('recordHash', 'record')],
      withdraws: ['9', signature('withdraws')],
      reason: [`'x'`, signature('reason')],
      person_id: ['2', signature('personId')],
      printed_name: [`'Mallory'`, signature('printedName')],
      role: [`'operator'`, signature('role')],
      signed_at: [`'2020-01-01'`, signature('signedAt')],
      clock_behind: [`'2020-01-01'`, signature('clockBehind')],
      hash: [`'${hashOf('0')}'`, signature('hash')],
    },
    gone: [missing('signature', '1')],
    inserted: [
      `insert into signatures select 3, subject, subject_id, 'reviewed', record_hash, null, '', person_id, printed_name, role,
         signed_at, null, '${hashOf('0')}' from signatures where id = 1`,
      [added('signature', '3')],
    ],
  },
  {
    table: 'signed_records',
    where: 'true',
    columns: {
      hash: [`'${hashOf('0')}'`, signature('record')],
      json: [`'{"lot":2}'`, signature('record')],
    },
    gone: signature('record'),
    // Nobody has signed it.
    inserted: [`insert into signed_records values ('${hashOf('0')}', '{}')`, []],
  },
  {
    table: 'reports',
    where: 'revision = 2',
    columns: {
      id: ['9', report('id')],
      number: ['9', renamed('report', REPORT, 'R-000009 revision 2')],
      revision: ['3', renamed('report', REPORT, 'R-000001 revision 3')],
      run_id: ['9', report('runId')],
      batch_id: ['9', report('batchId')],
      batch: [`json_set(batch, '$.name', 'C')`, report('batch')],
      options: [`json_set(options, '$.language', 'zh-CN')`, report('options')],
      records_hash: [`'${hashOf('0')}'`, report('recordsHash')],
      file: [`'${hashOf('0')}'`, report('file')],
      bytes: ['11', report('bytes')],
      pages: ['2', report('pages')],
      reason: [`''`, report('reason')],
      changes: [`'[]'`, report('changes')],
      change_count: ['0', report('changeCount')],
      inspector: [`'Mallory'`, report('inspector')],
      software_version: [`'2'`, report('softwareVersion')],
      created_at: [`'2020-01-01'`, report('createdAt')],
    },
    gone: [missing('report', REPORT)],
    inserted: [
      `insert into reports select 3, number, 3, run_id, batch_id, batch, options, records_hash, file, bytes, pages, reason,
         changes, change_count, inspector, software_version, created_at from reports where revision = 2`,
      [added('report', 'R-000001 revision 3')],
    ],
  },
  {
    table: 'areas',
    where: 'revision = 1',
    columns: {
      // Nothing names a revision by it.
      id: ['9', []],
      product: [`'["part","P-2","B"]'`, renamed('area', AREA, '["part","P-2","B"] revision 1')],
      revision: ['3', renamed('area', AREA, '["part","P-1","B"] revision 3')],
      hash: [`'${hashOf('0')}'`, area('hash', 'area')],
      area: [`json_set(area, '$.width', 50)`, area('area')],
      inspector: [`'Mallory'`, area('inspector')],
      created_at: [`'2020-01-01'`, area('createdAt')],
    },
    gone: [missing('area', AREA)],
    inserted: [
      `insert into areas select 3, product, 3, hash, area, inspector, created_at from areas where revision = 1`,
      [added('area', '["part","P-1","B"] revision 3')],
    ],
  },
  {
    table: 'study_judgements',
    where: 'id = 1',
    columns: {
      id: ['9', renamed('judgement', '1', '9')],
      study_id: ['9', judgement('sha256')],
      inspector: [`'Mallory'`, judgement('sha256')],
      round: ['2', judgement('round', 'sha256')],
      image_id: ['2', judgement('imageId', 'sha256')],
      verdict: [`'reject'`, judgement('sha256')],
      milliseconds: ['1', judgement('sha256')],
      created_at: [`'2020-01-01'`, judgement('sha256')],
      supersedes: ['9', judgement('sha256')],
    },
    gone: [missing('judgement', '1')],
    inserted: [
      `insert into study_judgements select 3, study_id, 'Bo', round, image_id, verdict, milliseconds, created_at, null
         from study_judgements where id = 1`,
      [added('judgement', '3')],
    ],
  },
];

describe.each(TABLES)('in $table is found', ({ table, where, columns, gone, inserted }) => {
  test('another value of each column', async () => {
    const { workspace } = await filled();
    const names = behindItsBack(workspace, (database) =>
      (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name),
    );
    expect(Object.keys(columns).sort()).toEqual(names.sort());
    expect((await verifyTrail(workspace)).findings).toEqual([]);
    for (const [column, [value, findings]] of Object.entries(columns)) {
      const rows = behindItsBack(workspace, (database) =>
        database.prepare(`select * from ${table}`).all(),
      ) as Record<string, unknown>[];
      tamperWithFile(workspace, (database) => {
        database.pragma('ignore_check_constraints = on');
        database.exec(`update ${table} set ${column} = ${value} where ${where}`);
      });
      expect((await verifyTrail(workspace)).findings, column).toEqual(findings);
      tamperWithFile(workspace, (database) => {
        database.pragma('ignore_check_constraints = on');
        database.exec(`delete from ${table}`);
        const marks = names.map(() => '?').join(', ');
        const insert = database.prepare(`insert into ${table} (${names.join(', ')}) values (${marks})`);
        for (const row of rows) insert.run(names.map((name) => row[name]));
      });
    }
    expect((await verifyTrail(workspace)).findings).toEqual([]);
  });

  test('a row that is gone', async () => {
    const { workspace } = await filled();
    tamperWithFile(workspace, `delete from ${table} where ${where}`);
    expect((await verifyTrail(workspace)).findings).toEqual(gone);
  });

  test('a row that was added', async () => {
    const { workspace } = await filled();
    const [sql, findings] = inserted;
    tamperWithFile(workspace, sql);
    expect((await verifyTrail(workspace)).findings).toEqual(findings);
  });
});

test('removing a batch for good is no alarm at any step of it, and what outlives it is compared on', async () => {
  const { workspace, batchId } = await filled();
  await deleteBatch(workspace, batchId, true, 'Ana');
  await beginPurge(workspace, batchId, 'Ana');
  for (let left: number | undefined = 1; left !== undefined; ) {
    expect((await verifyTrail(workspace)).findings).toEqual([]);
    left = await purgeStep(workspace, batchId);
  }
  // An area, two signatures, two revisions of a report, a recipe, a person.
  expect(await verifyTrail(workspace)).toMatchObject({ findings: [], remarks: [] });
  tamperWithFile(
    workspace,
    `delete from reports where revision = 2; update signatures set role = 'operator'`,
  );
  expect((await verifyTrail(workspace)).found).toBe(3);
});

test('half of a lot’s sample gone is an alarm without a removal that was recorded', async () => {
  const { workspace } = await filled();
  tamperWithFile(
    workspace,
    `delete from lot_images where place = 2; update batches set deleted_at = '2026', purge = '{}'`,
  );
  expect((await verifyTrail(workspace)).findings).toEqual([
    expect.objectContaining({ kind: 'record-changed', record: 'batch', fields: ['deletedAt'] }),
    ...lot('imageIds', 'sample'),
  ]);
});

test('the trail does not tell what somebody answered in a study', async () => {
  const { workspace } = await filled();
  const told = behindItsBack(workspace, (database) =>
    database
      .prepare(`select new_value from audit_events where subject = 'study' and action = 'judged'`)
      .all(),
  );
  expect(JSON.stringify(told)).not.toMatch(/accept|reject/);
});
