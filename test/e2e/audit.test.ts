import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createBatch } from '../../src-main/store/batches.ts';
import { addImages } from '../../src-main/store/images.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { recordOutcome } from '../../src-main/store/results.ts';
import { setRunStatus, startRun } from '../../src-main/store/run-lifecycle.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import { context, inspectionResult, recipe } from '../store/results-fixture.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn, pressOn } from './focus.ts';
import { makeSite } from './site.ts';

describeInChromium('the audit trail', () => {
  const site = makeSite(async (folder) => {
    const workspace = await openWorkspace(folder, { create: true });
    const { id } = await createBatch(workspace, { name: 'Lot 7' }, 'Ada');
    const file = { path: '/photos/a.png', contentHash: 'a'.repeat(64), bytes: 5 };
    await addImages(workspace, id, [file], 'Ada');
    const { hash } = await saveRecipe(workspace, recipe, { inspector: 'Ada' });
    const claim = await startRun(workspace, id, hash, context);
    await recordOutcome(workspace, claim, 1, { status: 'done', result: inspectionResult() });
    await addVerdict(workspace, { runId: claim.runId, imageId: 1, verdict: 'reject', inspector: 'Ada' });
    await setRunStatus(workspace, claim, 'done', 'Ada');
    await workspace.close();
  });

  /** Changes the database behind the program's back. */
  function tamper(change: string): void {
    const database = new Database(join(site.workspace, 'workspace.sqlite'));
    const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as {
      readonly name: string;
      readonly sql: string;
    }[];
    for (const { name } of triggers) database.exec(`drop trigger ${name}`);
    database.exec(change);
    for (const { sql } of triggers) database.exec(sql);
    database.close();
  }
  const exported = (name: RegExp) => {
    const folder = join(site.workspace, 'exports');
    const file = readdirSync(folder).findLast((one) => name.test(one));
    return join(folder, file!);
  };

  it('is read, searched, checked and exported with the keyboard', async () => {
    const window = await open('en', 'dark');
    const { page, keyboard } = window;
    await keyboard.press('Alt+9');
    const entries = page.getByRole('listbox', { name: 'Entries' });
    await entries.getByRole('option').first().waitFor();
    await focusOn(entries);
    await keyboard.press('End');
    await page.getByTestId('audit-details').getByText('Entry 1', { exact: true }).waitFor();
    expect(await window.seriousViolations()).toEqual([]);

    await keyboard.press('/', 'Control+a');
    await keyboard.type('Lot 7');
    await page.getByText('1 entry', { exact: true }).waitFor();
    await page.getByRole('option').first().waitFor();
    await focusOn(entries);
    await keyboard.press('Home');
    const details = page.getByTestId('audit-details');
    await details.getByText('Lot 7', { exact: true }).first().waitFor();

    await keyboard.press('v');
    const outcome = page.getByTestId('audit-outcome');
    await outcome.getByText("Nothing was changed behind the program's back", { exact: false }).waitFor();
    expect(await window.seriousViolations()).toEqual([]);

    await focusOn(page.getByRole('button', { name: 'Export' }));
    await keyboard.press('Enter');
    await pressOn(page.getByRole('menuitem', { name: /as JSON/ }), 'Enter');
    await page.getByText(/Written: .*audit-trail-.*\.json/).waitFor();
    const written = JSON.parse(readFileSync(exported(/^audit-trail/), 'utf8'));
    expect(written.entries.length).toBeGreaterThan(0);
    expect(JSON.stringify(written.entries[0])).toContain('Lot 7');
    await focusOn(page.getByRole('button', { name: 'Export' }));
    await keyboard.press('Enter');
    await pressOn(page.getByRole('menuitem', { name: /head/ }), 'Enter');
    await page.getByText(/Written: .*audit-head-.*\.json/).waitFor();
  });

  it('says what was changed behind its back, also against a kept head, in Chinese', async () => {
    const window = await open('zh-CN', 'light');
    const { page, keyboard } = window;
    await keyboard.press('Alt+9');
    await page.getByRole('option').first().waitFor();
    tamper(`update verdicts set verdict = 'uncertain' where id = 1;
      update audit_events set inspector = 'Mallory' where id = 2`);
    await keyboard.press('v');
    const outcome = page.getByTestId('audit-outcome');
    await outcome.getByText('有内容绕过程序被更改').waitFor();
    await outcome.getByText('自条目 1 起，追踪不可信。').waitFor();
    await outcome.getByText('条目 2 与前一条目不相承', { exact: false }).waitFor();
    await outcome.getByText(/^判定 1 与条目 \d+ 所记不符。已更改：verdict。$/).waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);

    const head = exported(/^audit-head/);
    const kept = { ...JSON.parse(readFileSync(head, 'utf8')), hash: '0'.repeat(64) };
    const other = join(site.folder, 'kept.json');
    writeFileSync(other, JSON.stringify(kept));
    await page.setInputFiles('input[type=file]', other);
    await outcome.getByText('与保存的末端校验值不符', { exact: false }).waitFor();
    writeFileSync(other, '{}');
    await page.setInputFiles('input[type=file]', other);
    await page.getByText('这不是审计追踪的末端校验值', { exact: false }).waitFor();
  });

  async function open(language: 'en' | 'zh-CN', theme: 'dark' | 'light') {
    const window = await site.open({ language, theme });
    await window.page.locator('[data-testid=batch-list]').waitFor();
    return window;
  }
});
