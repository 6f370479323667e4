// Measures the window in a real Chromium, on made-up results: node .tools/bench-window.mjs (part of `npm run bench`).
// Exit code 3 when a bar is missed.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { ensureBuilt, RENDERER } from '../src-main/serve/built-parts.ts';
import {
  countReview,
  EMPTY_FILTER,
  makeReviewList,
  queueOf,
  sortReview,
} from '../src-shared/review-queue.ts';
import { toReviewColumns } from '../src-shared/review-table.ts';
import { recordFrames } from '../test/e2e/frames.ts';
import { startWorkstation } from '../test/e2e/workstation-process.ts';
import { addSyntheticBatch } from '../test/synthetic-workspace.ts';

const MANY = 20_000;
const HUGE = 100_000;
const FEW = 12;
/** Images of the batch whose thresholds are dragged: their regions are counted first. */
const DRAGGED = 2000;
const ROUNDS = 5;
const MOVES = 60;
const SIZE = { width: 3840, height: 2160 };
const SCROLLED_SIZE = { width: 1920, height: 1080 };

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.error(`!!! No Chromium at ${executablePath} (CHROMIUM names another): the window is not measured.`);
  process.exit(0);
}

measureReviewList();
await ensureBuilt(RENDERER, (line) => console.error(line));
const workspace = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
const many = await addSyntheticBatch(workspace, { images: MANY, name: 'Many' });
const few = await addSyntheticBatch(workspace, { images: FEW, name: 'Few' });
const some = await addSyntheticBatch(workspace, { images: DRAGGED, name: 'Some' });
const workstation = await startWorkstation({ workspace });
// Without the display's clock a frame begins as soon as there is something to show.
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu-vsync', '--disable-frame-rate-limit'],
});

try {
  const context = await browser.newContext({ viewport: SIZE });
  const session = { state: { inspector: 'bench', language: 'en', theme: 'dark', bindings: {} }, version: 2 };
  await context.addInitScript(
    (text) => localStorage.setItem('clipsam-session', text),
    JSON.stringify(session),
  );
  const page = await context.newPage();
  await page.goto(await workstation.address());
  await page.getByRole('navigation').first().waitFor();

  /** Milliseconds from the address to the first image in the viewer and a strip with its pictures. */
  const open = async ({ batchId }) => {
    // As a link does: an address typed at the same moment as the page writes its own can lose against it.
    await page.evaluate(() => location.assign('#/batches'));
    await page.waitForFunction(() => location.hash === '#/batches');
    await page.getByTestId('batch-list').waitFor();
    await page.reload();
    await page.getByTestId('batch-list').waitFor();
    const start = performance.now();
    await page.goto(new URL(`/#/review/${batchId}`, page.url()).href);
    await page.getByRole('option', { selected: true }).waitFor();
    await page.locator('[role=application] canvas').first().waitFor();
    return performance.now() - start;
  };
  const opened = { many: [], few: [] };
  for (let i = 0; i <= ROUNDS; i++) {
    const times = { few: await open(few), many: await open(many) };
    // The first time the server reads its database and the browser compiles the page.
    if (i > 0) for (const key of ['few', 'many']) opened[key].push(times[key]);
  }
  report(`open-batch (${MANY} images)`, {
    medianMs: median(opened.many),
    [`medianMsOf${FEW}Images`]: median(opened.few),
    ratio: median(opened.many) / median(opened.few),
  });

  await page.goto(new URL(`/#/what-if/${some.batchId}`, page.url()).href);
  const handle = page.locator('[data-threshold=reject]');
  await handle.waitFor();
  await page.getByTestId('theta-change').waitFor({ timeout: 300_000 });
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    window.repaints = [];
    const { port1, port2 } = new MessageChannel();
    let began = 0;
    // A message sent from within the frame arrives when the frame is laid out and painted.
    port1.onmessage = () => window.repaints.push(performance.now() - began);
    window.addEventListener(
      'pointermove',
      () => {
        began = performance.now();
        requestAnimationFrame(() => port2.postMessage(null));
      },
      true,
    );
  });
  const drag = async (held) => {
    const box = await handle.boundingBox();
    const plot = await handle.evaluate((node) => node.parentElement.getBoundingClientRect().toJSON());
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width / 2, y);
    if (held) await page.mouse.down();
    await page.evaluate(() => {
      window.repaints.length = 0;
    });
    for (let i = 0; i < MOVES; i++) {
      await page.mouse.move(plot.x + plot.width * (0.5 + 0.4 * Math.sin(i / 5)), y);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    if (held) await page.mouse.up();
    return page.evaluate(() => [...window.repaints]);
  };
  const idle = median(await drag(false));
  const dragged = median(await drag(true));
  report(
    `threshold-drag (${DRAGGED} images at ${SIZE.width} × ${SIZE.height})`,
    { medianMs: dragged, medianMsWithoutChange: idle, ratio: dragged / idle },
    'median ≤ 16 ms',
    dragged <= 16,
  );

  await page.setViewportSize(SCROLLED_SIZE);
  await open(many);
  const list = page.getByRole('listbox', { name: 'Images' });
  for (const view of ['strip', 'grid']) {
    if (view === 'grid') await page.keyboard.press('w');
    await page.locator(`#review-images[data-view=${view}] [role=option]`).first().waitFor();
    const { x, y, width, height } = await list.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    // The very first lines also compile the code that draws them.
    await page.mouse.wheel(0, 2000);
    await page.waitForLoadState('networkidle');
    const frames = await recordFrames(browser, page, `scroll-${view}`, () => scroll(page));
    const longest = Math.max(frames.longestTask, frames.busiestFrame);
    report(
      `scroll-${view} (${MANY} images)`,
      { longestTaskMs: frames.longestTask, busiestFrameMs: frames.busiestFrame },
      'processor time of a task and between two frames < 100 ms',
      longest < 100,
    );
  }
} finally {
  await browser.close();
  await workstation.stop();
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
}

/** What the page computes when a batch is opened or a filter is set. */
function measureReviewList() {
  const row = (index) => ({
    imageId: index + 1,
    name: `part ${index}.png`,
    status: 'done',
    score: Math.random(),
    model: 'warn',
    human: null,
    defectClass: '',
    severity: null,
    overturned: false,
    regions: 1,
    notices: [],
    falsePositives: 0,
    missedDefects: 0,
  });
  const list = makeReviewList(toReviewColumns(Array.from({ length: HUGE }, (_, index) => row(index))));
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    const order = sortReview(list, 'threshold', { warn: 0.3, reject: 0.6 });
    queueOf(list, order, { ...EMPTY_FILTER, unreviewed: true, score: [0.2, 0.9] }, 5);
    countReview(list.rows);
    return performance.now() - start;
  });
  report(
    `review-list (${HUGE} images)`,
    { medianMs: median(times) },
    'median ≤ 250 ms',
    median(times) <= 250,
  );
}

/** As fast as a wheel can, then slow enough for the pictures to come, then with the keys. */
async function scroll(page) {
  for (let i = 0; i < 60; i++) {
    await page.mouse.wheel(0, i % 10 === 9 ? 40_000 : 900);
    await page.waitForTimeout(16);
  }
  for (let i = 0; i < 30; i++) {
    await page.mouse.wheel(0, 100);
    await page.waitForTimeout(80);
  }
  for (let i = 0; i < 20; i++) await page.keyboard.press('PageDown');
  for (const key of ['End', 'Home']) await page.keyboard.press(key);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function report(name, figures, bar, met) {
  const lines = Object.entries(figures).map(
    ([key, value]) => `  ${key}: ${value.toFixed(value < 10 ? 3 : 1)}`,
  );
  if (bar) lines.push(`  ${met ? 'met' : 'MISSED'}: ${bar}`);
  console.log([name, ...lines].join('\n'));
  if (met === false) process.exitCode = 3;
}
