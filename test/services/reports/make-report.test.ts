import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { drawReport, hashed } from '../../../src-main/services/reports/draw-report.ts';
import { gatherRecords } from '../../../src-main/services/reports/gather-records.ts';
import { makeReport, reviseReport } from '../../../src-main/services/reports/make-report.ts';
import { saveReport } from '../../../src-main/services/reports/save-report.ts';
import { removeUnusedArtifacts } from '../../../src-main/services/upkeep/unused-artifacts.ts';
import { deleteBatch } from '../../../src-main/store/batches.ts';
import { addDisposition } from '../../../src-main/store/dispositions.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { beginPurge, purgeStep } from '../../../src-main/store/purges.ts';
import { getReport, listReports } from '../../../src-main/store/reports.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { addVerdict, currentVerdicts } from '../../../src-main/store/verdicts.ts';
import { canMount, smallDisk } from '../../small-disk.ts';
import { temporaryFolder, temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { inspectedPictures, optionsFor } from './report-workspace.ts';

const inspector = 'ana';
const isThere = (tool: string) => spawnSync(tool, ['--version']).error === undefined;
const canRead = isThere('pdftotext') && isThere('pdfinfo') && isThere('qpdf');
if (!canRead) console.warn('SKIPPED: what PDFs hold (needs poppler-utils and qpdf)');

/** The text of a PDF without its line ends, which depend on where it is broken. */
const textOf = (path: string) =>
  execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ');

const head = (options: ReturnType<typeof optionsFor>) => ({
  ...{ options, inspector, number: 'R-000001', revision: 1, changes: null },
  createdAt: '2026-11-30T10:47:00.000Z',
});

describe.runIf(canRead)('a batch report', () => {
  test.each(['en', 'zh-CN'] as const)('says in %s what the database says', async (language) => {
    const workspace = await temporaryWorkspace();
    const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png', 'c.png']);
    const { report, remarks } = await makeReport({
      ...{ workspace, inspector },
      options: optionsFor(runId, { language, fields: [{ label: 'Customer', value: 'Nobody & Sons' }] }),
    });
    const path = workspace.artifacts.pathOf(report.file);
    const text = textOf(path);
    const said = await currentVerdicts(workspace, runId);
    for (const told of [
      ...['R-000001', 'ACME 检测', 'PN-4711', 'L-0815', '90210', 'Nobody & Sons', 'Lot 7 批'],
      ...['划痕', 'NC-1-1', 'NC-1-2', 'a.png', 'b.png', 'c.png', '0.900', '0.125', report.recordsHash],
      ...['22 × 10 px', '200 px²', '20; 15', ...[...said.values()].map(({ defectClass }) => defectClass)],
      ...(language === 'en'
        ? ['2 of 3 inspected images do not conform', 'major', 'accept', 'Page 1 of', 'First-pass yield']
        : ['检验的 3 幅图像中，2 幅不符合', '严重', '合格', '第 1 页，共', '一次合格率']),
      '33.3%',
    ]) {
      expect(text, told).toContain(told);
    }
    expect(remarks).toMatchObject({ pictures: 2, changed: 0, missing: 0, overLimit: 0, unknownSigns: [] });
    const info = execFileSync('pdfinfo', [path], { encoding: 'utf8' });
    expect(info).toMatch(new RegExp(`Pages:\\s+${report.pages}\\b`));
    expect(info).toContain('R-000001-1');
    expect(execFileSync('pdfinfo', ['-meta', path], { encoding: 'utf8' })).toMatch(/pdfaid:part[>="]+2/);
    const outline = JSON.parse(
      execFileSync('qpdf', ['--json', '--json-key=outlines', path], { encoding: 'utf8' }),
    ) as { outlines: { title: string; kids: unknown[] }[] };
    const evidence = outline.outlines.find(({ title }) => /Evidence|证据/.test(title));
    expect(evidence?.kids).toHaveLength(2);
  });

  test('is well-formed, and the same records give the same bytes', async () => {
    const workspace = await temporaryWorkspace();
    const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png', 'c.png']);
    const folder = await temporaryFolder();
    const records = hashed(await gatherRecords(workspace, runId, null));
    for (const template of ['batch', 'summary', 'characteristics', 'nonconformance'] as const) {
      const options = optionsFor(runId, { template, imageId: template === 'nonconformance' ? 1 : null });
      const written = [];
      for (const name of ['one', 'two']) {
        const path = join(folder, `${template}-${name}.pdf`);
        written.push((await drawReport(workspace, records, head(options), path, {})).written);
        execFileSync('qpdf', ['--check', path]);
      }
      expect(written[1]).toEqual(written[0]);
      if (template === 'summary') expect(written[0]?.pages).toBe(1);
    }
  });

  test('holds names that its font lacks, and names without end, and says so', async () => {
    const workspace = await temporaryWorkspace();
    const long = `${'long-'.repeat(40)}end.png`;
    const { runId } = await inspectedPictures(workspace, ['שלום 😀.png', long, 'z.png']);
    const { report, remarks } = await makeReport({ workspace, inspector, options: optionsFor(runId) });
    expect(remarks.unknownSigns).toEqual(['U+05D5', 'U+05DC', 'U+05DD', 'U+05E9', 'U+1F600']);
    const text = textOf(workspace.artifacts.pathOf(report.file));
    expect(text).toContain('□□□□ □.png');
    expect(text).toContain('U+1F600');
    expect(text.replaceAll(' ', '')).toContain('end.png');
  });

  test('of one nonconformance has the disposition with its history', async () => {
    const workspace = await temporaryWorkspace();
    const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png']);
    const entry = { runId, imageId: 1, inspector };
    await addDisposition(workspace, { ...entry, disposition: 'rework', comment: 'polish it' });
    await addDisposition(workspace, { ...entry, disposition: 'scrap', comment: 'no use' });
    const options = optionsFor(runId, { template: 'nonconformance', imageId: 1 });
    const { report } = await makeReport({ workspace, inspector, options });
    const text = textOf(workspace.artifacts.pathOf(report.file));
    for (const told of ['NC-1-1', 'at the rim', 'no use', 'polish it', 'scrap', 'use as is']) {
      expect(text).toContain(told);
    }
  });

  test('shows no picture of a file that changed or vanished, and says so', async () => {
    const workspace = await temporaryWorkspace();
    const { runId, files } = await inspectedPictures(workspace, ['a.png', 'b.png', 'c.png']);
    await writeFile(files[0]!.path, await readFile(files[2]!.path));
    await rm(files[1]!.path);
    const { report, remarks } = await makeReport({ workspace, inspector, options: optionsFor(runId) });
    expect(remarks).toMatchObject({ pictures: 0, changed: 1, missing: 1 });
    const text = textOf(workspace.artifacts.pathOf(report.file));
    expect(text).toContain('the image file has changed since');
    expect(text).toContain('is not there any more');
  });
});

test('a revision says what has changed, and earlier ones stay as they were', async () => {
  const workspace = await temporaryWorkspace();
  const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png']);
  const options = optionsFor(runId, { sections: [] });
  const { report: first } = await makeReport({ workspace, inspector, options });
  const records = await readFile(workspace.artifacts.pathOf(first.recordsHash));
  expect(sha256(records)).toBe(first.recordsHash);
  await addVerdict(workspace, { runId, imageId: 1, verdict: 'reject', defectClass: 'dent', inspector: 'bo' });
  const { report: second } = await reviseReport({
    ...{ workspace, inspector: 'bo', id: first.id, reason: 'judged again' },
    options: { ...options, paper: 'letter' },
  });
  expect([second.number, second.revision, second.reason]).toEqual(['R-000001', 2, 'judged again']);
  expect(second.changes).toEqual(
    expect.arrayContaining([
      { path: 'images / 1 a.png / human / defectClass', before: '划痕', after: 'dent' },
      { path: 'images / 1 a.png / human / inspector', before: 'ana', after: 'bo' },
      { path: 'options / paper', before: 'A4', after: 'letter' },
    ]),
  );
  expect(second.changes?.some(({ path }) => path.includes('b.png'))).toBe(false);
  expect(await getReport(workspace, first.id)).toEqual({ ...first, isNewest: false });
  await expect(
    reviseReport({ workspace, inspector, id: first.id, reason: 'again', options: null }),
  ).rejects.toMatchObject({ details: { case: 'report-superseded' } });
  const { report: other } = await makeReport({ workspace, inspector, options });
  expect(other.number).toBe('R-000002');
  const audit = await listAudit(workspace, { subject: 'report' });
  expect(audit.map(({ action, subjectId }) => `${action} ${subjectId}`)).toEqual([
    'made R-000002 revision 1',
    'revised R-000001 revision 2',
    'made R-000001 revision 1',
  ]);
});

test('what is cancelled leaves no report, no number and no file', async () => {
  const workspace = await temporaryWorkspace();
  const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png', 'c.png']);
  const controller = new AbortController();
  await expect(
    makeReport({
      ...{ workspace, inspector, options: optionsFor(runId), signal: controller.signal },
      onMaking: () => controller.abort(),
    }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect(await listReports(workspace)).toEqual([]);
  expect(await readdir(join(workspace.folder, 'unfinished-reports'))).toEqual([]);
});

test('what a program that was killed left behind is removed by the next report', async () => {
  const workspace = await temporaryWorkspace();
  const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png']);
  const child = `
    import { openWorkspace } from './src-main/store/open-workspace.ts';
    import { makeReport } from './src-main/services/reports/make-report.ts';
    const workspace = await openWorkspace(process.argv[1]);
    const options = JSON.parse(process.argv[2]);
    await makeReport({ workspace, inspector: 'ana', options, onMaking: () => process.kill(process.pid, 'SIGKILL') });`;
  const args = ['--input-type=module', '-e', child, workspace.folder, JSON.stringify(optionsFor(runId))];
  expect(spawnSync(process.execPath, args).signal).toBe('SIGKILL');
  const unfinished = () => readdir(join(workspace.folder, 'unfinished-reports'));
  expect(await unfinished()).not.toEqual([]);
  expect(await listReports(workspace)).toEqual([]);
  const { report } = await makeReport({ workspace, inspector, options: optionsFor(runId) });
  expect(report.number).toBe('R-000001');
  expect(await unfinished()).toEqual([]);
});

test('a report stays with its file and records when its batch is removed for good; a revision is refused', async () => {
  const workspace = await temporaryWorkspace();
  const { runId, batch, claim } = await inspectedPictures(workspace, ['a.png', 'b.png']);
  const { report } = await makeReport({ workspace, inspector, options: optionsFor(runId) });
  releaseClaim(claim);
  await deleteBatch(workspace, batch.id, true, inspector);
  await beginPurge(workspace, batch.id, inspector);
  while ((await purgeStep(workspace, batch.id)) !== undefined);
  await removeUnusedArtifacts(workspace, 30, new AbortController().signal);
  const folder = await temporaryFolder();
  const { files } = await saveReport(workspace, { id: report.id, folder, records: true, inspector });
  expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
    'R-000001-1.pdf',
    'R-000001-1-records.json',
  ]);
  expect(sha256(await readFile(files[0]!))).toBe(report.file);
  expect(sha256(await readFile(files[1]!))).toBe(report.recordsHash);
  await expect(
    reviseReport({ workspace, inspector, id: report.id, reason: 'again', options: null }),
  ).rejects.toMatchObject({ code: 'not-found' });
});

test('a file of that name that is another one is not replaced', async () => {
  const workspace = await temporaryWorkspace();
  const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png']);
  const { report } = await makeReport({ workspace, inspector, options: optionsFor(runId) });
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'R-000001-1.pdf'), 'mine');
  await expect(
    saveReport(workspace, { id: report.id, folder, records: false, inspector }),
  ).rejects.toMatchObject({ code: 'export-in-the-way' });
  expect(await readFile(join(folder, 'R-000001-1.pdf'), 'utf8')).toBe('mine');
});

test.runIf(canMount)('a full disk leaves no report, and says so', async () => {
  const disk = await smallDisk(24);
  const workspace = await openWorkspace(join(disk.folder, 'workspace'), { create: true });
  try {
    const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png']);
    await disk.fill();
    await expect(makeReport({ workspace, inspector, options: optionsFor(runId) })).rejects.toMatchObject({
      code: 'disk-full',
    });
    await rm(join(disk.folder, 'filler'));
    expect(await listReports(workspace)).toEqual([]);
    const { report } = await makeReport({ workspace, inspector, options: optionsFor(runId) });
    expect(report.number).toBe('R-000001');
  } finally {
    await workspace.close();
  }
});
