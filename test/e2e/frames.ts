import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';

/** The main thread's tasks, and what Chromium's developer tools need to show them. */
const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'blink.user_timing',
  'toplevel',
];
const BEGIN = 'frames-begin';
const TRACES = fileURLToPath(new URL('../../out/e2e/', import.meta.url));

/** Milliseconds. */
export interface Frames {
  /** Frames that the page began. */
  readonly count: number;
  /** Longest time between two frames, on a machine that others use too. */
  readonly longestGap: number;
  /** Processor time of the main thread's longest task: what keeps a frame from being shown, whoever else computes. */
  readonly longestTask: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Watches the frames of a page meanwhile. The trace is kept in `out/e2e`, for Chromium's developer tools. */
export async function recordFrames(
  browser: Browser,
  page: Page,
  name: string,
  during: () => Promise<void>,
): Promise<Frames> {
  await browser.startTracing(page, { categories: CATEGORIES });
  // Starting to trace keeps the page busy itself.
  await page.waitForTimeout(500);
  await page.evaluate((mark) => {
    performance.mark(mark);
    const times: number[] = [];
    Object.assign(window, { frameTimes: times });
    const note = (time: number) => {
      times.push(time);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  }, BEGIN);
  await during();
  const times = await page.evaluate(() => (window as unknown as { frameTimes: number[] }).frameTimes);
  const trace = await browser.stopTracing();
  const file = join(TRACES, `${name}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, trace);
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  return {
    count: times.length,
    longestGap: Math.round(Math.max(...times.slice(1).map((time, i) => time - times[i]!))),
    longestTask: longestTaskOf(traceEvents),
  };
}

function longestTaskOf(events: readonly TraceEvent[]): number {
  const mainThreads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}.${tid}`),
  );
  const begin = events.find(({ name }) => name === BEGIN)?.ts ?? Number.POSITIVE_INFINITY;
  const tasks = events.filter(
    ({ name, pid, tid, ts, tdur }) =>
      name === 'RunTask' && ts > begin && tdur !== undefined && mainThreads.has(`${pid}.${tid}`),
  );
  if (tasks.length === 0) throw new Error('The trace holds no task of the page.');
  return Math.round(Math.max(...tasks.map(({ tdur }) => tdur!)) / 100) / 10;
}
