import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeInChromium } from './chromium.ts';
import { focusOn, pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

const IMAGES = 12;

describeInChromium('an agreement study', () => {
  // A new workspace has the bundled samples: six good, six defective with ground truth.
  const site = makeSite();

  /** Judges a whole round with the keyboard: `keyOf` says which key for the image that came n-th. */
  async function judge(
    window: WorkstationWindow,
    placeOf: (at: number) => string,
    keyOf: (n: number) => string,
  ) {
    for (let n = 0; n < IMAGES; n++) {
      await window.page.getByText(placeOf(n + 1), { exact: true }).waitFor();
      await window.keyboard.press(keyOf(n));
    }
  }

  it('is made and judged blind by two inspectors with the keyboard, and says how far they agree', async () => {
    const ada = await site.open();
    const { page, keyboard } = ada;
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.getByRole('heading', { name: 'Bundled samples' }).waitFor();
    await focusOn(page.getByRole('button', { name: 'More' }));
    await keyboard.press('Enter');
    await pressOn(page.getByRole('menuitem', { name: 'Agreement study…' }), 'Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The batch has only 12 images.').waitFor();
    expect(await ada.seriousViolations()).toEqual([]);
    await dialog.getByLabel('Name').fill('Gauge <b>1</b>');
    requests.length = 0;
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Begin round 1' }).waitFor();
    await keyboard.press('Enter');

    const place = (round: number) => (at: number) => `Image ${at} of ${IMAGES}, round ${round} of 2`;
    const alternate = (n: number) => (n % 2 === 0 ? 'g' : 'r');
    await page.getByText(place(1)(1), { exact: true }).waitFor();
    await page.locator('[role=application] canvas').first().waitFor();
    expect(await ada.seriousViolations()).toEqual([]);
    expect((await ada.texts()).filter((text) => /cable|\.jpg|score|\bmodel\b/i.test(text))).toEqual([]);
    // The last answer can be taken back, the first one as well.
    await keyboard.press('u');
    await page.getByText(place(1)(2), { exact: true }).waitFor();
    await keyboard.press('Control+z');
    await judge(ada, place(1), alternate);
    await page.getByRole('button', { name: 'Begin round 2' }).waitFor();

    // In the midst of it, the results are out of reach, by their address as well.
    const blind = page.url();
    await page.goto(`${blind}/results`);
    await page.getByText('You have given 12 of 24 answers.', { exact: false }).waitFor();
    await pressOn(page.getByRole('button', { name: 'Go on with your rounds' }), 'Enter');
    await page.getByRole('button', { name: 'Begin round 2' }).waitFor();
    await keyboard.press('Enter');
    await judge(ada, place(2), alternate);
    await page.getByRole('button', { name: 'Show the results' }).waitFor();
    expect(requests.filter((url) => /media\/(?:map|truth)/.test(url))).toEqual([]);
    expect(requests.some((url) => url.includes('/media/tile'))).toBe(true);

    const bo = await site.open({
      inspector: 'Bo',
      language: 'zh-CN',
      theme: 'light',
    });
    await bo.page.goto(`${blind}/results`);
    await pressOn(bo.page.getByRole('button', { name: '参加研究' }), 'Enter');
    for (const round of [1, 2]) {
      await pressOn(bo.page.getByRole('button', { name: `开始第 ${round} 轮` }), 'Enter');
      await judge(
        bo,
        (at) => `第 ${at}/${IMAGES} 张，第 ${round}/2 轮`,
        () => 'g',
      );
    }
    await pressOn(bo.page.getByRole('button', { name: '查看结果' }), 'Enter');
    await bo.page.getByTestId('inspectors').waitFor();
    expect(await bo.seriousViolations()).toEqual([]);
    expect(await bo.missingTexts()).toEqual([]);
    await bo.close();

    await keyboard.press('Enter');
    const row = (name: string) => page.getByTestId('inspectors').getByRole('row', { name }).innerText();
    const answers = readRecords<{ inspector: string; round: number; verdict: string; path: string }>(
      site.workspace,
      `select inspector, round, verdict, path from study_judgements j join images on images.id = j.image_id
       where verdict <> 'withdrawn' and not exists (select 1 from study_judgements n where n.supersedes = j.id)`,
    );
    expect(answers).toHaveLength(4 * IMAGES);
    const of = (inspector: string, verdict: string, good: boolean) =>
      answers.filter(
        (a) => a.inspector === inspector && a.verdict === verdict && /\/good\//.test(a.path) === good,
      ).length;
    await page.getByTestId('inspectors').waitFor();
    const adas = await row('Ada');
    expect(adas).toContain(`${of('Ada', 'accept', false)} of 12`);
    expect(adas).toContain(`${of('Ada', 'reject', true)} of 12`);
    // Half of Ada's are accepted in each round, so ½ is expected by chance.
    const saidBy = (round: number) =>
      new Map(
        answers.filter((a) => a.inspector === 'Ada' && a.round === round).map((a) => [a.path, a.verdict]),
      );
    const [first, second] = [saidBy(1), saidBy(2)];
    const alike = [...first].filter(([path, verdict]) => second.get(path) === verdict).length;
    expect(adas).toContain((2 * (alike / IMAGES) - 1).toFixed(2));
    // Bo accepted everything: alike every time, and kappa says nothing.
    expect(await row('Bo')).toMatch(/not defined\s+12 of 12 \(100%\)/);
    expect(await row('Bo')).toContain('12 of 12');
    const rejected = new Set(answers.filter((a) => a.verdict === 'reject').map((a) => a.path)).size;
    await page.getByRole('heading', { name: `Images with disagreement (${rejected})` }).waitFor();
    expect(await ada.seriousViolations()).toEqual([]);

    await pressOn(page.getByRole('button', { name: 'Write all answers as CSV' }), 'Enter');
    const message = await page.getByText('Written to').innerText();
    const file = message.replace(/^Written to /, '').trim();
    expect(existsSync(file)).toBe(true);
    // A heading, 48 answers that count, and the one that was taken back.
    expect(readFileSync(file, 'utf8').trim().split('\r\n')).toHaveLength(50);
    await pressOn(page.getByTestId('disagreements').getByRole('link').first(), 'Enter');
    await page.waitForURL(/#\/review\/\d+\/\d+/);
    await ada.close();
  });
});
