import AxeBuilder from '@axe-core/playwright';
import { launchChromium } from './chromium.ts';
import { SCREENS } from './screens.ts';
import { startWorkstation } from './workstation-process.ts';
import type { WorkstationWindow } from './workstation-window.ts';

const [only, lang = 'en', theme = 'dark'] = process.argv.slice(2);
const w = await startWorkstation({ workspace: '/tmp/e2e-synth' });
const b = await launchChromium();
const context = await b.newContext({ viewport: { width: 1280, height: 720 } });
await context.addInitScript(
  (s) => localStorage.setItem('clipsam-session', s),
  JSON.stringify({ state: { author: 'Ada', language: lang, theme, bindings: {} }, version: 1 }),
);
const page = await context.newPage();
await page.goto(w.url);
await page.getByRole('navigation').first().waitFor();
const win = {
  page,
  keyboard: {
    press: async (...k: string[]) => {
      for (const x of k) await page.keyboard.press(x);
    },
  },
} as unknown as WorkstationWindow;
for (const { name, show } of SCREENS) {
  if (only !== 'all' && name !== only) continue;
  try {
    await show(win, 1);
  } catch (e) {
    console.log(name, String(e).slice(0, 400));
    await page.screenshot({ path: `/tmp/probe-${name}.png` });
    continue;
  }
  await page.screenshot({ path: `/tmp/probe-${name}.png` });
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .disableRules(['label-content-name-mismatch'])
    .analyze();
  for (const v of violations)
    for (const n of v.nodes)
      console.log(name, v.impact, v.id, n.html.slice(0, 300), '\n   ', n.failureSummary?.slice(0, 300));
}
await b.close();
await w.stop();
