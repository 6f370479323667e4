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
  /** Longest times between two frames, the longest first, on a machine that others use too. */
  readonly longestGaps: readonly number[];
  /** Processor time of the main thread's longest task: what keeps a frame from being shown, whoever else computes. */
  readonly longestTask: number;
  /** Most processor time that the main thread took from one frame to the next: many short tasks delay it as well. */
  readonly busiestFrame: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly tdur?: number;
}

/**
 * Watches the frames of a page meanwhile. The trace is kept in `out/e2e`, for Chromium's developer tools; its metadata
 * hold what is returned.
 */
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
  const parsed = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[]; metadata?: object };
  const gaps = times.slice(1).map((time, i) => Math.round(time - times[i]!));
  const frames = {
    count: times.length,
    longestGaps: gaps.sort((a, b) => b - a).slice(0, 5),
    ...busyTimes(parsed.traceEvents),
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ ...parsed, metadata: { ...parsed.metadata, frames } }));
  return frames;
}

function busyTimes(events: readonly TraceEvent[]): Pick<Frames, 'longestTask' | 'busiestFrame'> {
  const begin = events.find(({ name }) => name === BEGIN);
  if (!begin) throw new Error('The trace does not say where it begins.');
  const onPage = events
    .filter(({ pid, tid, ts }) => pid === begin.pid && tid === begin.tid && ts > begin.ts)
    .sort((a, b) => a.ts - b.ts);
  let longestTask = 0;
  let busiestFrame = 0;
  let sinceFrame = 0;
  for (const { name, tdur = 0 } of onPage) {
    if (name === 'FireAnimationFrame') sinceFrame = 0;
    if (name !== 'RunTask') continue;
    sinceFrame += tdur;
    longestTask = Math.max(longestTask, tdur);
    busiestFrame = Math.max(busiestFrame, sinceFrame);
  }
  if (longestTask === 0) throw new Error('The trace holds no task of the page.');
  const milliseconds = (micro: number) => Math.round(micro / 100) / 10;
  return { longestTask: milliseconds(longestTask), busiestFrame: milliseconds(busiestFrame) };
}
