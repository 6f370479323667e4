import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeRgb } from '../../src-main/codec/image-codec.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';

describeInChromium('large images', () => {
  const site = makeSite();

  it('are looked at in tiles where the recipe says so in its form, and the result says how', async () => {
    const photos = join(site.folder, 'photos');
    await mkdir(photos);
    const [width, height] = [1500, 1000];
    const data = new Uint8Array(width * height * 3).fill(120);
    for (let y = 300; y < 340; y++) data.fill(10, 3 * (y * width + 1200), 3 * (y * width + 1240));
    await writeFile(join(photos, 'large.png'), await encodeRgb({ width, height, data }, { format: 'png' }));
    const window = await site.open();
    const { page, keyboard } = window;
    const batches = new BatchesPage(window);
    await batches.importPaths('Sheets', [photos]);
    await keyboard.press('e');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Edit the recipe' }).click();
    const drawer = page.getByRole('dialog', { name: 'Recipe', exact: true });
    const modes = drawer.getByRole('radiogroup', { name: 'Large images' });
    await focusOn(modes.getByRole('radio', { name: 'As a whole' }));
    await keyboard.press('ArrowRight');
    const scale = drawer.getByRole('textbox', { name: 'Scale' });
    expect(await scale.inputValue()).toBe('100 %');
    await scale.fill('120');
    await drawer.getByText('At most 100').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await scale.fill('100');
    await drawer.getByRole('textbox', { name: 'Overlap' }).fill('10');
    await drawer.getByRole('button', { name: 'Save as a recipe' }).click();
    await drawer.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await batches.inspect();
    const [row] = readRecords<{ recipe: string; notices: string; status: string }>(
      site.workspace,
      `select results.notices, results.status, json as recipe
       from results join runs on runs.id = run_id join recipes on hash = runs.recipe_hash`,
    );
    expect(row?.status).toBe('done');
    expect(JSON.parse(row!.recipe).tiles).toEqual({ mode: 'scale', scale: 1, overlap: 0.1 });
    expect(JSON.parse(row!.notices)).toContainEqual({
      code: 'tiled',
      tiles: 2,
      scale: 1,
      width: 1024,
      height: 1000,
    });
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
