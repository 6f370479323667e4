import { DEVICES, type Device } from '../../src-shared/device.ts';
import type { DeviceFinding, DeviceSurvey } from '../../src-shared/device-survey.ts';
import { missingParts, readSystemFacts, type SystemFacts } from './device-parts.ts';
import {
  type DeviceMeasurement,
  devicesOfPlatform,
  runtimeReason,
  slowerThanCpu,
  wrongBy,
} from './devices.ts';
import { ORT_VERSION, providersOfThisBuild } from './ort.ts';
import { ProcessDeath } from './process-death.ts';
import { forkHost, type ProcessHost } from './process-host.ts';
import { superviseChild } from './supervised-child.ts';

/** What the survey asks of the machine; tests give their own. */
export interface SurveySources {
  /** Runs the trial graph on a device and on the CPU. @throws why it doesn't run */
  readonly measure: (device: Device) => Promise<DeviceMeasurement>;
  readonly readSystem: () => Promise<SystemFacts>;
  /** Execution providers of this build of ONNX Runtime. */
  readonly providers: readonly string[];
}

/** Milliseconds that one device's trial may take: TensorRT builds an engine first. */
const PATIENCE = 120_000;

/** A survey of the devices of this machine; asked for again while one is under way, it is that one. */
export function deviceSurveyor(
  options: { readonly host?: ProcessHost; readonly threads?: number } & Partial<SurveySources> = {},
): () => Promise<DeviceSurvey> {
  const {
    host = forkHost(),
    threads,
    readSystem = readSystemFacts,
    providers = providersOfThisBuild(),
  } = options;
  const measure = options.measure ?? ((device) => measureApart(device, host, threads));
  let underWay: Promise<DeviceSurvey> | undefined;
  return () => {
    underWay ??= surveyDevices({ measure, readSystem, providers }).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** Tries one device after the other, so that none takes the other's time. */
async function surveyDevices({ measure, readSystem, providers }: SurveySources): Promise<DeviceSurvey> {
  const system = await readSystem();
  const devices: DeviceFinding[] = [];
  for (const device of DEVICES) {
    if (device !== 'auto') devices.push(await findingOf(device, system, { measure, providers }));
  }
  return {
    platform: system.platform,
    arch: process.arch,
    distribution: system.distribution?.name ?? null,
    ortVersion: ORT_VERSION,
    surveyedAt: new Date().toISOString(),
    devices,
  };
}

async function findingOf(
  device: Device,
  system: SystemFacts,
  { measure, providers }: Pick<SurveySources, 'measure' | 'providers'>,
): Promise<DeviceFinding> {
  const nothing = { device, missing: [], trial: null, reason: null };
  if (!devicesOfPlatform(system.platform).includes(device)) return { ...nothing, state: 'not-on-platform' };
  if (device !== 'cpu' && !providers.includes(device)) return { ...nothing, state: 'not-in-build' };
  try {
    const measured = await measure(device);
    const { side, ms, cpuMs, isRight } = measured;
    const found = { ...nothing, trial: { side, ms, cpuMs } };
    if (!isRight) return { ...found, state: 'wrong', reason: wrongBy(measured) };
    if (device === 'cpu' || ms < cpuMs) return { ...found, state: 'works' };
    return { ...found, state: 'slower', reason: slowerThanCpu(measured) };
  } catch (error) {
    // What is missing is looked for only now: what runs has all it needs, wherever that lies.
    const missing = [...missingParts(device, system)];
    return {
      ...nothing,
      state: missing.length > 0 ? 'missing' : 'failed',
      missing,
      reason: runtimeReason(error),
    };
  }
}

/** Measures in a process of its own: a driver that crashes takes nothing along. */
async function measureApart(
  device: Device,
  host: ProcessHost,
  threads: number | undefined,
): Promise<DeviceMeasurement> {
  const gone = Promise.withResolvers<void>();
  // It may be busy as long as it likes within its time.
  const limits = { readyTimeout: PATIENCE, silence: 2 * PATIENCE };
  const child = superviseChild(host, limits, { onHeartbeat: () => {}, onDeath: () => gone.resolve() });
  try {
    return await child.ask('measureDevice', { device, ...(threads && { threads }) });
  } catch (error) {
    if (error instanceof ProcessDeath) throw new Error(error.message, { cause: error });
    throw error;
  } finally {
    child.kill({ kind: 'closed' });
    await gone.promise;
  }
}
