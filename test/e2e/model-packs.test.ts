import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hashOfJson } from '../../src-main/files/canonical-json.ts';
import { type Pack, packSchema } from '../../src-shared/pack.ts';
import { fileServer, type ServedFile } from '../files/file-server.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn, pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The default pack under another name, in a folder of its own. */
async function writeCopyOfLite(folder: string, version: string): Promise<Pack> {
  await cp(join(ROOT, 'models', 'lite'), folder, { recursive: true });
  const file = join(folder, 'pack.json');
  const lite = packSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const pack: Pack = {
    ...lite,
    id: 'widget',
    version,
    title: 'Widget <b>line 4</b>',
    defaultRecipe: {
      ...lite.defaultRecipe,
      pack: 'widget',
      name: 'Widget default',
      warn: 0.61,
      reject: 0.83,
    },
  };
  await writeFile(file, JSON.stringify(pack));
  return pack;
}

describeInChromium('a model pack', () => {
  const site = makeSite(undefined, ['--loopback-packs']);

  it('is added from a folder with the keyboard, chosen in a recipe, and inspects', async () => {
    const stick = join(site.folder, 'stick', 'widget');
    const pack = await writeCopyOfLite(stick, '1.0.0');
    const window = await site.open();
    const { page, keyboard } = window;
    await keyboard.press('Alt+4', 'i');
    const dialog = page.getByRole('dialog');
    const typed = dialog.getByLabel('Path on the workstation’s machine');
    await expect.poll(() => typed.inputValue()).not.toBe('');
    await typed.fill(join(site.folder, 'stick'));
    await pressOn(typed, 'Enter');
    const content = dialog.getByRole('listbox', { name: 'Folders, ZIP files and pack.json' });
    await content.getByRole('option', { name: 'widget' }).waitFor();
    await focusOn(content);
    await keyboard.press('Space');
    await dialog.getByText(stick).waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('widget@1.0.0 is there').waitFor();
    const panel = page.getByRole('article', { name: pack.title });
    await page.getByRole('button', { name: 'Show it' }).click();
    await expect.poll(() => panel.evaluate((element) => element === document.activeElement)).toBe(true);
    await panel.getByText('On this machine').waitFor();
    await panel.getByText(hashOfJson(pack).slice(0, 12)).waitFor();
    await panel.getByRole('button', { name: 'Verify the files' }).click();
    await panel.getByText('Every file is exactly the one that the pack names.').waitFor();
    expect(await window.seriousViolations()).toEqual([]);

    await keyboard.press('Alt+1');
    const batches = new BatchesPage(window);
    await batches.importPaths('Lot 7', [join(ROOT, 'resources', 'samples', 'tablet', 'test', 'chip')]);
    await keyboard.press('e');
    await dialog.getByRole('button', { name: 'Edit the recipe' }).click();
    const drawer = page.getByRole('dialog', { name: 'Recipe', exact: true });
    await drawer.getByLabel('Model pack').click();
    await page.getByRole('option', { name: /^widget@1\.0\.0/ }).click();
    await expect.poll(() => drawer.getByLabel('Reject from').inputValue()).toBe('0.83');
    expect(await window.seriousViolations()).toEqual([]);
    await drawer.getByRole('button', { name: 'Save as a recipe' }).click();
    await drawer.waitFor({ state: 'detached' });
    await dialog.getByText('widget@1.0.0: warn from 0.61').waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await batches.inspect();
    const [row] = readRecords<{ packHash: string; recipe: string; status: string }>(
      site.workspace,
      `select results.pack_hash as packHash, results.status, json as recipe
       from results join runs on runs.id = run_id join recipes on hash = runs.recipe_hash`,
    );
    expect(row).toMatchObject({ packHash: hashOfJson(pack), status: 'done' });
    expect(JSON.parse(row!.recipe)).toMatchObject({ pack: 'widget@1.0.0', warn: 0.61 });
    expect(window.complaints).toEqual([]);
    await window.close();
  });

  it('of the catalogue is installed through a mirror once its licences are accepted, and refused when it is another file', async () => {
    const path = '/Xenova/clip-vit-base-patch16/resolve/342fdf2f67aded64d138ff074745fb4a5d2bba5f/onnx';
    const server = await fileServer({ [`${path}/vision_model.onnx`]: { content: 'not the model' } });
    const window = await site.open();
    const { page, keyboard } = window;
    await keyboard.press('Alt+4');
    const store = page.getByTestId('store');
    await store.getByRole('button', { name: 'Change …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Mirror').fill(server.url);
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await store.getByText(server.url).waitFor();

    const entry = page.getByTestId('catalogue').getByRole('article', { name: 'CLIP ViT-B/16 + MobileSAM' });
    await entry.getByRole('button', { name: 'Figures and files' }).click();
    await entry.getByText('Not measured').first().waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await entry.getByRole('button', { name: /^Install/ }).click();
    const install = dialog.getByRole('button', { name: 'Install' });
    expect(await install.isDisabled()).toBe(true);
    for (const licence of await dialog.getByRole('checkbox').all()) await licence.check();
    expect(await window.seriousViolations()).toEqual([]);
    await install.click();
    await page.getByText('The pack was not added').waitFor();
    expect(server.questions.some((question) => question.path.startsWith(path))).toBe(true);
    expect(await window.seriousViolations()).toEqual([]);
    await window.close();
  });

  it('is removed when its user says so again, after what still uses it was shown', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await keyboard.press('Alt+4');
    const panel = page.locator('[id="pack-widget@1.0.0"]');
    await panel.getByRole('button', { name: 'Remove widget@1.0.0' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('It is still used').waitFor();
    await dialog.getByText(/^Runs: 1, results: 1, recipes: \S/).waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Remove it all the same' }).click();
    await panel.waitFor({ state: 'detached' });
    await window.close();
  });

  it.each([
    ['en', 'dark'],
    ['zh-CN', 'light'],
  ] as const)(
    'that is downloaded can be cancelled, goes on, and can be thrown away (%s)',
    async (language, theme) => {
      const texts = JSON.parse(
        await readFile(join(ROOT, 'src-renderer', 'i18n', language, 'models.json'), 'utf8'),
      ) as Record<'add' | 'stopped', Record<string, string>>;
      const source = join(site.folder, language);
      const version = language === 'en' ? '2.0' : '3.0';
      await writeCopyOfLite(source, version);
      const files: Record<string, ServedFile> = {};
      const server = await fileServer(files);
      for (const name of await readdir(source)) {
        files[`/${name}`] = { content: await readFile(join(source, name)), etag: `"${name}"` };
      }
      const window = await site.open({ language, theme });
      const { page, keyboard } = window;
      const looked = new Set<string>();
      /** Each state once. */
      const isFlawless = async (state: string) => {
        if (!looked.has(state)) expect(await window.seriousViolations()).toEqual([]);
        looked.add(state);
      };
      const begin = async (address: string) => {
        await keyboard.press('i');
        const dialog = page.getByRole('dialog');
        await dialog.getByText(texts.add.server!, { exact: true }).click();
        await dialog.getByLabel(texts.add.address!).fill(address);
        await isFlawless('address');
        await keyboard.press('Enter');
        await dialog.waitFor({ state: 'detached' });
      };
      const stopped = page.getByTestId('stopped-download');
      const stopInTheMiddle = async () => {
        files['/text.onnx']!.stallAfter = 500_000;
        await begin(`${server.url}/pack.json`);
        const panel = page.getByTestId('pack-import');
        await panel.getByText(/(^|\D)2 MB/).waitFor();
        await isFlawless('under way');
        await panel.getByRole('button').click();
        await stopped.waitFor();
      };
      await keyboard.press('Alt+4');
      await begin('http://example.org/pack.json');
      await page.getByRole('alert').getByText('https://').first().waitFor();

      await stopInTheMiddle();
      await stopped.getByRole('button', { name: texts.stopped.discard! }).click();
      await page.getByRole('button', { name: texts.stopped.really!, exact: true }).click();
      await stopped.waitFor({ state: 'detached' });

      await stopInTheMiddle();
      await page.reload();
      await stopped.getByText(/76[.,]\d ?%/).waitFor();
      expect(await window.seriousViolations()).toEqual([]);
      server.questions.splice(0);
      await stopped.getByRole('button', { name: texts.stopped.resume! }).click();
      await page.getByTestId('pack-added').getByText(`widget@${version}`).waitFor();
      await stopped.waitFor({ state: 'detached' });
      expect(server.questions.map(({ path, range }) => [path, range])).toEqual([
        ['/text.onnx', 'bytes=500000-'],
      ]);
      expect(await window.seriousViolations()).toEqual([]);
      expect(window.complaints).toEqual([]);
      await window.close();
    },
  );
});
