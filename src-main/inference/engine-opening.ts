import type { Device, DeviceReport, DeviceRequest } from '../../src-shared/device.ts';
import { type LackOfMemory, lackOfDeviceMemory } from './device-memory.ts';
import { openDevice, runtimeReason, type TrialRunner } from './devices.ts';
import { type OpenedSessions, openSessions } from './engine-sessions.ts';
import type { LoadedPack } from './pack-loader.ts';
import { hasVariants, type PackSessionOptions } from './pack-sessions.ts';

/** How an engine is opened. */
export interface OpeningOptions extends Omit<PackSessionOptions, 'device' | 'step'> {
  readonly device: DeviceRequest;
  /** Of an earlier process. */
  readonly lackOfMemory?: LackOfMemory | undefined;
  /** For tests. */
  readonly supported?: readonly Device[];
  readonly runTrial?: TrialRunner;
}

interface Attempt {
  readonly device: Device;
  readonly step: number;
}

/**
 * Opens a pack's sessions on what was asked for. A GPU that passes its trial and then refuses the pack's graphs gives way
 * to the CPU; one without memory for them to the pack's smallest variants first, where it has any. Why is in `device`.
 * @throws ClipSamError `device-unavailable`, `model-file-invalid`, `model-tensor-unknown`, `pack-invalid`
 */
export async function openOnDevice(
  loaded: LoadedPack,
  options: OpeningOptions,
): Promise<Omit<OpenedSessions, 'used'> & { readonly device: DeviceReport }> {
  const { lackOfMemory: lack } = options;
  const found = await openDevice(options.device, options);
  const reasons = found.fallbackReason === undefined ? [] : [found.fallbackReason];
  let outOfMemory = lack && { device: lack.device, reason: lack.reason };
  if (lack) reasons.push(`${lack.device}: ran out of memory (${lack.reason})`);
  let attempt = attemptAfter(lack?.step ?? 0, found.running, loaded);
  for (;;) {
    try {
      const { sessions, used, openGraph } = await openSessions(loaded, { ...options, ...attempt });
      const fallbackReason = reasons.join('; ');
      const device: DeviceReport = {
        asked: found.asked,
        running: attempt.device,
        ...(fallbackReason && { fallbackReason }),
        ...(used.length > 0 && { files: used }),
        ...(outOfMemory && { outOfMemory }),
      };
      return { sessions, device, openGraph };
    } catch (error) {
      const { device, step } = attempt;
      if (device === 'cpu') throw error;
      const reason = runtimeReason(error);
      const isFull = lackOfDeviceMemory(reason) !== undefined;
      reasons.push(isFull ? `${device}: has not enough memory (${reason})` : `${device}: ${reason}`);
      if (isFull) outOfMemory = { device, reason };
      attempt = isFull ? attemptAfter(step + 1, device, loaded) : { device: 'cpu', step: 0 };
    }
  }
}

/** What is tried once the device has lacked memory so often. */
function attemptAfter(step: number, device: Device, { pack }: LoadedPack): Attempt {
  const isEnough = device !== 'cpu' && step <= (hasVariants(pack, device) ? 1 : 0);
  return isEnough ? { device, step } : { device: 'cpu', step: 0 };
}
