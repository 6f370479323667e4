import { expect, it } from 'vitest';
import { addSecondRun } from '../second-run.ts';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';

describeInChromium('two runs of a batch', () => {
  let batchId = 0;
  let first = 0;
  let second = 0;
  const site = makeSite(async (workspace) => {
    const made = await addSyntheticBatch(workspace, { images: 24, name: 'Twice', reviewed: 0 });
    ({ batchId, runId: first } = made);
    second = await addSecondRun(workspace, made);
  });

  it('are looked at side by side, narrowed to where they disagree, and judged in the one under review', async () => {
    const apart = readRecords<{ imageId: number; here: string; there: string }>(
      site.workspace,
      `select a.image_id as imageId, a.verdict as here, b.verdict as there from results a
       join results b on b.image_id = a.image_id and b.run_id = ? where a.run_id = ? and a.verdict <> b.verdict`,
      first,
      second,
    );
    const window = await site.open({ width: 1280, height: 800 });
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${batchId}`, page.url()).href);
    const review = new ReviewPage(window);
    await page.getByTestId('compare-runs').waitFor();
    await keyboard.press('Shift+S');
    const [mine, theirs] = [page.getByTestId('run-reviewed'), page.getByTestId('run-other')];
    await theirs.getByText(`Run ${first},`).waitFor();
    await mine.getByText('WinCLIP', { exact: true }).waitFor();

    await page.getByRole('button', { name: `${apart.length} disagree` }).click();
    await expect.poll(() => review.images.getByRole('option').count()).toBe(apart.length);
    const imageId = await review.currentId();
    const said = apart.find((one) => one.imageId === imageId)!;
    const word = (verdict: string) => verdict.replace(/^./, (letter) => letter.toUpperCase());
    await mine.getByText(new RegExp(`^${word(said.here)} \\d`)).waitFor();
    await theirs.getByText(new RegExp(`^${word(said.there)} \\d`)).waitFor();
    await theirs.getByText('Differs: verdict, method').waitFor();
    expect(await review.current.getAttribute('aria-label')).toContain(`the other run: ${word(said.there)}`);

    // One view for both: the picture of the other side moves with the wheel over this one.
    const other = page.getByRole('application', { name: /run to compare with/ });
    await other.locator('canvas').first().waitFor();
    await window.quiet();
    const before = await other.screenshot();
    await window.pointer.wheel(page.getByRole('application').first(), 0.3, 0.3, -600);
    await expect.poll(async () => (await other.screenshot()).equals(before)).toBe(false);
    // And what its map says where the pointer is over this one.
    expect(await page.getByTestId('place-score').textContent()).toMatch(/^0\.\d{3}$/);
    await keyboard.press('f');

    // The address keeps it.
    await page.waitForURL(`**/review/${batchId}/${imageId}/${first}`);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await page.getByTestId('run-other').getByText(`Run ${first},`).waitFor();
    expect(await review.currentId()).toBe(imageId);

    await keyboard.press('u');
    await expect
      .poll(() => readRecords(site.workspace, 'select run_id as runId, image_id as imageId from verdicts'))
      .toEqual([{ runId: second, imageId }]);
    await page.getByRole('button', { name: `Compared with run ${first}` }).click();
    await page.getByRole('menuitem', { name: 'End the comparison' }).click();
    await page.getByTestId('run-other').waitFor({ state: 'detached' });
    await window.close();
  });

  it('say where one of them has no result', async () => {
    const [lacking] = readRecords<{ imageId: number }>(
      site.workspace,
      'select max(id) as imageId from images where batch_id = ?',
      batchId,
    );
    const window = await site.open();
    const { page } = window;
    await page.goto(new URL(`/#/review/${batchId}/${lacking!.imageId}/${first}`, page.url()).href);
    await page.getByTestId('run-reviewed').getByText('Not inspected in this run').waitFor();
    await window.close();
  });
});
