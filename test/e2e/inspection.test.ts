import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { tempFolder } from '../temp-folder.ts';
import { addTinyBatch } from '../tiny-batch.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';
import { startWorkstation } from './workstation-process.ts';
import { WorkstationWindow } from './workstation-window.ts';

/** So many that the tiny pack is not through with them before the program is killed. */
const IMAGES = 60;
const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

describeInChromium('an inspector', () => {
  const site = makeSite();

  it('says who they are on the first visit, and finds the samples one key from being inspected', async () => {
    const window = await site.open({ inspector: '' });
    const { page, keyboard } = window;
    const name = page.getByLabel('Your name');
    await name.fill('Ada Lovelace');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Inspect 12 images' }).waitFor();
    await keyboard.press('Enter');
    const batches = new BatchesPage(window);
    await batches.waitFor('running');
    await page.getByText(/images\/(s|min)/).waitFor();
    await keyboard.press('p');
    await batches.waitFor('paused');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await batches.waitFor('cancelled');
    expect(page.url()).not.toContain('open=');
    await window.close();
  });

  it('imports images, looks into the results, asks SAM, judges, marks and tries other thresholds', async () => {
    const window = await site.open();
    const { page, keyboard, pointer } = window;
    const batches = new BatchesPage(window);
    await batches.importPaths('Lot 7', [
      join(SAMPLES, 'tablet', 'test'),
      join(SAMPLES, 'machined_metal', 'test'),
    ]);
    await batches.inspect();
    const [{ runId }] = readRecords<{ runId: number }>(
      site.workspace,
      'select max(id) as runId from runs',
    ) as [{ runId: number }];
    const results = readRecords<{ imageId: number; path: string; verdict: string; regions: number }>(
      site.workspace,
      `select image_id as imageId, path, verdict,
         (select count(*) from regions where result_id = results.id) as regions
       from results join images on images.id = image_id where run_id = ? and status = 'done'`,
      runId,
    );
    expect(results).toHaveLength(4);
    const scratched = results.find(({ path }) => path.includes('scratch'))!;
    const overturned = results.find(({ path }) => path.includes('tablet/test/chip'))!;
    expect(scratched.regions).toBeGreaterThan(0);
    expect(overturned).toMatchObject({ verdict: 'reject' });

    await keyboard.press('Enter');
    const review = new ReviewPage(window);
    await review.open(scratched.imageId);
    await review.toggleLayer('c', 'CLIP map');
    await review.toggleLayer('p', 'Prompts');
    await review.toggleLayer('m', 'Mask');
    await review.toggleLayer('t', 'Truth');
    const layered = await review.steadyPicture();
    await keyboard.hold('Space', async () => {
      await expect.poll(async () => (await review.picture()).equals(layered)).toBe(false);
    });
    await expect.poll(async () => (await review.picture()).equals(layered)).toBe(true);

    await keyboard.press('q');
    await pointer.click(review.canvas, 0.5, 0.5);
    const answer = page.getByTestId('candidate');
    await answer.getByText(/\d ms$/).waitFor();
    await expect.poll(() => answer.locator('[aria-pressed]').count()).toBe(3);
    await keyboard.press('e');
    await pointer.click(review.canvas, 0.7, 0.3);
    await answer.getByText(/\d ms$/).waitFor();
    await answer.getByRole('button', { name: 'Missed defect' }).click();
    await review.saying('Marked as missed: its like is raised from now on');

    await review.open(overturned.imageId);
    await keyboard.press('g');
    await page.getByText('The model rejects this image. Why is it good?').waitFor();
    expect(readRecords(site.workspace, 'select * from verdicts where run_id = ?', runId)).toEqual([]);
    await keyboard.type('Light on the rim');
    await keyboard.press('Enter');
    await expect.poll(() => review.currentId()).not.toBe(overturned.imageId);
    await review.open(overturned.imageId);
    await page.getByRole('button', { name: 'Region 1: false positive' }).click();
    await page.getByRole('button', { name: 'Region 1: false positive', pressed: true }).waitFor();
    await review.saying('Marked as harmless: its like stays quiet from now on');

    expect(
      readRecords(
        site.workspace,
        `select image_id as imageId, verdict, overturn_reason as reason, inspector from verdicts where run_id = ?`,
        runId,
      ),
    ).toEqual([
      { imageId: overturned.imageId, verdict: 'accept', reason: 'Light on the rim', inspector: 'Ada' },
    ]);
    const annotations = readRecords<{
      imageId: number;
      kind: string;
      region: number | null;
      polygons: string;
    }>(
      site.workspace,
      `select image_id as imageId, kind, region_index as region, polygons from annotations
       where run_id = ? order by id`,
      runId,
    );
    expect(annotations).toMatchObject([
      { imageId: scratched.imageId, kind: 'missed-defect', region: null },
      { imageId: overturned.imageId, kind: 'false-positive', region: 1 },
    ]);
    expect(JSON.parse(annotations[0]!.polygons)[0][0].length).toBeGreaterThan(3);
    // The model's own verdict is another field, and stays what it was.
    expect(
      readRecords(
        site.workspace,
        'select verdict from results where run_id = ? and image_id = ?',
        runId,
        overturned.imageId,
      ),
    ).toEqual([{ verdict: 'reject' }]);

    await keyboard.press('Alt+3');
    const reject = page.getByRole('slider', { name: 'Reject' });
    await reject.waitFor();
    await page.getByRole('heading', { name: /^0 images would change/ }).waitFor();
    await pointer.drag(reject.locator('..'), [
      [Number(await reject.getAttribute('aria-valuenow')), 0.5],
      [0.97, 0.5],
    ]);
    await page.getByRole('heading', { name: /^[1-4] images? would change/ }).waitFor();
    await page.getByRole('button', { name: 'Save as a new revision' }).click();
    await page
      .getByText(/Saved as revision/)
      .first()
      .waitFor();
    const [recipe] = readRecords<{ json: string; inspector: string }>(
      site.workspace,
      'select json, inspector from recipes order by rowid desc limit 1',
    );
    expect(JSON.parse(recipe!.json).reject).toBeGreaterThan(0.95);
    expect(recipe!.inspector).toBe('Ada');
    await window.close();
  });

  it('loses nothing when the program is killed in mid-run, and goes on where it was', async () => {
    const workspace = await tempFolder();
    await addTinyBatch(workspace, IMAGES, 'Lot 8');
    let workstation = await startWorkstation({ workspace });
    onTestFinished(() => workstation.kill());
    const window = await WorkstationWindow.open(site.browser, await workstation.address());
    const { page, keyboard } = window;
    const batches = new BatchesPage(window);
    await page.getByRole('button', { name: `Inspect ${IMAGES} images` }).waitFor();
    await keyboard.press('Enter');
    const stored = () =>
      readRecords<{ id: number; imageId: number; status: string; finishedAt: string }>(
        workspace,
        'select id, image_id as imageId, status, finished_at as finishedAt from results order by id',
      );
    await expect.poll(() => stored().length).toBeGreaterThan(0);
    await workstation.kill();
    const before = stored();
    expect(before.length).toBeLessThan(IMAGES);
    await page.getByText('The workstation does not answer').waitFor();

    const { port } = workstation;
    workstation = await startWorkstation({ workspace, port });
    await page.reload();
    await page.getByText('does not know this browser').waitFor();
    await page.goto(await workstation.address());
    await batches.waitFor('stopped');
    await keyboard.press('p');
    await batches.waitFor('done');
    const after = stored();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.every(({ status }) => status === 'done')).toBe(true);
    expect(new Set(after.map(({ imageId }) => imageId)).size).toBe(IMAGES);

    await keyboard.press('Enter');
    const review = new ReviewPage(window);
    await review.settled();
    const first = await review.currentId();
    await keyboard.press('d');
    await expect.poll(() => review.currentId()).not.toBe(first);
    await review.settled();
    const second = await review.currentId();
    await page.reload();
    await review.settled();
    expect(await review.currentId()).toBe(second);
    // The connection broke, and a page without the new token was refused: the browser reports both.
    window.complaints.splice(0);
    await window.close();
  });
});
