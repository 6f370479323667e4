import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { median } from '../../pipeline/calibration.ts';
import { watchPath } from '../follow/watch-path.ts';
import type { ImageRecord } from '../runs/image-record.ts';
import { listInputs } from '../runs/inspect-paths.ts';
import type { MeasureContext, Measured } from './bench-context.ts';
import { generateImages } from './bench-images.ts';

/** Images that come; the first one begins the run and is not counted. */
const COMING = 13;
/** Milliseconds over the encoder's time. */
const MOST = 300;

const SETTINGS = {
  name: 'bench',
  batchPer: 'day',
  partNumber: '',
  lot: '',
  polling: 'auto',
  waitSeconds: 30,
  broker: null,
} as const;

/**
 * From the moment at which a file is there under its name, in a followed folder, to the stored verdict; the next one comes
 * once that is there. `overModels`: without the decoder and the head either, what following and storing take.
 */
export async function measureFollow(context: MeasureContext): Promise<Omit<Measured, 'name'>> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  try {
    const verdicts = await inspectComing(context, folder);
    const counted = verdicts.slice(1);
    const over = (ms: number, ...models: readonly number[]) => models.reduce((rest, one) => rest - one, ms);
    const overEncoder = counted.map(({ ms, timings }) => over(ms, timings.encode));
    const medianOverEncoderMs = median(overEncoder);
    return {
      figures: {
        images: counted.length,
        medianMs: median(counted.map(({ ms }) => ms)),
        medianEncoderMs: median(counted.map(({ timings }) => timings.encode)),
        medianOverEncoderMs,
        mostOverEncoderMs: Math.max(...overEncoder),
        medianOverModelsMs: median(
          counted.map(({ ms, timings: { encode, umci, decode } }) => over(ms, encode, umci, decode)),
        ),
      },
      bar: `median ≤ the encoder's time + ${MOST} ms`,
      passed: medianOverEncoderMs <= MOST,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface StoredVerdict {
  readonly ms: number;
  readonly timings: Extract<ImageRecord, { status: 'done' }>['timings'];
}

async function inspectComing(context: MeasureContext, folder: string): Promise<StoredVerdict[]> {
  const { chosen, device, threads, signal, images, onEvent } = context;
  const sources = images
    ? [...(await listInputs(images, signal))]
    : await generateImages(folder, COMING, signal, COMING);
  const camera = join(folder, 'camera');
  await mkdir(camera);
  const ending = new AbortController();
  const both = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  const verdicts: StoredVerdict[] = [];
  const failures: string[] = [];
  let came = 0;
  let at = 0;
  const put = async () => {
    const source = sources[came % sources.length]!;
    const path = join(camera, `${came++}${extname(source)}`);
    await copyFile(source, `${path}.part`);
    await rename(`${path}.part`, path);
    at = performance.now();
  };
  await watchPath({
    ...{ chosen, device, threads, workspaceFolder: join(folder, 'workspace'), path: camera },
    ...{ settings: SETTINGS, onlyNew: false, roots: {}, inspector: 'bench', signal: both },
    onEvent(event) {
      if (event.kind === 'ready' || event.kind === 'died' || event.kind === 'retry') onEvent?.(event);
      if (event.kind === 'following') void put();
      if (event.kind !== 'record') return;
      const { record } = event;
      if (record.status === 'done') verdicts.push({ ms: performance.now() - at, timings: record.timings });
      else if (record.status === 'failed') failures.push(record.error.message);
      if (came < COMING) void put();
      else ending.abort();
    },
  });
  signal?.throwIfAborted();
  if (verdicts.length < COMING) {
    throw new ClipSamError('inference-failed', `Images could not be inspected: ${failures.join(' ')}`);
  }
  return verdicts;
}
