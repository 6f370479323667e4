import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { beginLot } from '../../../src-main/services/lots/begin-lot.ts';
import { disposeLot } from '../../../src-main/services/lots/dispose-lot.ts';
import { lotDetails } from '../../../src-main/services/lots/lot-state.ts';
import { makeReport, reviseReport } from '../../../src-main/services/reports/make-report.ts';
import { listReports } from '../../../src-main/store/reports.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import type { ReportRecord } from '../../../src-shared/report.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { batchOf, SMALL } from '../lots/lot-fixture.ts';
import { inspectedPictures, optionsFor } from './report-workspace.ts';

const inspector = 'ana';
const canRead = spawnSync('pdftotext', ['-v']).error === undefined;
if (!canRead) console.warn('SKIPPED: what PDFs say of lots (needs poppler-utils)');

/** A batch of three inspected images with a lot of 40 items: letter A, 2 images, none accepted. */
async function lotOfPictures() {
  const workspace = await temporaryWorkspace();
  const { runId, batch } = await inspectedPictures(workspace, ['a.png', 'b.png', 'c.png']);
  const { lot } = await beginLot(workspace, { ...SMALL, batchId: batch.id });
  const textOf = ({ file }: ReportRecord) => {
    const args = ['-layout', workspace.artifacts.pathOf(file), '-'];
    return execFileSync('pdftotext', args, { encoding: 'utf8' }).replaceAll(/\s+/g, ' ');
  };
  const recordsOf = async ({ recordsHash }: ReportRecord) =>
    JSON.parse(await readFile(workspace.artifacts.pathOf(recordsHash), 'utf8'));
  return { workspace, runId, batch, lot, textOf, recordsOf };
}

const WORDS = {
  en: {
    open: ['The sample says not complete', 'Disposition of the lot not decided'],
    row: /major AQL 6\.5 normal A 2 0 1 1 not acceptable/,
    decided: ['Acceptance sampling', 'ISO 2859-1:1999, single sampling', 'The sample says not acceptable'],
    disposition: 'rejected, ana, ',
  },
  'zh-CN': {
    open: ['样本结论 未完成', '批的处置 尚未决定'],
    row: /AQL 6\.5 正常 A 2 0 1 1 不可接收/,
    decided: ['抽样检验', 'ISO 2859-1:1999，一次抽样', '样本结论 不可接收'],
    disposition: '拒收，ana，',
  },
} as const;

test.runIf(canRead).each(['en', 'zh-CN'] as const)(
  'a report on a lot says in %s its plan, what was found, its seed and how it was decided',
  async (language) => {
    const { workspace, runId, lot, textOf, recordsOf } = await lotOfPictures();
    await addVerdict(workspace, { runId, imageId: 1, verdict: 'withdrawn', inspector });
    const [drawn, other] = (await lotDetails(workspace, lot.id)).images.map(({ imageId }) => imageId);
    const accepted = { runId, verdict: 'accept', overturnReason: 'dust', inspector } as const;
    await addVerdict(workspace, { ...accepted, imageId: drawn! });
    const options = optionsFor(runId, { language, lotId: lot.id });
    const { report: first } = await makeReport({ workspace, inspector, options });
    for (const told of [...WORDS[language].open, 'L-0815', 'Nuts & Co', 'S-1', lot.seed]) {
      expect(textOf(first), told).toContain(told);
    }
    await addVerdict(workspace, {
      ...{ ...accepted, imageId: drawn! },
      ...{ verdict: 'reject', severity: 'major' },
    });
    await addVerdict(workspace, { ...accepted, imageId: other! });
    await disposeLot(workspace, { id: lot.id, disposition: 'rejected', comment: 'send back', inspector });
    const { report } = await reviseReport({
      ...{ workspace, inspector, id: first.id, options: null, reason: 'decided' },
    });
    expect(textOf(report)).toMatch(WORDS[language].row);
    for (const told of [...WORDS[language].decided, WORDS[language].disposition, 'send back']) {
      expect(textOf(report), told).toContain(told);
    }
    expect((await recordsOf(report)).lot).toMatchObject({
      ...{ id: lot.id, runId, reviewed: 2, conformity: 'rejected', seed: lot.seed },
      plans: [{ of: 'major', limit: 6.5, accept: 0, reject: 1, found: 1, conformity: 'rejected' }],
      disposition: { disposition: 'rejected', comment: 'send back', inspector },
    });
    const { sample } = (await recordsOf(report)).lot;
    expect(new Set(sample).size).toBe(2);
    expect(report.changes).toEqual(
      expect.arrayContaining([
        { path: 'lot / conformity', before: 'open', after: 'rejected' },
        { path: 'lot / reviewed', before: '1', after: '2' },
      ]),
    );
  },
);

test.runIf(canRead)('a summary of a lot tells it too, on two pages at most', async () => {
  const { workspace, runId, lot, textOf } = await lotOfPictures();
  const options = optionsFor(runId, { template: 'summary', lotId: lot.id });
  const { report } = await makeReport({ workspace, inspector, options });
  expect(report.pages).toBeLessThanOrEqual(2);
  expect(textOf(report)).toContain(lot.seed);
});

test('a lot of another batch, or none, is refused', async () => {
  const { workspace, runId } = await lotOfPictures();
  const batchId = await batchOf(workspace, 4);
  const { lot } = await beginLot(workspace, { ...SMALL, batchId });
  const made = (lotId: number) => makeReport({ workspace, inspector, options: optionsFor(runId, { lotId }) });
  await expect(made(lot.id)).rejects.toMatchObject({
    code: 'input-invalid',
    details: { case: 'report-other-lot', lot: lot.id },
  });
  await expect(made(99)).rejects.toMatchObject({ code: 'not-found', details: { case: 'lot-unknown' } });
  expect(await listReports(workspace)).toEqual([]);
});
