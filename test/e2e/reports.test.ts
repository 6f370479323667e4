import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Locator } from 'playwright';
import { expect, it } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { inspectedPictures } from '../services/reports/report-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn, pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

describeInChromium('reports', () => {
  const site = makeSite(async (folder) => {
    const workspace = await openWorkspace(folder, { create: true });
    await inspectedPictures(workspace, ['edge.png', 'rim.png', 'good.png']);
    await workspace.close();
  });

  const filed = () =>
    readRecords<{ id: number; number: number; revision: number; file: string; records_hash: string }>(
      site.workspace,
      'select id, number, revision, file, records_hash from reports order by id',
    );

  it('are previewed, made, looked at and saved, with the keyboard alone, and say what the database says', async () => {
    const window = await site.open({ language: 'en', theme: 'dark', width: 1440, height: 900 });
    const { page, keyboard } = window;
    await page.locator('[data-testid=batch-list]').waitFor();
    await keyboard.press('Alt+8');
    await page.getByText('No report is filed yet').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Alt+1');
    await page.locator('[data-testid=batch-list]').waitFor();
    await keyboard.press('r');
    const dialog = page.getByRole('dialog', { name: 'New report' });
    await dialog.waitFor();
    await tabTo(window, 'Add a field');
    await keyboard.press('Enter');
    await keyboard.type('Customer');
    await keyboard.press('Tab');
    await keyboard.type('ACME Rail');
    await tabTo(window, 'Preview');
    await keyboard.press('Enter');
    const preview = dialog.getByTestId('preview');
    await preview.locator('canvas[data-page="1"]').waitFor();
    const drafted = await preview.getByTestId('pdf-text').textContent();
    expect(drafted).toContain('DRAFT');
    expect(drafted).toContain('ACME Rail');
    expect(drafted).toContain('L-0815');
    expect(await isDrawn(preview.locator('canvas'))).toBe(true);
    await picture(window, 'preview-en-dark');
    expect(await window.seriousViolations()).toEqual([]);
    expect(filed()).toEqual([]);

    await focusOn(preview.getByRole('region', { name: 'Draft, pages' }));
    await keyboard.press('PageDown');
    await preview.locator('canvas[data-page="2"]').waitFor();
    const width = () => preview.locator('canvas').evaluate((canvas) => canvas.clientWidth);
    const before = await width();
    await keyboard.press('+');
    await expect.poll(width).toBeGreaterThan(before);
    await keyboard.press('0');
    await expect.poll(width).toBe(before);

    await tabTo(window, 'Make and file');
    await keyboard.press('Enter');
    const note = page.getByRole('dialog', { name: 'R-000001, revision 1 is filed' });
    await note.waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Escape');
    await note.waitFor({ state: 'hidden' });
    const details = page.getByTestId('report-details');
    await details.locator('canvas[data-page="1"]').waitFor();
    await picture(window, 'details-en-dark');
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);

    await keyboard.press('x');
    await page.getByRole('dialog', { name: 'Save R-000001-1.pdf' }).waitFor();
    await keyboard.press('Enter');
    await page.getByText(/exports\/R-000001-1\.pdf/).waitFor();
    const [report] = filed();
    const saved = join(site.workspace, 'exports', 'R-000001-1.pdf');
    expect(sha256(await readFile(saved))).toBe(report!.file);
    const said = await textOf(saved);
    for (const value of facts()) expect(said).toContain(value);
    await window.close();
  });

  it('tell of a nonconforming image and what becomes of it, and say in the next revision what has changed', async () => {
    const window = await site.open({ language: 'zh-CN', theme: 'light', width: 1440, height: 900 });
    const { page, keyboard } = window;
    await page.locator('[data-testid=batch-list]').waitFor();
    const [{ runId } = { runId: 0 }] = readRecords<{ runId: number }>(
      site.workspace,
      'select id as runId from runs',
    );
    await page.goto(new URL('/#/review/1/1', page.url()).href);
    await page.getByTestId('save-state').waitFor();
    const disposition = page.getByRole('combobox', { name: '处置' });
    await focusOn(disposition);
    await keyboard.press('Enter');
    await page.getByRole('option', { name: '返工' }).waitFor();
    const active = page.locator('[role=option][data-combobox-selected]');
    for (let i = 0; i < 4 && (await active.allTextContents())[0] !== '返工'; i++) {
      await keyboard.press('ArrowDown');
    }
    await keyboard.press('Enter');
    await expect
      .poll(() => readRecords(site.workspace, 'select disposition, inspector, image_id from dispositions'))
      .toEqual([{ disposition: 'rework', inspector: 'Ada', image_id: 1 }]);
    await picture(window, 'review-zh-light');
    expect(await window.seriousViolations()).toEqual([]);

    await focusOn(page.locator('[role=application]').first());
    await keyboard.press('Shift+N');
    const dialog = page.getByRole('dialog', { name: '新建报告' });
    await dialog.waitFor();
    const look = dialog.getByRole('button', { name: '预览' });
    // Until it is known what the report is about, the key would be lost.
    await expect.poll(() => look.isEnabled()).toBe(true);
    await pressOn(look, 'Enter');
    const preview = dialog.getByTestId('preview');
    await preview.locator('canvas[data-page="1"]').waitFor();
    const text = (await preview.getByTestId('pdf-text').textContent()) ?? '';
    expect(text).toContain(`NC-${runId}-1`);
    expect(text).toContain('划痕');
    await focusOn(preview.getByRole('region', { name: '草稿，页面' }));
    await keyboard.press('PageDown');
    await preview.locator('canvas[data-page="2"]').waitFor();
    await expect.poll(() => preview.getByTestId('pdf-text').textContent()).toContain('返工');
    await picture(window, 'nonconformance-zh-light');
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);
    await pressOn(dialog.getByRole('button', { name: '编制并归档' }), 'Enter');
    await page.getByRole('dialog', { name: 'R-000002 第 1 版已归档' }).waitFor();
    await keyboard.press('Escape');

    await page.goto(new URL('/#/review/1/1', page.url()).href);
    await page.getByTestId('save-state').waitFor();
    await page.getByText('严重', { exact: true }).first().waitFor();
    await page.getByRole('textbox', { name: '备注' }).fill('second look');
    await pressOn(page.getByRole('textbox', { name: '备注' }), 'Escape');
    await expect
      .poll(() => readRecords(site.workspace, 'select comment from verdicts order by id desc limit 1'))
      .toEqual([{ comment: 'second look' }]);
    await keyboard.press('Alt+8');
    await page.getByTestId('report-details').waitFor();
    await page.locator('#report-2').click();
    await keyboard.press('e');
    const revision = page.getByRole('dialog', { name: 'R-000002：编制第 2 版' });
    await revision.waitFor();
    await keyboard.type('再次复核');
    await pressOn(revision.getByRole('button', { name: '编制并归档新版本' }), 'Enter');
    const note = page.getByRole('dialog', { name: 'R-000002 第 2 版已归档' });
    await note.waitFor();
    await note.getByTestId('report-changes').getByText('second look').first().waitFor();
    await picture(window, 'revised-zh-light');
    await keyboard.press('Escape');
    const details = page.getByTestId('report-details');
    await details.getByText('再次复核', { exact: false }).first().waitFor();
    await pressOn(details.getByRole('button', { name: '第 1 版' }), 'Enter');
    await details.getByText('已被取代').waitFor();
    await picture(window, 'details-zh-light');
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);
    // The pictures of this run have no maps.
    expect(window.complaints.filter((complaint) => !complaint.includes('410'))).toEqual([]);
  });

  /** What the database says of the batch, its run and its verdicts. */
  function facts(): string[] {
    const rows = readRecords<{ value: string }>(
      site.workspace,
      `select defect_class as value from verdicts union all select comment from verdicts union all
       select part_number from batches union all select lot from batches union all select name from batches union all
       select number from (select 'R-00000' || number as number from reports limit 1)`,
    );
    expect(rows.length).toBe(6);
    return rows.map(({ value }) => value);
  }
});

/** Goes with the tab key to the button of this name. */
async function tabTo({ page, keyboard }: WorkstationWindow, name: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (text === name) return;
    await keyboard.press('Tab');
  }
  throw new Error(`The tab key does not lead to "${name}".`);
}

/** The text of a PDF, page after page, as another reader finds it. */
async function textOf(path: string): Promise<string> {
  const task = getDocument({ data: new Uint8Array(await readFile(path)), verbosity: 0 });
  const document = await task.promise;
  let text = '';
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    text += items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  }
  await task.destroy();
  return text;
}

/** True where a canvas is neither empty nor of one colour. */
function isDrawn(canvas: Locator): Promise<boolean> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return data.some((value) => value < 100) && data.some((value) => value > 250);
  });
}

/** For people to look at: `CLIPSAM_PICTURES=folder`. */
async function picture({ page }: WorkstationWindow, name: string): Promise<void> {
  const folder = process.env.CLIPSAM_PICTURES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
