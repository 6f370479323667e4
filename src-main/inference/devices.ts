import type { Device, DeviceReport, LocalRequest } from '../../src-shared/device.ts';
import { failure } from '../../src-shared/errors.ts';
import { GraphBuilder, type Value } from '../graph/builder.ts';
import { encodeModel } from '../graph/model.ts';
import { createSession, providersOfThisBuild, type Tensors } from './ort.ts';

/**
 * Providers that ONNX Runtime exists with on each platform, fastest first. TensorRT comes after CUDA: it builds an
 * engine for each shape that it meets, minutes for a large model, so it is there for those who ask for it.
 */
const PLATFORM_DEVICES: Readonly<Record<string, readonly Device[]>> = {
  linux: ['cuda', 'tensorrt', 'webgpu', 'cpu'],
  win32: ['cuda', 'tensorrt', 'dml', 'webgpu', 'cpu'],
  darwin: ['coreml', 'webgpu', 'cpu'],
};

/** Devices that ONNX Runtime exists with on a platform, in this build or another, fastest first. */
export function devicesOfPlatform(platform: NodeJS.Platform): readonly Device[] {
  return PLATFORM_DEVICES[platform] ?? ['cpu'];
}

/** Devices that can be asked for on a platform, fastest first, `cpu` last. */
export function supportedDevices(
  platform: NodeJS.Platform = process.platform,
  providers: readonly string[] = providersOfThisBuild(),
): readonly Device[] {
  return devicesOfPlatform(platform).filter((device) => device === 'cpu' || providers.includes(device));
}

/** Largest difference to the CPU, relative to the largest value, that a working device may show. */
const TOLERANCE = 1e-2;

/** A working GPU needs less for the small graph; a software driver many times more. In milliseconds. */
const PATIENCE = 50;

/** What a device made of the trial graph. */
export interface DeviceTrial {
  readonly output: Float32Array;
  /** Milliseconds of the faster of two warm runs. */
  readonly time: number;
}

/** Runs the trial graph on maps with `side` × `side` pixels. */
export type TrialRunner = (device: Device, side: number) => Promise<DeviceTrial>;

const SMALL = 16;
const LARGE = 128;

/** Devices that `auto` doesn't try. */
const ONLY_BY_NAME: ReadonlySet<Device> = new Set(['cpu', 'tensorrt']);

/**
 * Finds out what runs. A device asked for by name is tried on a small graph whose result is compared with the
 * CPU's; when that fails the CPU answers and `fallbackReason` says why. `auto` takes the first device that works
 * and is faster than the CPU on a larger graph (a software driver doesn't); the reason lists the ones passed over.
 * @throws ClipSamError `device-unavailable` for a device that this platform can't have
 */
export async function openDevice(
  asked: LocalRequest,
  options: {
    readonly threads?: number;
    readonly supported?: readonly Device[];
    readonly runTrial?: TrialRunner;
  } = {},
): Promise<DeviceReport & { readonly running: Device }> {
  const supported = options.supported ?? supportedDevices();
  if (asked !== 'auto' && !supported.includes(asked)) {
    throw failure(
      'device-unknown',
      { device: asked },
      `The device "${asked}" does not exist on ${process.platform} ${process.arch}. Choose one of: auto, ${supported.join(', ')}.`,
    );
  }
  if (asked === 'cpu') return { asked, running: 'cpu' };
  const runTrial = options.runTrial ?? ((device, side) => tryConvolutions(device, side, options.threads));
  const candidates = asked === 'auto' ? supported.filter((device) => !ONLY_BY_NAME.has(device)) : [asked];
  const passedOver: string[] = [];
  const report = (running: Device) => ({
    asked,
    running,
    ...(passedOver.length > 0 ? { fallbackReason: passedOver.join('; ') } : {}),
  });
  for (const device of candidates) {
    const reason = await reasonAgainst(device, asked === 'auto', runTrial);
    if (reason === undefined) return report(device);
    passedOver.push(`${device}: ${reason}`);
  }
  return report('cpu');
}

/** Why a device is not used; undefined when it can be. */
async function reasonAgainst(
  device: Device,
  mustBeFast: boolean,
  runTrial: TrialRunner,
): Promise<string | undefined> {
  try {
    const small = await tryOn(SMALL, device, runTrial);
    if (!small.isRight) return wrongBy(small);
    if (!mustBeFast) return undefined;
    if (small.ms > PATIENCE) return `works, but takes ${Math.round(small.ms)} ms for a small graph`;
    const large = await tryOn(LARGE, device, runTrial);
    if (!large.isRight) return wrongBy(large);
    return large.ms < large.cpuMs ? undefined : slowerThanCpu(large);
  } catch (error) {
    return runtimeReason(error);
  }
}

/** A device beside the CPU on one and the same trial graph. */
export interface DeviceMeasurement {
  /** Pixels of the maps' sides. */
  readonly side: number;
  /** Milliseconds of a warm run. */
  readonly ms: number;
  readonly cpuMs: number;
  /** Largest difference to the CPU's values, relative to the largest of them; NaN when some are no numbers. */
  readonly difference: number;
  readonly isRight: boolean;
}

/**
 * Measures a device against the CPU: on larger maps when it is quick with small ones, which a software driver isn't.
 * @throws what ONNX Runtime says when the device doesn't run
 */
export async function measureDevice(
  device: Device,
  runTrial: TrialRunner = tryConvolutions,
): Promise<DeviceMeasurement> {
  const small = await tryOn(SMALL, device, runTrial);
  return small.isRight && small.ms <= PATIENCE ? tryOn(LARGE, device, runTrial) : small;
}

async function tryOn(side: number, device: Device, runTrial: TrialRunner): Promise<DeviceMeasurement> {
  const own = await runTrial(device, side);
  const cpu = device === 'cpu' ? own : await runTrial('cpu', side);
  const difference = relativeDifference(own.output, cpu.output);
  return { side, ms: own.time, cpuMs: cpu.time, difference, isRight: difference <= TOLERANCE };
}

/** How a device's values miss the CPU's. */
export function wrongBy({ difference }: DeviceMeasurement): string {
  return `results differ from the CPU's by ${(100 * difference).toFixed(1)} %`;
}

/** How much slower than the CPU a device is. */
export function slowerThanCpu({ ms, cpuMs }: DeviceMeasurement): string {
  return `works, but needs ${ms.toFixed(1)} ms where the CPU needs ${cpuMs.toFixed(1)} ms`;
}

/** The last sentence of ONNX Runtime's message, which says what is wrong, without its source positions. */
export function runtimeReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/\/\S+\.(cc|h|cpp):\d+\s*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(-300);
}

function relativeDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]!));
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    if (Number.isNaN(a[i]!)) return Number.NaN;
  }
  return difference / largest;
}

const CHANNELS = 32;
const LAYERS = 4;

/** The trial graph: a few 3×3 convolutions, as in the encoder. */
export async function tryConvolutions(device: Device, side: number, threads?: number): Promise<DeviceTrial> {
  const session = await createSession(trialModel(), { device, ...(threads ? { threads } : {}) });
  try {
    const dims = [1, CHANNELS, side, side];
    const feeds: Tensors = { x: { type: 'float32', dims, data: waves(CHANNELS * side * side, 0.7) } };
    let time = Number.POSITIVE_INFINITY;
    let output = new Float32Array();
    // The first run compiles shaders and is not counted.
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      const { y } = await session.run(feeds);
      if (round > 0) time = Math.min(time, performance.now() - start);
      if (y?.type !== 'float32') throw new TypeError('the trial graph gave no float32 output');
      output = Float32Array.from(y.data);
    }
    return { output, time };
  } finally {
    await session.release();
  }
}

function trialModel(): Uint8Array {
  const builder = new GraphBuilder();
  let x: Value = builder.input('x', 'float32', [1, CHANNELS, 'side', 'side']);
  for (let layer = 0; layer < LAYERS; layer++) {
    const kernel = waves(CHANNELS * CHANNELS * 9, 1.3 + layer).map((value) => value * 0.1);
    x = builder.tanh(
      builder.conv(x, builder.initializer(`kernel${layer}`, kernel, [CHANNELS, CHANNELS, 3, 3])),
    );
  }
  builder.output('y', x);
  return encodeModel(builder.build('device-trial'));
}

/** Numbers in −1..1 without a pattern that a wrong kernel could hit by chance. */
function waves(count: number, step: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * i * 0.37 + i * step));
}
