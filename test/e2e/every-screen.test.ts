import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { addSecondRun } from '../second-run.ts';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { SCREENS } from './screens.ts';
import { makeSite } from './site.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/samples/tablet/test/good/000.jpg', import.meta.url));
const SCRIPT = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>';
/** As far as a file system takes them: everything but `/` and NUL. */
const FILES = [
  '<img src=x onerror=window.owned=1>.jpg',
  'up ..%2f..%2fetc%2fpasswd.jpg',
  '"quoted" & \'so\'.jpg',
  'two\nlines.jpg',
  '\u202Egpj.exe.jpg',
  `${'long '.repeat(45)}.jpg`,
];

describeInChromium('every screen', () => {
  let images = '';
  let batchId = 0;
  const site = makeSite(async (workspace) => {
    images = join(dirname(workspace), 'photos');
    await mkdir(images);
    for (const file of FILES) await copyFile(SAMPLE, join(images, file));
    const files = FILES.map((file) => join(images, file));
    // Enough for every icon to be seen.
    const made = await addSyntheticBatch(workspace, {
      images: 24,
      name: SCRIPT,
      files,
      reviewed: 0.3,
      failed: 0.05,
    });
    ({ batchId } = made);
    await addSecondRun(workspace, made);
  });

  it.each([
    ['en', 'dark'],
    ['zh-CN', 'light'],
  ] as const)(
    'speaks the chosen language, shows no serious violation to axe-core, and takes names that mean harm for text (%s, %s)',
    async (language, theme) => {
      const foreign = await textsOfOtherLanguage(language);
      const window = await site.open({ language, theme });
      const { page } = window;
      const shown: Record<string, object> = {};
      for (const { name, show } of SCREENS) {
        await show(window, { batchId });
        const texts = await window.texts();
        shown[name] = {
          violations: await window.seriousViolations(),
          missing: await window.missingTexts(),
          foreign: texts.filter((text) => foreign.has(text)),
          owned: await page.evaluate(() => 'owned' in globalThis),
        };
      }
      const flawless = { violations: [], missing: [], foreign: [], owned: false };
      expect(shown).toEqual(Object.fromEntries(SCREENS.map(({ name }) => [name, flawless])));
      await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(language);
      await window.close();
    },
  );

  it('imports files with names that mean harm as they are, and takes what an inspector writes for text', async () => {
    const window = await site.open();
    const before = await readFile(SAMPLE);
    await new BatchesPage(window).importPaths(`${SCRIPT} again`, [images]);
    await window.page.getByRole('heading', { name: `${SCRIPT} again` }).waitFor();
    const rows = readRecords<{ path: string }>(
      site.workspace,
      'select path from images where batch_id = (select max(id) from batches)',
    );
    expect(rows.map(({ path }) => path).sort()).toEqual(FILES.map((file) => join(images, file)).sort());
    expect((await readdir(images)).sort()).toEqual([...FILES].sort());
    expect(await readFile(join(images, FILES[0]!))).toEqual(before);
    expect(await window.page.evaluate(() => 'owned' in globalThis)).toBe(false);
    await window.close();
  });
});

/** Texts of the other language that are no texts of this one. */
async function textsOfOtherLanguage(language: 'en' | 'zh-CN'): Promise<Set<string>> {
  const read = async (of: string) => {
    const all: string[] = [];
    const folder = fileURLToPath(new URL(`../../src-renderer/i18n/${of}/`, import.meta.url));
    for (const file of await readdir(folder)) {
      collect(JSON.parse(await readFile(join(folder, file), 'utf8')), all);
    }
    return all;
  };
  const own = new Set(await read(language));
  const other = await read(language === 'en' ? 'zh-CN' : 'en');
  return new Set(other.filter((text) => text.length > 1 && !own.has(text)));
}

function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else for (const inner of Object.values(value as object)) collect(inner, into);
}
