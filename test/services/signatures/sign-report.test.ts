import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { makeReport, reviseReport } from '../../../src-main/services/reports/make-report.ts';
import { sign } from '../../../src-main/services/signatures/sign.ts';
import { listSignatures } from '../../../src-main/services/signatures/signature-list.ts';
import { signedSubject } from '../../../src-main/services/signatures/signed-subject.ts';
import { deleteBatch } from '../../../src-main/store/batches.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { getRun } from '../../../src-main/store/runs.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import { recipe, temporaryWorkspace } from '../../store/fixtures.ts';
import { inspectedPictures, optionsFor } from '../reports/report-workspace.ts';
import { peopleIn, seen, tamper } from './signing-fixture.ts';

const told = (which: string) =>
  expect.objectContaining({ details: expect.objectContaining({ case: which }) });

/** A filed report on two images, in a workspace with people. */
async function reportToSign({ twoPeople = false }: { readonly twoPeople?: boolean } = {}) {
  const workspace = await temporaryWorkspace();
  const people = await peopleIn(workspace);
  const { batch, runId, claim } = await inspectedPictures(workspace, ['a.png', 'b.png']);
  if (twoPeople) {
    const { hash } = await saveRecipe(
      workspace,
      { ...recipe, signatures: { twoPeople } },
      { inspector: 'Eva' },
    );
    await sql`update runs set recipe_hash = ${hash} where id = ${runId}`.execute(workspace.db);
  }
  const { report } = await makeReport({ workspace, inspector: 'Eva', options: optionsFor(runId) });
  const accept = () =>
    addVerdict(workspace, {
      ...{ runId, imageId: 1, verdict: 'accept', inspector: 'Otto' },
      ...{ defectClass: '', severity: null, comment: '', overturnReason: 'only dust' },
    });
  const ofReport = (id: number) => ({ subject: 'report', subjectId: String(id) }) as const;
  return { workspace, people, batch, claim, report, accept, ofReport, of: ofReport(report.id) };
}

test('a report is signed, by two people where its recipe asks for them', async () => {
  const place = await reportToSign({ twoPeople: true });
  const { report, workspace } = place;
  const first = await sign(place, await seen(place, place.of, 'Otto', 'inspected'));
  expect(first).toMatchObject({ name: report.number, revision: 1, status: 'waiting', missing: ['approved'] });
  const waiting = await listSignatures(workspace, { waitingFor: 'Rita', offset: 0, limit: 10 });
  expect(waiting.subjects.map(({ name }) => name)).toEqual([report.number]);
  const second = await sign(place, await seen(place, place.of, 'Rita', 'approved'));
  expect(second).toMatchObject({ status: 'approved', missing: [] });
  // The megabytes that the records can be are kept once, as the report's own.
  const { rows } = await sql<{ json: string }>`select json from signed_records`.execute(workspace.db);
  const { number, revision, file, recordsHash } = report;
  expect(rows.map(({ json }) => JSON.parse(json) as unknown)).toEqual([
    { report: { number, revision, file, recordsHash }, records: recordsHash },
  ]);
});

test('a verdict that is changed after signing breaks the signature, and is named with what it was', async () => {
  const place = await reportToSign();
  await sign(place, await seen(place, place.of, 'Rita', 'approved'));
  await place.accept();
  const { status, signatures } = await signedSubject(place.workspace, place.of);
  expect(status).toBe('broken');
  expect(signatures[0]!.changes).toEqual(
    expect.arrayContaining([
      { path: 'records.images.1 a.png.human.verdict', before: '"reject"', after: '"accept"' },
      { path: 'records.images.1 a.png.human.severity', before: '"major"', after: 'null' },
    ]),
  );
  expect(signatures[0]!.changes.every(({ path }) => path.startsWith('records.images.1 a.png.human.'))).toBe(
    true,
  );
  await expect(sign(place, await seen(place, place.of, 'Rita', 'approved'))).rejects.toEqual(
    told('signing-outdated'),
  );
});

test('the next revision is signed by itself, and the earlier one waits for nobody', async () => {
  const place = await reportToSign();
  const { workspace, report } = place;
  await sign(place, await seen(place, place.of, 'Rita', 'approved'));
  await place.accept();
  const waitingForRita = () => listSignatures(workspace, { waitingFor: 'Rita', offset: 0, limit: 10 });
  expect((await waitingForRita()).total).toBe(1);
  const revised = await reviseReport({
    ...{ workspace, inspector: 'Eva', id: report.id, options: null, reason: 'looked again' },
  });
  const next = place.ofReport(revised.report.id);
  expect(await signedSubject(workspace, next)).toMatchObject({ revision: 2, status: 'unsigned' });
  expect((await waitingForRita()).subjects).toMatchObject([{ revision: 2, subjectId: next.subjectId }]);
  expect((await sign(place, await seen(place, next, 'Rita', 'approved'))).status).toBe('approved');
  expect((await waitingForRita()).total).toBe(0);
  expect((await signedSubject(workspace, place.of)).status).toBe('broken');
});

test('where the kept records are damaged, that they have changed is told all the same', async () => {
  const place = await reportToSign();
  const { workspace, report } = place;
  await sign(place, await seen(place, place.of, 'Rita', 'approved'));
  await place.accept();
  const path = workspace.artifacts.pathOf(report.recordsHash);
  await writeFile(path, String(await readFile(path)).replace('"severity":"major"', '"severity":"minor"'));
  const { signatures } = await signedSubject(workspace, place.of);
  expect(signatures[0]).toMatchObject({ state: 'broken' });
  expect(signatures[0]!.changes).toContainEqual({
    path: 'records',
    before: `"${report.recordsHash}"`,
    after: expect.stringContaining('clipsam-report-records'),
  });
});

test('a report whose PDF is gone or another one is not signed', async () => {
  const place = await reportToSign();
  const path = place.workspace.artifacts.pathOf(place.report.file);
  const wanted = await seen(place, place.of, 'Rita', 'approved');
  await writeFile(path, '%PDF-1.7 something else');
  await expect(sign(place, wanted)).rejects.toEqual(told('signed-file-damaged'));
  await rm(path);
  await expect(sign(place, wanted)).rejects.toEqual(told('signed-file-damaged'));
});

test('a report whose batch was deleted has a broken signature until the batch is restored', async () => {
  const place = await reportToSign();
  const { workspace, batch, claim } = place;
  await sign(place, await seen(place, place.of, 'Rita', 'approved'));
  releaseClaim(claim);
  await deleteBatch(workspace, batch.id, true, 'Eva');
  const { name, status, signatures } = await signedSubject(workspace, place.of);
  expect([name, status]).toEqual(['R-000001', 'broken']);
  expect(signatures[0]!.changes.map(({ path, after }) => [path, after])).toEqual([['records', 'null']]);
  await deleteBatch(workspace, batch.id, false, 'Eva');
  expect((await signedSubject(workspace, place.of)).status).toBe('approved');
});

test.runIf(spawnSync('pdftotext', ['-v']).error === undefined)(
  'the PDF names who signed the recipe before it was made, as what, and what that is worth',
  async () => {
    const place = await reportToSign();
    const { workspace, report } = place;
    const textOf = (file: string) => {
      const path = workspace.artifacts.pathOf(file);
      const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
      return text.replaceAll(/\s+/g, ' ');
    };
    expect(textOf(report.file)).not.toContain('Signed electronically');
    const recipeHash = (await getRun(workspace, report.options.runId)).recipeHash;
    const of = { subject: 'recipe', subjectId: recipeHash } as const;
    await sign(place, await seen(place, of, 'Emil', 'approved'));
    const again = { workspace, inspector: 'Eva', options: report.options };
    const signed = textOf((await makeReport(again)).report.file);
    expect(signed).toContain(
      'Signed electronically before this report was made: recipe Default, revision 1 Approved: Emil (engineer), ',
    );
    expect(signed).toContain('(UTC+08:00); valid then');
    await tamper(workspace, 'recipes', `update recipes set json = json_set(json, '$.warn', 0.02)`);
    const chinese = { ...report.options, language: 'zh-CN' as const };
    const broken = textOf((await makeReport({ ...again, options: chinese })).report.file);
    expect(broken).toContain('失效：所签内容已发生变化');
  },
);
