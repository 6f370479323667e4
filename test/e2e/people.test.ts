import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

describeInChromium('people', () => {
  const site = makeSite((workspace) =>
    addSyntheticBatch(workspace, {
      images: 6,
      reviewed: 0,
      failed: 0,
      pending: 0,
      name: 'Lot 7',
      seed: 'Lot 7',
    }),
  );

  it('sign in with the keyboard once there is an engineer, and do what their role allows', async () => {
    const window = await site.open({ inspector: 'Eva' });
    const { page, keyboard } = window;
    const sign = page.getByRole('dialog', { name: 'Sign in' });
    const badge = page.getByTestId('signed-in');
    const panel = page.getByRole('region', { name: 'People' });

    // Nobody has to sign in; the first inspector is an engineer, who is signed in by that.
    await keyboard.press('Alt+4');
    await panel.getByText('Nobody has to sign in').waitFor();
    await expect.poll(() => panel.getByLabel('Role', { exact: true }).isDisabled()).toBe(true);
    await panel.getByLabel(/^PIN/).fill('1234');
    await keyboard.press('Enter');
    await panel.getByText('Operators judge').waitFor();
    await expect.poll(() => badge.textContent()).toBe('Eva Engineer');
    await expect.poll(() => sign.count()).toBe(0);
    await panel.getByLabel('Name', { exact: true }).fill('Otto');
    await panel.getByLabel(/^PIN/).fill('5678');
    await keyboard.press('Enter');
    await panel.getByLabel('Role of Otto').waitFor();
    expect(await window.seriousViolations()).toEqual([]);

    // A reload keeps who is signed in; one key makes way for the next one.
    await page.reload();
    await badge.waitFor();
    await keyboard.press('Alt+0');
    await sign.waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await page.reload();
    await sign.waitFor();
    await expect.poll(() => sign.getByLabel('Name').inputValue()).toBe('Eva');
    await sign.getByLabel('Name').selectOption('Otto');
    const pin = sign.getByLabel('PIN', { exact: true });
    await pin.fill('0000');
    await keyboard.press('Enter');
    await sign.getByRole('alert').getByText('This PIN is not right').waitFor();
    await expect.poll(() => pin.inputValue()).toBe('');
    await pin.fill('5678');
    await keyboard.press('Enter');
    await sign.waitFor({ state: 'detached' });
    await expect.poll(() => badge.textContent()).toBe('Otto Operator');

    // What is beyond the role is there, disabled, and says why; the list of people is there to read.
    const trial = page.getByRole('button', { name: 'Run the self-test' });
    await expect.poll(() => trial.isDisabled()).toBe(true);
    await expect.poll(() => trial.getAttribute('title')).toBe('For engineers');
    await expect.poll(() => trial.getAttribute('aria-description')).toBe('For engineers');
    await expect.poll(() => page.getByRole('radio', { name: 'CPU' }).isDisabled()).toBe(true);
    await panel.getByText('Engineers look after this list.').waitFor();
    await expect.poll(() => panel.getByRole('button').count()).toBe(1);
    await panel.getByRole('button', { name: 'Change my PIN' }).waitFor();
    await expect.poll(() => panel.getByRole('combobox').count()).toBe(0);
    await keyboard.press('Alt+1');
    await page.getByRole('option', { name: 'Lot 7' }).click();
    await page.getByRole('button', { name: 'More' }).click();
    const archive = page.getByRole('menuitem', { name: 'Archive' });
    await archive.waitFor();
    await expect.poll(() => archive.isDisabled()).toBe(true);
    await expect.poll(() => archive.textContent()).toContain('For reviewers and engineers');
    expect(await window.seriousViolations()).toEqual([]);
    await pressOn(page.getByRole('menuitem', { name: 'Agreement study' }), 'Enter');
    const studies = page.getByRole('dialog', { name: 'Agreement study' });
    await studies.getByText('For reviewers and engineers').waitFor();
    await expect.poll(() => studies.getByRole('textbox').count()).toBe(0);
    await keyboard.press('Escape');
    await studies.waitFor({ state: 'detached' });
    await keyboard.press('Shift+A');
    await page.getByRole('alert').getByText('For reviewers and engineers').waitFor();
    expect(readRecords(site.workspace, 'select 1 from batches where archived_at is not null')).toEqual([]);

    // A verdict carries the name of who signed in.
    await keyboard.press('Alt+2');
    await page.getByTestId('save-state').waitFor();
    await keyboard.press('u');
    await expect
      .poll(() => readRecords<{ inspector: string }>(site.workspace, 'select inspector from verdicts'))
      .toEqual([{ inspector: 'Otto' }]);
    expect(await window.missingTexts()).toEqual([]);
    await window.close();
  });

  async function signIn({ page, keyboard }: WorkstationWindow, name: string, pin: string) {
    const sign = page.getByRole('dialog', { name: 'Sign in' });
    await sign.getByLabel('Name').selectOption(name);
    await sign.getByLabel('PIN', { exact: true }).fill(pin);
    await keyboard.press('Enter');
    await sign.waitFor({ state: 'detached' });
  }

  it('may not go over what another judged, by button or key, unless they review', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await signIn(window, 'Eva', '1234');
    const [judged] = readRecords<{ image_id: number }>(site.workspace, 'select image_id from verdicts');
    const rows = () =>
      readRecords<{ inspector: string }>(site.workspace, 'select inspector from verdicts order by id');
    const [batch] = readRecords<{ id: number }>(site.workspace, 'select id from batches');
    const address = new URL(`#/review/${batch!.id}/${judged!.image_id}`, page.url()).href;
    await page.goto(address);
    await page.getByTestId('save-state').getByText('Saved').waitFor();
    await keyboard.press('g');
    await expect.poll(rows).toEqual([{ inspector: 'Otto' }, { inspector: 'Eva' }]);
    // It goes on to the next image, and its address follows a moment later.
    await page.waitForURL((url) => url.href !== address);
    await keyboard.press('Alt+0');
    await signIn(window, 'Otto', '5678');
    await page.goto(address);
    await page.getByRole('note').getByText('“Eva” has judged this image').waitFor();
    await expect.poll(() => page.locator('[data-verdict=reject]').isDisabled()).toBe(true);
    await keyboard.press('r');
    await page.getByRole('status').getByText('“Eva” has judged this image').waitFor();
    await keyboard.press('1', 'Control+Enter');
    expect(rows()).toHaveLength(2);
    expect(await window.seriousViolations()).toEqual([]);
    await window.close();
  });

  it('answer a blind inspection each for themselves, whose results operators do not see', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await signIn(window, 'Eva', '1234');
    await pressOn(page.getByRole('button', { name: 'More' }), 'Enter');
    await pressOn(page.getByRole('menuitem', { name: 'Agreement study' }), 'Enter');
    await pressOn(page.getByRole('button', { name: 'Create and begin' }), 'Enter');
    await page.getByRole('button', { name: 'Begin round 1' }).waitFor();
    await keyboard.press('Alt+0');
    // Who is not signed in gets nothing of it, until they are.
    await page.reload();
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
    await signIn(window, 'Otto', '5678');
    for (const round of [1, 2]) {
      await pressOn(page.getByRole('button', { name: `Begin round ${round}` }), 'Enter');
      for (let image = 1; image <= 6; image++) {
        await page.getByText(`Image ${image} of 6, round ${round} of 2`, { exact: true }).waitFor();
        await keyboard.press('g');
      }
    }
    await page.getByText('The results are for reviewers and engineers.').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await page.goto(`${page.url()}/results`);
    await page.getByText('For reviewers and engineers').waitFor();
    await expect.poll(() => page.getByTestId('study-results').count()).toBe(0);
    await pressOn(page.getByRole('button', { name: 'To the batches' }), 'Enter');
    await pressOn(page.getByRole('button', { name: 'More' }), 'Enter');
    await pressOn(page.getByRole('menuitem', { name: 'Agreement study' }), 'Enter');
    const results = page.getByRole('button', { name: 'Results' });
    await results.waitFor();
    await expect.poll(() => results.isDisabled()).toBe(true);
    await expect.poll(() => results.getAttribute('title')).toBe('For reviewers and engineers');
    expect(readRecords(site.workspace, 'select distinct inspector from study_judgements')).toEqual([
      { inspector: 'Otto' },
    ]);
    await window.close();
  });

  it('change their own PIN, and sign in anew after what an engineer or the command line changed', async () => {
    const eva = await site.open({ theme: 'light' });
    const otto = await site.open();
    await signIn(eva, 'Eva', '1234');
    await signIn(otto, 'Otto', '5678');
    const sign = otto.page.getByRole('dialog', { name: 'Sign in' });

    await pressOn(otto.page.getByTestId('signed-in'), 'Enter');
    const entry = otto.page.getByRole('menuitem', { name: 'Change my PIN' });
    await entry.waitFor();
    expect(await otto.seriousViolations()).toEqual([]);
    await pressOn(entry, 'Enter');
    const dialog = otto.page.getByRole('dialog', { name: 'Change my PIN' });
    await dialog.getByLabel('Present PIN').fill('5678');
    await dialog.getByLabel('New PIN', { exact: true }).fill('8765');
    await dialog.getByLabel('New PIN again').fill('8765');
    expect(await otto.seriousViolations()).toEqual([]);
    await otto.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await otto.page.getByText('Your PIN is changed.').waitFor();
    await expect.poll(() => sign.count()).toBe(0);

    await eva.keyboard.press('Alt+4');
    const panel = eva.page.getByRole('region', { name: 'People' });
    await pressOn(panel.getByRole('button', { name: 'New PIN for Otto' }), 'Enter');
    await eva.keyboard.type('5678');
    await eva.keyboard.press('Enter');
    await signIn(otto, 'Otto', '5678');
    await panel.getByLabel('Role of Otto').selectOption('reviewer');
    await signIn(otto, 'Otto', '5678');
    await expect.poll(() => otto.page.getByTestId('signed-in').textContent()).toBe('Otto Reviewer');

    const cli = fileURLToPath(new URL('../../src-main/cli/clipsam.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      cli,
      ...['people', 'reset-pin', 'Otto', '--workspace', site.workspace],
    ]);
    // The window does not know of it until it asks for something.
    await otto.keyboard.press('Alt+1');
    await pressOn(otto.page.getByRole('button', { name: 'Inspect again' }), 'Enter');
    await sign.waitFor();
    await signIn(otto, 'Otto', stdout.trim());
    await otto.page.getByTestId('signed-in').waitFor();
    await otto.close();
    await eva.close();
  });

  it('are signed out when nobody touched a key or the pointer for as long as an engineer says', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const sign = page.getByRole('dialog', { name: 'Sign in' });
    await signIn(window, 'Eva', '1234');
    await keyboard.press('Alt+4');
    await page.getByLabel('Sign out when idle').selectOption({ label: 'After 5 minutes' });
    await page.clock.install();
    await page.reload();
    await page.getByTestId('signed-in').waitFor();
    await page.clock.fastForward('04:00');
    await page.mouse.move(600, 300);
    await page.clock.fastForward('04:00');
    await page.getByTestId('signed-in').waitFor();
    await expect.poll(() => sign.count()).toBe(0);
    await page.clock.fastForward('01:30');
    await sign.getByText('Signed out after 5 minutes without activity.').waitFor();
    expect(await window.seriousViolations()).toEqual([]);

    // A machine that slept is woken by a key, which is nobody's yet.
    await signIn(window, 'Eva', '1234');
    await page.evaluate(() => sessionStorage.setItem('clipsam-seen', String(Date.now() - 6 * 60_000)));
    await keyboard.press('Alt+1');
    await sign.waitFor();
    expect(page.url()).toContain('#/models');
    await signIn(window, 'Eva', '1234');
    await page.getByLabel('Sign out when idle').selectOption({ label: 'Never' });
    await expect
      .poll(() => readRecords(site.workspace, "select value from settings where name = 'idle-minutes'"))
      .toEqual([{ value: 'null' }]);
    await window.close();
  });

  it('are asked for in Chinese as well, before anything else', async () => {
    const window = await site.open({
      language: 'zh-CN',
      theme: 'light',
      inspector: '',
    });
    const sign = window.page.getByRole('dialog', { name: '登录' });
    await sign.waitFor();
    await sign.getByLabel('姓名').selectOption('Otto');
    expect(await sign.getByRole('option').allTextContents()).toEqual(['Eva，工程师', 'Otto，复核员']);
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);
    await window.close();
  });
});
