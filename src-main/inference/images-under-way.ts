import type { DeviceReport } from '../../src-shared/device.ts';
import { parseServers } from '../../src-shared/model-servers.ts';

/**
 * Images that are worked on at a time: one read, one waiting for the engine, one in it, one being finished; on servers two
 * for each, one computed and one on its way, and those around them.
 */
export function imagesUnderWay({ asked, running }: Pick<DeviceReport, 'asked' | 'running'>): number {
  if (running !== 'server') return 4;
  return 2 * (parseServers(asked)?.servers.length ?? 1) + 3;
}
