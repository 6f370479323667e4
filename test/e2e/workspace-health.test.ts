import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { makeSite } from './site.ts';

describeInChromium('the workspace’s health', () => {
  const site = makeSite((workspace) =>
    addSyntheticBatch(workspace, {
      images: 12,
      reviewed: 0,
      failed: 0,
      pending: 0,
      name: 'Lot 7',
      seed: 'health',
    }),
  );

  it('is told above every screen: another program that holds it up, and a database that is gone', async () => {
    const [english, chinese] = await Promise.all([
      site.open(),
      site.open({ language: 'zh-CN', theme: 'light' }),
    ]);
    const file = join(site.workspace, 'workspace.sqlite');
    const other = new Database(file);
    other.exec('begin immediate');
    await english.page.getByRole('option', { name: 'Lot 7' }).click();
    await english.keyboard.press('Delete');
    await english.page.getByTestId('waiting').getByText('Waiting for another program').waitFor();
    // The windows go on while one of them waits.
    await chinese.page.getByRole('option', { name: 'Lot 7' }).click();
    await chinese.page.getByTestId('waiting').getByText('正在等待另一个程序').waitFor();
    other.exec('rollback');
    other.close();
    await english.page.getByTestId('waiting').waitFor({ state: 'detached' });
    await english.page.getByRole('option', { name: 'Lot 7' }).waitFor({ state: 'detached' });

    for (const part of ['', '-wal', '-shm']) await rm(file + part, { force: true });
    await english.page.getByTestId('health').getByText('was deleted or replaced').first().waitFor();
    await chinese.page.getByTestId('health').getByText('被删除或替换').waitFor();
    for (const window of [english, chinese]) {
      expect(await window.seriousViolations()).toEqual([]);
      expect(await window.missingTexts()).toEqual([]);
      await window.close();
    }
  });
});
