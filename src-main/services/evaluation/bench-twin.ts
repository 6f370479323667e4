import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceReport, type DeviceRequest, localDevice } from '../../../src-shared/device.ts';
import { failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { encodeModel } from '../../graph/model.ts';
import { openDevice } from '../../inference/devices.ts';
import { createSession, type Session, type Tensor, type Tensors } from '../../inference/ort.ts';
import { loadPack } from '../../inference/pack-loader.ts';
import { PackSessions } from '../../inference/pack-sessions.ts';
import { median } from '../../pipeline/calibration.ts';
import {
  CLIP_L14_518,
  type ClipSizes,
  clipTwin,
  SAM_VIT_H,
  type SamSizes,
  samTwin,
  type TwinGraph,
} from './twin-graphs.ts';

/** Packs whose size can be tried without having them. */
export const TWINS = {
  'clip-l14-336-sam-h': { clip: CLIP_L14_518, sam: SAM_VIT_H },
} as const satisfies Readonly<Record<string, TwinSizes>>;
export type TwinName = keyof typeof TWINS;

interface TwinSizes {
  readonly clip: ClipSizes;
  /** Its embedding must be what SAM's decoder takes: 256 channels on a grid of 64. */
  readonly sam: SamSizes;
}

/** What a pack of this size costs on a device. The weights are random: nothing is said of quality. */
export interface TwinFigures {
  readonly device: DeviceReport;
  readonly threads: number | null;
  /** Bytes of weights. */
  readonly clipBytes: number;
  readonly samBytes: number;
  /** Seconds until a session can be used. */
  readonly clipLoadSeconds: number;
  readonly samLoadSeconds: number;
  /** Seconds per image: CLIP's tower; and with it SAM's encoder and one run of its decoder. Medians. */
  readonly goodSeconds: number;
  readonly defectiveSeconds: number;
  /** Largest resident memory of the process up to then, in bytes: before the models, with CLIP, with both. */
  readonly startBytes: number;
  readonly goodPeakBytes: number;
  readonly defectivePeakBytes: number;
  /** Seconds of `lite`'s encoder, which serves CLIP and SAM, in the same process; the median. */
  readonly liteSeconds: number;
  readonly goodToLite: number;
  readonly defectiveToLite: number;
}

export interface TwinOptions {
  readonly device: DeviceRequest;
  readonly threads?: number;
  /** Timed runs of each model, after one that is not. */
  readonly runs: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: string) => void;
}

/**
 * Makes the graphs of a pack with random weights in a temporary folder, and measures them, one after the other in this
 * process: models block it while they run. The folder is removed.
 * @throws ClipSamError `disk-full` when the folder's disk has no room, `cancelled` (between two model runs),
 *   `model-file-invalid` when the device refuses a graph
 */
export async function benchTwin(sizes: TwinSizes, options: TwinOptions): Promise<TwinFigures> {
  const { runs, signal, threads, onStep = () => {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-twin-'));
  const opened: Session[] = [];
  const packs: PackSessions[] = [];
  try {
    const device = await openDevice(localDevice(options.device, 'The measurement of a twin'), options);
    const sessionOptions = { device: device.running, ...(threads && { threads }) };
    const open = async (model: string): Promise<[Session, number]> => {
      const start = performance.now();
      const session = await createSession(model, sessionOptions);
      opened.push(session);
      return [session, (performance.now() - start) / 1000];
    };
    const clip = clipTwin(sizes.clip, 'clip.onnx_data');
    const sam = samTwin(sizes.sam, 'sam.onnx_data');
    await requireRoom(folder, clip.weights.bytes + sam.weights.bytes);
    onStep('writing random weights');
    const clipPath = await writeTwin(folder, 'clip', clip, signal);
    const samPath = await writeTwin(folder, 'sam', sam, signal);
    const lite = new PackSessions(await loadPack('lite'), sessionOptions);
    packs.push(lite);
    const time = (step: string, session: Session, feeds: Tensors) => {
      onStep(step);
      return medianTime(session, feeds, runs, signal);
    };

    const startBytes = peakBytes();
    const [clipSession, clipLoadSeconds] = await open(clipPath);
    const good = await time("CLIP's tower", clipSession, pixelFeeds(sizes.clip.inputSize));
    const goodPeakBytes = peakBytes();
    const [samSession, samLoadSeconds] = await open(samPath);
    const decoder = await lite.openPart('decoder');
    const encoded = await time("SAM's encoder", samSession, pixelFeeds(sizes.sam.inputSize));
    const decoded = await time("SAM's decoder", decoder, promptFeeds(encoded.answer.image_embeddings!));
    const defectivePeakBytes = peakBytes();
    const encoder = await lite.openPart('vision');
    const own = await time("lite's encoder", encoder, pixelFeeds(1024, encoder.inputNames[0]));
    const defectiveSeconds = good.seconds + encoded.seconds + decoded.seconds;
    return {
      device,
      threads: threads ?? null,
      clipBytes: clip.weights.bytes,
      samBytes: sam.weights.bytes,
      clipLoadSeconds,
      samLoadSeconds,
      goodSeconds: good.seconds,
      defectiveSeconds,
      startBytes,
      goodPeakBytes,
      defectivePeakBytes,
      liteSeconds: own.seconds,
      goodToLite: good.seconds / own.seconds,
      defectiveToLite: defectiveSeconds / own.seconds,
    };
  } finally {
    for (const session of opened) await session.release();
    for (const pack of packs) await pack.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > bytes + (64 << 20)) return;
  const gigabytes = (amount: number) => (amount / 1e9).toFixed(1);
  throw failure(
    'disk-full',
    { folder: tmpdir() },
    `The twin's weights take ${gigabytes(bytes)} GB and ${tmpdir()} has ${gigabytes(bavail * bsize)} GB left. Free some space there, or name another folder in the environment variable TMPDIR.`,
  );
}

async function writeTwin(
  folder: string,
  name: string,
  { model, weights }: TwinGraph,
  signal: AbortSignal | undefined,
): Promise<string> {
  throwIfCancelled(signal);
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, encodeModel(model));
  try {
    await weights.write(join(folder, weights.location), signal);
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
  return path;
}

/** Seconds of a run, the median of several after one that warms up. */
async function medianTime(
  session: Session,
  feeds: Tensors,
  runs: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly seconds: number; readonly answer: Tensors }> {
  const seconds: number[] = [];
  let answer: Tensors = {};
  for (let run = 0; run <= runs; run++) {
    // Between two runs, so that Ctrl-C is heard.
    await new Promise(setImmediate);
    throwIfCancelled(signal);
    const start = performance.now();
    answer = await session.run(feeds);
    if (run > 0) seconds.push((performance.now() - start) / 1000);
  }
  return { seconds: median(seconds), answer };
}

/** A picture of waves: no value repeats what a kernel could skip. */
function pixelFeeds(side: number, input = 'pixel_values'): Tensors {
  const data = Float32Array.from({ length: 3 * side * side }, (_, i) => Math.sin(i * 0.37 + (i % 1013)));
  return { [input]: { type: 'float32', dims: [1, 3, side, side], data } };
}

/** A box and a point, as a region asks. */
function promptFeeds(embedding: Tensor): Tensors {
  const float32 = (dims: number[], data: Float32Array): Tensor => ({ type: 'float32', dims, data });
  return {
    image_embeddings: embedding,
    point_coords: float32([1, 3, 2], Float32Array.of(512, 512, 384, 384, 640, 640)),
    point_labels: float32([1, 3], Float32Array.of(1, 2, 3)),
    mask_input: float32([1, 1, 256, 256], new Float32Array(256 * 256)),
    has_mask_input: float32([1], new Float32Array(1)),
  };
}

/** The largest resident memory that this process has had. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
