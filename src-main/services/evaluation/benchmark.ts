import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { unpackLevels } from '../../../src-shared/packed-levels.ts';
import { colourTable, paintMap } from '../../../src-shared/paint-map.ts';
import { median } from '../../pipeline/calibration.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { listResults } from '../../store/results.ts';
import { ContentHashes } from '../pictures/seen-file.ts';
import { askSam } from '../review/ask-sam.ts';
import { InferencePool } from '../runs/inference-pool.ts';
import {
  type InspectPathsEvent,
  type InspectPathsSummary,
  inspectPaths,
  listInputs,
} from '../runs/inspect-paths.ts';
import { measureComparison } from './bench-comparison.ts';
import type { MeasureContext, Measured } from './bench-context.ts';
import { measureDashboard } from './bench-dashboard.ts';
import { measureFollow } from './bench-follow.ts';
import { generateImages } from './bench-images.ts';
import { measureMetrics } from './bench-metrics.ts';
import { measureReport } from './bench-report.ts';

interface Measurement {
  readonly name: string;
  readonly description: string;
  /** It takes minutes, and runs only when it is asked for. */
  readonly isLong?: true;
  measure(context: MeasureContext): Promise<Omit<Measured, 'name'>>;
}

const WARM_UP = 30;

export const MEASUREMENTS = [
  {
    name: 'end-to-end',
    description: 'wall clock of a batch over its bare ONNX Runtime session times',
    measure: measureEndToEnd,
  },
  {
    name: 'memory',
    description: `resident memory of the inference process after the first ${WARM_UP} images`,
    measure: measureMemory,
  },
  {
    name: 'ask-sam',
    description: "an inspector's prompt to its masks, over SAM's bare decoder time",
    measure: measureAskSam,
  },
  {
    name: 'comparison',
    description:
      'comparing an image with 16 and 64 references, over encoding it; scoring again by tokens alone',
    measure: measureComparison,
  },
  {
    name: 'paint-map',
    description: 'a map of 3840 × 2160 painted anew for another threshold, over copying its pixels',
    measure: measurePaintMap,
  },
  {
    name: 'dashboard',
    description: 'the dashboard over 100,000 verdicts, over counting everything in full',
    measure: measureDashboard,
  },
  {
    name: 'follow',
    description:
      "from an image's arrival in a followed folder to its stored verdict, over the encoder's time",
    measure: measureFollow,
  },
  {
    name: 'report',
    description:
      'memory of a process that makes a report of 5,000 images with 1,000 pictures, and its time over reading them; only by name, takes minutes',
    isLong: true,
    measure: (context) => measureReport(context),
  },
  {
    name: 'metrics',
    description:
      'memory of a process that makes figures with intervals of 500 maps of 1024 × 1024 by two methods; only by name, takes minutes',
    isLong: true,
    measure: (context) => measureMetrics(context),
  },
] as const satisfies readonly Measurement[];

/** Measurements that run where none are named. */
export const USUAL_MEASUREMENTS: readonly MeasurementName[] = MEASUREMENTS.filter(
  (measurement) => !('isLong' in measurement),
).map(({ name }) => name);

export type MeasurementName = (typeof MEASUREMENTS)[number]['name'];

/**
 * Runs measurements one after the other, each in a workspace of its own that is deleted afterwards.
 * @throws ClipSamError `input-invalid` when there are no images, `cancelled`, and what inspecting says
 */
export async function* benchmark(
  names: readonly MeasurementName[],
  context: MeasureContext,
): AsyncGenerator<Measured> {
  for (const { name, measure } of MEASUREMENTS) {
    if (names.includes(name)) yield { name, ...(await measure(context)) };
  }
}

/**
 * The wall clock runs from the ready inference process, through reading and hashing the files, to the last stored
 * result. Listing the files and starting the process come before it and are told apart: they are paid once however
 * large the batch.
 */
async function measureEndToEnd(context: MeasureContext): Promise<Omit<Measured, 'name'>> {
  const { batchImages: images } = context;
  const at = { ready: 0, end: 0 };
  let sessions = 0;
  const start = await inspectCopies(context, images, (event) => {
    const now = performance.now();
    // A process that is replaced is ready again, which belongs to the batch.
    if (event.kind === 'ready') at.ready ||= now;
    if (event.kind === 'finished') at.end = now;
    if (event.kind !== 'record' || event.record.status !== 'done') return;
    const { encode, umci, decode } = event.record.timings;
    sessions += encode + umci + decode;
  });
  const startUp = at.ready - start;
  const wall = at.end - at.ready;
  const ratio = wall / sessions;
  return {
    figures: {
      images,
      wallSeconds: wall / 1000,
      sessionSeconds: sessions / 1000,
      ratio,
      startSeconds: startUp / 1000,
      ratioWithStart: (wall + startUp) / sessions,
    },
    bar: 'ratio ≤ 1.10',
    passed: ratio <= 1.1,
  };
}

async function measureMemory(context: MeasureContext): Promise<Omit<Measured, 'name'>> {
  const { memoryImages: images } = context;
  let done = 0;
  let peak = 0;
  const warm: number[] = [];
  await inspectCopies(context, images, (event) => {
    if (event.kind === 'image') done = event.done + event.failed;
    if (event.kind !== 'heartbeat') return;
    peak = Math.max(peak, event.rssBytes);
    if (done >= WARM_UP) warm.push(event.rssBytes);
  });
  if (warm.length === 0) {
    throw new ClipSamError(
      'input-invalid',
      `Memory is sampled once a second after the first ${WARM_UP} images: ${images} images are too few. Ask for more.`,
    );
  }
  const [least, most] = [Math.min(...warm), Math.max(...warm)];
  const spread = (most - least) / (most + least);
  const megabytes = (bytes: number) => bytes / (1 << 20);
  return {
    figures: {
      images,
      peakMegabytes: megabytes(peak),
      leastMegabytesWarm: megabytes(least),
      mostMegabytesWarm: megabytes(most),
      spreadPercent: spread * 100,
      samples: warm.length,
    },
    bar: 'flat: within ±10 % of its middle',
    passed: spread <= 0.1,
  };
}

const ASKED_IMAGES = 6;
const QUESTIONS = 10;
const PAINTED = 31;

/**
 * From the question to the three masks as polygons, through the workspace, the inference process and back, on images
 * whose embedding is kept. The first question of an image makes it and is not counted.
 */
async function measureAskSam(context: MeasureContext): Promise<Omit<Measured, 'name'>> {
  const { chosen, device, threads, signal } = context;
  const rounds: number[] = [];
  const sessions: number[] = [];
  await inspectCopies(
    context,
    ASKED_IMAGES,
    () => {},
    async (workspaceFolder, { runId }) => {
      const workspace = await openWorkspace(workspaceFolder);
      const packsRoot = dirname(chosen.packFolder);
      const pool = new InferencePool({ device, packsRoot, ...(threads && { threads }) });
      const contents = new ContentHashes();
      try {
        for (const { image, ...outcome } of await listResults(workspace, runId!)) {
          if (outcome.status === 'failed') continue;
          const { width, height } = outcome.result;
          for (let i = 0; i <= QUESTIONS; i++) {
            throwIfCancelled(signal);
            const at = (i + 1) / (QUESTIONS + 2);
            const prompts = { box: null, points: [{ x: at * width, y: at * height, label: 1 as const }] };
            const start = performance.now();
            const asked = { workspace, pool, contents, runId: runId!, imageId: image.id, prompts };
            const { levels, decodeMs } = await askSam(asked);
            unpackLevels(levels);
            if (i === 0) continue;
            rounds.push(performance.now() - start);
            sessions.push(decodeMs);
          }
        }
      } finally {
        await pool.close();
        await workspace.close();
      }
    },
  );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const ratio = sum(rounds) / sum(sessions);
  return {
    figures: {
      questions: rounds.length,
      medianMs: median(rounds),
      decoderMs: sum(sessions) / sessions.length,
      ratio,
    },
    bar: 'ratio ≤ 1.5',
    passed: ratio <= 1.5,
  };
}

/** As the viewer does when θ moves, at most: its maps have SAM's 1024 pixels, not a screen's. */
async function measurePaintMap(): Promise<Omit<Measured, 'name'>> {
  const map = new Uint16Array(3840 * 2160);
  for (let i = 0; i < map.length; i++) map[i] = (i * 2654435761) >>> 16;
  const out = new Uint32Array(map.length);
  const pixels = new Uint32Array(map.length);
  const times = { paint: [] as number[], copy: [] as number[] };
  for (let i = 0; i < PAINTED; i++) {
    const start = performance.now();
    paintMap(map, colourTable(i / PAINTED), out);
    const painted = performance.now();
    pixels.set(out);
    times.paint.push(painted - start);
    times.copy.push(performance.now() - painted);
  }
  const [medianMs, copyMs] = [median(times.paint), median(times.copy)];
  return {
    figures: { medianMs, copyMs, ratio: medianMs / copyMs },
    bar: 'median ≤ 16 ms',
    passed: medianMs <= 16,
  };
}

/**
 * Inspects `count` files, each at a path of its own.
 * @param after gets the workspace before it is deleted
 * @returns when the inspection began (`performance.now()`)
 */
async function inspectCopies(
  context: MeasureContext,
  count: number,
  onEvent: (event: InspectPathsEvent) => void,
  after: (workspaceFolder: string, summary: InspectPathsSummary) => Promise<void> = async () => {},
): Promise<number> {
  const { chosen, device, threads, signal, images } = context;
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  try {
    const sources = images
      ? [...(await listInputs(images, signal))]
      : await generateImages(folder, count, signal);
    const paths: string[] = [];
    for (let i = 0; i < count; i++) {
      const path = join(folder, 'images', `${i}${extname(sources[i % sources.length]!)}`);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(sources[i % sources.length]!, path);
      paths.push(path);
    }
    const workspaceFolder = join(folder, 'workspace');
    const start = performance.now();
    const summary = await inspectPaths({
      chosen,
      workspaceFolder,
      paths,
      name: 'bench',
      device,
      ...(threads && { threads }),
      inspector: 'bench',
      ...(signal && { signal }),
      onEvent(event) {
        onEvent(event);
        context.onEvent?.(event);
      },
    });
    throwIfCancelled(signal);
    if (summary.status === 'done' && summary.failed === 0) {
      await after(workspaceFolder, summary);
      return start;
    }
    const { code, message } = summary.error ?? {
      code: 'inference-failed' as const,
      message: `${summary.failed} of ${count} images failed: such a run measures nothing. Use images that can be read.`,
    };
    throw new ClipSamError(code, message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
