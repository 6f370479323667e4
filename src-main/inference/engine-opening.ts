import type { Device, DeviceReport, DeviceRequest, LocalRequest } from '../../src-shared/device.ts';
import { isLocalRequest } from '../../src-shared/device.ts';
import { parseServers, type ServerState } from '../../src-shared/model-servers.ts';
import { type LackOfMemory, lackOfDeviceMemory } from './device-memory.ts';
import { openDevice, runtimeReason, type TrialRunner } from './devices.ts';
import { type OpenedSessions, openSessions } from './engine-sessions.ts';
import type { LoadedPack } from './pack-loader.ts';
import { hasVariants, type PackSessionOptions } from './pack-sessions.ts';
import { readServerAccess, type ServerAccessPlaces } from './server/server-access.ts';
import { type PoolOptions, ServerPool } from './server/server-pool.ts';
import { openServedSessions } from './server/server-sessions.ts';
import { originOf, wantedModels } from './server/wanted-models.ts';

/** How an engine is opened. */
export interface OpeningOptions extends Omit<PackSessionOptions, 'device' | 'step'> {
  readonly device: DeviceRequest;
  /** Of an earlier process. */
  readonly lackOfMemory?: LackOfMemory | undefined;
  /** Where the secrets for inference servers are. */
  readonly serverAccess?: ServerAccessPlaces | undefined;
  /** For tests. */
  readonly pool?: Pick<PoolOptions, 'times' | 'openServer' | 'random'>;
  readonly supported?: readonly Device[];
  readonly runTrial?: TrialRunner;
}

interface Attempt {
  readonly device: Device;
  readonly step: number;
}

/** A pack's sessions, and on what they run. */
export interface OpenedOnDevice extends Omit<OpenedSessions, 'used'> {
  readonly device: DeviceReport;
  /** How the inference servers stand; absent: none were asked for. */
  readonly serverStates?: () => readonly ServerState[];
}

/**
 * Opens a pack's sessions on what was asked for: on inference servers, or on this machine, see {@link openHere}.
 * @throws ClipSamError `device-unavailable`, `model-file-invalid`, `model-tensor-unknown`, `pack-invalid`
 */
export async function openOnDevice(loaded: LoadedPack, options: OpeningOptions): Promise<OpenedOnDevice> {
  const { device } = options;
  return isLocalRequest(device) ? openHere(loaded, { ...options, device }) : openOnServers(loaded, options);
}

/** Servers compute what is large. Where a device of this machine may take over, it is opened when it has to. */
async function openOnServers(loaded: LoadedPack, options: OpeningOptions): Promise<OpenedOnDevice> {
  const { device: asked, serverAccess = {}, pool: forTests, ...others } = options;
  const choice = parseServers(asked);
  if (!choice) throw new TypeError('addresses of servers were asked for that are none');
  const wanted = wantedModels(loaded);
  const access = await readServerAccess(serverAccess);
  const pool = await ServerPool.open({ ...forTests, choice, wanted, access, origin: originOf(loaded) });
  const { fallback } = choice;
  let opening: Promise<OpenedOnDevice> | undefined;
  const takeOver =
    fallback !== undefined && isLocalRequest(fallback)
      ? () => {
          opening ??= openHere(loaded, { ...others, device: fallback });
          return opening;
        }
      : undefined;
  try {
    const { sessions, openGraph } = await openServedSessions(loaded, pool, wanted, takeOver, others);
    const fallbackReason = pool.reasons.join('; ');
    const device: DeviceReport = {
      asked,
      running: 'server',
      ...(fallbackReason && { fallbackReason }),
      servers: [...pool.records],
    };
    return { sessions, openGraph, device, serverStates: () => pool.states };
  } catch (error) {
    pool.close();
    throw error;
  }
}

/**
 * Opens a pack's sessions on a device of this machine. A GPU that passes its trial and then refuses the pack's graphs gives way
 * to the CPU; one without memory for them to the pack's smallest variants first, where it has any. Why is in `device`.
 * @throws ClipSamError `device-unavailable`, `model-file-invalid`, `model-tensor-unknown`, `pack-invalid`
 */
async function openHere(
  loaded: LoadedPack,
  options: OpeningOptions & { readonly device: LocalRequest },
): Promise<OpenedOnDevice> {
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
