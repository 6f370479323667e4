import { expect, it } from 'vitest';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { PINS, peopleIn, type Signer, tamper } from '../services/signatures/signing-fixture.ts';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

describeInChromium('signatures', () => {
  const site = makeSite(async (folder) => {
    await addSyntheticBatch(folder, {
      images: 4,
      reviewed: 0,
      failed: 0,
      pending: 0,
      name: 'Lot 7',
      seed: '7',
    });
    const workspace = await openWorkspace(folder);
    await peopleIn(workspace);
    const { hash } = await workspace.db.selectFrom('recipes').select('hash').executeTakeFirstOrThrow();
    await workspace.db.updateTable('batches').set({ recipe_hash: hash }).execute();
    await workspace.close();
  });

  /** Signs in, and opens the recipe of the batch, by keyboard alone. */
  async function openRecipe({ page, keyboard }: WorkstationWindow, name: Signer) {
    const dialog = page.getByRole('dialog').filter({ has: page.getByRole('combobox') });
    await dialog.getByRole('combobox').selectOption(name);
    await page.locator('input[type=password]').fill(PINS[name]);
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByTestId('batch-details').waitFor();
    await keyboard.press('e');
    await pressOn(page.getByRole('button', { name: /Edit the recipe|编辑配方/ }), 'Enter');
    return page.getByRole('dialog', { name: /^(Recipe|配方)$/ });
  }

  it('take the PIN, come from two people, and are withdrawn with a reason', async () => {
    const window = await site.open({ theme: 'light', height: 1000 });
    const { page, keyboard } = window;
    const drawer = await openRecipe(window, 'Rita');
    const panel = drawer.getByRole('region', { name: 'Signatures' });
    await panel.getByText('Nobody has signed this yet.').waitFor();
    await pressOn(panel.getByRole('button', { name: 'Sign …' }), 'Enter');
    const dialog = page.getByRole('dialog', { name: 'Sign', exact: true });
    await dialog.getByText('You, Rita (Reviewer), sign this as it is now.').waitFor();
    // A reviewer of a recipe can only have reviewed it.
    await expect.poll(() => dialog.getByRole('radio').count()).toBe(1);
    expect(await window.seriousViolations()).toEqual([]);
    await dialog.getByLabel('Your PIN').fill('0000');
    await keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('This PIN is not right').waitFor();
    expect(readRecords(site.workspace, 'select 1 from signatures')).toEqual([]);
    await dialog.getByLabel('Your PIN').fill(PINS.Rita);
    await page.screenshot({ path: 'out/signatures/sign-light.png' });
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await panel.getByText('Valid').waitFor();
    await expect.poll(() => panel.locator('[data-status]').getAttribute('data-status')).toBe('signed');
    await expect.poll(() => panel.getByRole('button', { name: 'Sign …' }).isDisabled()).toBe(true);
    // Escape closes the dialog, not the recipe.
    await pressOn(panel.getByRole('button', { name: 'Withdraw signature 1' }), 'Enter');
    const withdrawing = page.getByRole('dialog', { name: 'Withdraw a signature' });
    await withdrawing.waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Escape');
    await withdrawing.waitFor({ state: 'detached' });
    await panel.getByText('Valid').waitFor();

    const other = await site.open({ height: 1000 });
    const second = (await openRecipe(other, 'Eva')).getByRole('region', { name: 'Signatures' });
    await second.getByText('Rita').waitFor();
    await pressOn(second.getByRole('button', { name: 'Sign …' }), 'Enter');
    const signing = other.page.getByRole('dialog', { name: 'Sign', exact: true });
    await signing.getByRole('radio', { name: 'Approved' }).check();
    await signing.getByLabel('Your PIN').fill(PINS.Eva);
    await other.keyboard.press('Enter');
    await signing.waitFor({ state: 'detached' });
    // The first window hears of it.
    await panel.getByText('Eva').waitFor();
    await expect.poll(() => panel.locator('[data-status]').getAttribute('data-status')).toBe('approved');

    await pressOn(panel.getByRole('button', { name: 'Withdraw signature 1' }), 'Enter');
    await withdrawing.getByLabel('Reason').fill('wrong revision');
    await withdrawing.getByLabel('Your PIN').fill(PINS.Rita);
    await keyboard.press('Enter');
    await panel.getByText('“wrong revision”').waitFor();
    await panel.getByText('Withdrawn', { exact: true }).waitFor();
    expect(
      readRecords(site.workspace, 'select printed_name, meaning, withdraws from signatures order by id'),
    ).toEqual([
      { printed_name: 'Rita', meaning: 'reviewed', withdraws: null },
      { printed_name: 'Eva', meaning: 'approved', withdraws: null },
      { printed_name: 'Rita', meaning: null, withdraws: 1 },
    ]);
    expect(await window.missingTexts()).toEqual([]);
    await other.close();
    await window.close();
  });

  it('are broken by a record that was changed, with what changed, in Chinese too', async () => {
    const workspace = await openWorkspace(site.workspace);
    await tamper(workspace, 'recipes', `update recipes set json = json_set(json, '$.warn', 0.125)`);
    await workspace.close();
    for (const { language, theme, broken } of [
      { language: 'en', theme: 'dark', broken: '1 value has changed since' },
      { language: 'zh-CN', theme: 'light', broken: '此后有 1 处发生变化' },
    ] as const) {
      const window = await site.open({ language, theme, height: 1000 });
      const drawer = await openRecipe(window, 'Emil');
      const panel = drawer.getByRole('region', { name: /^(Signatures|签名)$/ });
      await panel.getByText(broken).waitFor();
      await panel.getByText('recipe › warn').waitFor();
      await expect.poll(() => panel.locator('ins').textContent()).toBe('0.125');
      await panel.scrollIntoViewIfNeeded();
      await window.page.screenshot({ path: `out/signatures/broken-${theme}.png` });
      expect(await window.seriousViolations()).toEqual([]);
      expect(await window.missingTexts()).toEqual([]);
      await window.close();
    }
  });

  it('wait for who has to sign again, in a list that the menu of who is signed in opens', async () => {
    const window = await site.open({ height: 1000 });
    const { page, keyboard } = window;
    await openRecipe(window, 'Eva');
    await keyboard.press('Escape');
    await pressOn(page.getByTestId('signed-in'), 'Enter');
    await pressOn(page.getByRole('menuitem', { name: 'Waiting for my signature' }), 'Enter');
    const dialog = page.getByRole('dialog', { name: 'Waiting for my signature' });
    await pressOn(dialog.getByRole('button', { name: /revision 1 · Broken/ }), 'Enter');
    await dialog.getByText('recipe › warn').waitFor();
    await page.screenshot({ path: 'out/signatures/waiting.png' });
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);
    // Escape closes what is on top only.
    await pressOn(dialog.getByRole('button', { name: 'Sign …' }), 'Enter');
    await page.getByRole('dialog', { name: 'Sign', exact: true }).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Sign', exact: true }).waitFor({ state: 'detached' });
    expect(await dialog.isVisible()).toBe(true);
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await window.close();
  });
});
