// Takes pictures of every screen in both themes, both languages and two sizes: npm run screenshots -- [part of a name,
// such as en-1280 or review-dark]
// All of them go to out/screenshots, for looking; those that the README shows go to resources/readme.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { launchChromium } from '../test/e2e/chromium.ts';
import { SCREENS } from '../test/e2e/screens.ts';
import { startWorkstation } from '../test/e2e/workstation-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const all = join(root, 'out', 'screenshots');
const readme = join(root, 'resources', 'readme');
const IN_README = ['batches', 'review', 'what-if'];
const SIZES = [
  { width: 1280, height: 720 },
  { width: 2560, height: 1440 },
];

const [part = ''] = process.argv.slice(2);
const workspace = await mkdtemp(join(tmpdir(), 'clipsam-screenshots-'));
const workstation = await startWorkstation({ workspace });
const browser = await launchChromium();

async function openWindow({ language, theme, size }) {
  const context = await browser.newContext({ viewport: size, locale: language });
  const session = { state: { inspector: 'Ada', language, theme, bindings: {} }, version: 2 };
  await context.addInitScript(
    (text) => localStorage.setItem('clipsam-session', text),
    JSON.stringify(session),
  );
  const page = await context.newPage();
  await page.goto(await workstation.address());
  await page.getByRole('navigation').first().waitFor();
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const quiet = () => page.waitForLoadState('networkidle');
  return { page, keyboard: { press }, quiet, close: () => context.close() };
}

/** Inspects the samples and judges some of them, as a user does. @returns the image with a scratch */
async function prepare() {
  const { page, keyboard, quiet, close } = await openWindow({
    language: 'en',
    theme: 'dark',
    size: SIZES[0],
  });
  await page.getByRole('button', { name: /^Inspect \d+ images/ }).waitFor();
  await keyboard.press('Enter');
  await page.locator('[data-testid=run][data-state=done]').waitFor({ timeout: 300_000 });
  // A second run, to be compared with.
  await page.getByRole('button', { name: 'Inspect again' }).click();
  await page.locator('[data-testid=run][data-state=running]').waitFor();
  await page.locator('[data-testid=run][data-state=done]').waitFor({ timeout: 300_000 });
  await keyboard.press('Enter');
  await page.locator('[role=application] canvas').first().waitFor();
  for (let i = 0; i < 4; i++) {
    await quiet();
    await keyboard.press('u');
    await page.waitForTimeout(500);
  }
  const scratch = page.getByRole('option', { name: /scratch/ }).first();
  const imageId = Number((await scratch.getAttribute('id')).replace('review-image-', ''));
  await close();
  return imageId;
}

try {
  const subject = { batchId: 1, imageId: await prepare() };
  await mkdir(all, { recursive: true });
  await mkdir(readme, { recursive: true });
  for (const size of SIZES) {
    for (const theme of ['dark', 'light']) {
      for (const language of ['en', 'zh-CN']) {
        const fileOf = (name) => `${name}-${theme}-${language}-${size.width}`;
        const wanted = SCREENS.filter(({ name }) => fileOf(name).includes(part));
        if (wanted.length === 0) continue;
        const window = await openWindow({ language, theme, size });
        for (const { name, show } of wanted) {
          await show(window, subject);
          const picture = await window.page.screenshot();
          const file = fileOf(name);
          await sharp(picture)
            .webp({ quality: 82 })
            .toFile(join(all, `${file}.webp`));
          if (size.width === 1280 && language === 'en' && IN_README.includes(name)) {
            await sharp(picture)
              .webp({ quality: 78, effort: 6 })
              .toFile(join(readme, `${name}-${theme}.webp`));
          }
          console.log(file);
        }
        await window.close();
      }
    }
  }
} finally {
  await browser.close();
  await workstation.stop();
  await rm(workspace, { recursive: true, force: true });
}
