import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn, pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

/** Every result with the verdict of an inspector that counts, past the tables that the dashboard counts with. */
const JUDGED = `select r.verdict as model, v.verdict as human, v.defect_class as class, b.part_number as part, r.image_id as image
  from results r join runs on runs.id = r.run_id join batches b on b.id = runs.batch_id
  left join verdicts v on v.run_id = r.run_id and v.image_id = r.image_id
    and not exists (select 1 from verdicts n where n.supersedes = v.id)
  where r.status = 'done'`;

interface Judged {
  readonly model: string;
  readonly human: string | null;
  readonly class: string | null;
  readonly part: string;
  readonly image: number;
}

describeInChromium('the dashboard', () => {
  const site = makeSite(async (folder) => {
    const some = { images: 60, reviewed: 0.6, failed: 0.05 };
    await addSyntheticBatch(folder, { ...some, name: 'Lot <b>1</b>', partNumber: 'MN-20', seed: 'a' });
    await addSyntheticBatch(folder, { ...some, name: 'Lot 2', partNumber: 'MN-20', seed: 'b' });
    const bad = await addSyntheticBatch(folder, {
      ...{ images: 40, reviewed: 0, failed: 0 },
      ...{ name: 'Bad lot', partNumber: 'TX-1', seed: 'c' },
    });
    const workspace = await openWorkspace(folder);
    const images = readRecords<{ id: number }>(
      folder,
      'select image_id as id from results where run_id = ?',
      bad.runId,
    );
    for (const { id } of images.slice(1)) {
      await addVerdict(workspace, {
        ...{ runId: bad.runId, imageId: id, verdict: 'reject', inspector: 'Ada' },
        ...{ defectClass: 'crack', severity: 'critical', overturnReason: 'cracked' },
      });
    }
    await workspace.close();
  });
  const judged = () => readRecords<Judged>(site.workspace, JUDGED);
  const figure = (window: WorkstationWindow, name: string) =>
    window.page
      .getByTestId('tiles')
      .getByRole('listitem')
      .filter({ has: window.page.getByText(name, { exact: true }) })
      .locator('p')
      .nth(1)
      .innerText();

  it('shows what is in the database, each figure with its numbers, and follows a verdict in another window', async () => {
    const window = await site.open({ height: 900 });
    const { page, keyboard } = window;
    await keyboard.press('Alt+6');
    await page.getByTestId('dashboard').waitFor();
    await page.locator('[data-drawn=true] svg').nth(3).waitFor();
    const rows = judged();
    const count = (test: (row: Judged) => boolean) => String(rows.filter(test).length);
    const good = rows.filter(({ model, human }) => (human ?? model) === 'accept').length;
    expect(await figure(window, 'Inspected')).toBe(count(() => true));
    expect(await figure(window, 'Unreviewed')).toBe(count(({ human }) => human === null));
    expect(await figure(window, 'Overturned')).toBe(
      count(
        ({ model, human }) =>
          (model === 'accept' && human === 'reject') || (model === 'reject' && human === 'accept'),
      ),
    );
    expect(Number.parseFloat(await figure(window, 'First-pass yield'))).toBeCloseTo(
      (100 * good) / rows.length,
      1,
    );
    for (const [row, human] of (['accept', 'reject', 'uncertain', null] as const).entries()) {
      const cells = page.getByTestId('confusion').locator('tbody tr').nth(row).locator('td');
      expect(await cells.allInnerTexts()).toEqual(
        ['accept', 'warn', 'reject'].map((model) => count((r) => r.model === model && r.human === human)),
      );
    }
    expect(await page.getByTestId('violations').innerText()).toMatch(
      /Bad lot \d+ of \d+ decided \(\S+%\)\. Rule 1/,
    );
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);

    await pressOn(
      page.getByRole('button', { name: 'Defect classes (Pareto): show the numbers as a table' }),
      'Enter',
    );
    const table = page.getByRole('table', { name: 'Defect classes (Pareto)' });
    const shown = await table
      .locator('tbody tr')
      .evaluateAll((lines) =>
        lines.map((line) => [...line.children].slice(0, 2).map((cell) => cell.textContent)),
      );
    const classes = Map.groupBy(
      rows.filter(({ human }) => human === 'reject'),
      (row) => row.class,
    );
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries([...classes].map(([name, of]) => [name, String(of.length)])),
    );
    await pressOn(page.getByRole('button', { name: 'Save: Defect classes (Pareto)' }), 'Enter');
    const download = page.waitForEvent('download');
    await pressOn(page.getByRole('menuitem', { name: 'Numbers as CSV' }), 'Enter');
    const file = await (await download).path();
    expect((await download).suggestedFilename()).toBe('pareto.csv');
    const crack = rows.filter((row) => row.human === 'reject' && row.class === 'crack').length;
    expect(readFileSync(file, 'utf8')).toContain(`crack,${crack},`);
    expect(await window.seriousViolations()).toEqual([]);
    for (const [item, ending] of [
      ['Picture as SVG', /^<svg /],
      ['Picture as PNG', /^\uFFFDPNG/],
    ] as const) {
      await pressOn(page.getByRole('button', { name: 'Save: Share of nonconforming' }), 'Enter');
      const picture = page.waitForEvent('download');
      await pressOn(page.getByRole('menuitem', { name: item }), 'Enter');
      expect(readFileSync(await (await picture).path(), 'utf8')).toMatch(ending);
    }

    const other = await site.open({ language: 'zh-CN', theme: 'light', height: 900 });
    await other.keyboard.press('Alt+6');
    await other.page.locator('[data-drawn=true] svg').nth(3).waitFor();
    expect(await other.seriousViolations()).toEqual([]);
    expect(await other.missingTexts()).toEqual([]);
    const before = Number(await figure(other, '未复核'));
    await pressOn(page.getByRole('link', { name: /Model: Reject\. Inspector: Unreviewed/ }), 'Enter');
    await pressOn(page.getByTestId('gallery').getByRole('link').first(), 'Enter');
    await page.locator('[role=application] canvas').first().waitFor();
    await keyboard.press('r');
    await keyboard.press('Control+Enter');
    await expect.poll(() => figure(other, '未复核')).toBe(String(before - 1));
    await other.close();
    await window.close();
  });

  it('opens the images behind a figure, each in Review, and goes back the same way', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await keyboard.press('Alt+6');
    const cell = page
      .getByTestId('confusion')
      .getByRole('link', { name: /Model: Accept\. Inspector: Reject/ });
    const wanted = judged()
      .filter(({ model, human }) => model === 'accept' && human === 'reject')
      .map(({ image }) => image);
    expect(wanted.length).toBeGreaterThan(0);
    await pressOn(cell, 'Enter');
    const gallery = page.getByTestId('gallery');
    const links = gallery.getByRole('link');
    await links.first().waitFor();
    await window.quiet();
    expect(page.url()).toContain('images=reject.accept');
    const images = await links.evaluateAll((cards) => cards.map((card) => Number(card.dataset.image)));
    expect(images.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
    expect(
      await gallery
        .locator('img')
        .evaluateAll((all) => all.every((img) => (img as HTMLImageElement).naturalWidth > 0)),
    ).toBe(true);
    expect(await window.seriousViolations()).toEqual([]);
    await pressOn(links.nth(1), 'Enter');
    await page.waitForURL(new RegExp(`#/review/\\d+/${images[1]}$`));
    await page.locator('[role=application] canvas').first().waitFor();
    await page.goBack();
    await gallery.waitFor();
    await keyboard.press('Escape');
    await page.getByTestId('tiles').waitFor();
    expect(page.url()).not.toContain('images=');
    await pressOn(page.getByTestId('missed-defects'), 'Enter');
    await links.first().waitFor();
    const marked = await links.count();
    await pressOn(page.getByRole('button', { name: 'Back to the figures' }), 'Enter');
    await expect.poll(() => figure(window, 'Missed defects')).toBe(String(marked));
    await window.close();
  });

  it('is restricted by what is chosen, which its address keeps, and writes what it shows', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await keyboard.press('Alt+6');
    await page.getByTestId('dashboard').waitFor();
    await focusOn(
      page.getByRole('combobox', { name: 'Part number' }).or(page.getByLabel('Part number')).first(),
    );
    await keyboard.type('TX');
    await keyboard.press('ArrowDown', 'Enter');
    const rows = judged().filter(({ part }) => part === 'TX-1');
    await expect.poll(() => figure(window, 'Inspected')).toBe(String(rows.length));
    expect(page.url()).toContain('partNumber=TX-1');
    await page.reload();
    await page.getByTestId('dashboard').waitFor();
    expect(await figure(window, 'Inspected')).toBe(String(rows.length));
    await pressOn(page.getByRole('button', { name: 'Export the tables' }), 'Enter');
    const message = await page.getByText('files were written to').innerText();
    const folder = message.slice(message.indexOf('/')).trim();
    expect(existsSync(join(folder, 'statistics.json'))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'statistics.json'), 'utf8'))).toMatchObject({
      filter: { partNumber: 'TX-1' },
      inspected: rows.length,
    });
    await page.goto(new URL('/#/dashboard/partNumber=none&from=yesterday', page.url()).href);
    await page.getByText('could not be read and was left out').waitFor();
    await page.goto(new URL('/#/dashboard/partNumber=50%2525%252F%26', page.url()).href);
    await page.getByText('Nothing matches these filters').waitFor();
    expect(await page.getByLabel('Part number').first().inputValue()).toBe('50%25%2F&');
    expect(await window.seriousViolations()).toEqual([]);
    await window.close();
  });
});
