import type { Device, DeviceReport, ModelServerRecord } from '../../../src-shared/device.ts';
import type { Notice } from '../../../src-shared/notice.ts';

/** Who computed what was asked for, where servers were asked. */
export interface ServedBy {
  /** Servers that answered. */
  readonly servers: readonly ModelServerRecord[];
  /** What failed on the way, as `address: reason`. */
  readonly gaveWay: readonly string[];
  /** The device of this machine that took over; null: none had to. */
  readonly here: Device | null;
}

/** Both together; a server is named once. */
export function joinServed(one: ServedBy | undefined, other: ServedBy | undefined): ServedBy | undefined {
  if (!one || !other) return one ?? other;
  const servers = new Map([...one.servers, ...other.servers].map((server) => [server.address, server]));
  return {
    servers: [...servers.values()],
    gaveWay: [...new Set([...one.gaveWay, ...other.gaveWay])],
    here: one.here ?? other.here,
  };
}

/** The report on the device for a result: of the servers those that answered, and this machine where it alone did. */
export function deviceOf(device: DeviceReport, served: ServedBy | undefined): DeviceReport {
  if (device.running !== 'server' || !served) return device;
  const { servers, here, gaveWay } = served;
  const { servers: _, ...report } = device;
  const reasons = [...new Set([device.fallbackReason, ...gaveWay])].filter((reason) => reason !== undefined);
  return {
    ...report,
    running: servers.length === 0 && here ? here : 'server',
    ...(reasons.length > 0 && { fallbackReason: reasons.join('; ') }),
    ...(servers.length > 0 && { servers: [...servers] }),
  };
}

/** What a result has to say of the servers that computed it, or didn't. */
export function servedNotices(served: ServedBy | undefined): Notice[] {
  if (!served) return [];
  const { servers, here, gaveWay } = served;
  const unproven = servers.filter(({ isProven }) => !isProven).map(({ address }) => address);
  const failing = [...new Set(gaveWay.map((reason) => reason.slice(0, reason.indexOf(': '))))];
  return [
    ...(here ? [{ code: 'servers-away', running: here } as const] : []),
    ...(!here && failing.length > 0
      ? [{ code: 'server-gave-way', servers: failing.join(', ') } as const]
      : []),
    ...(unproven.length > 0 ? [{ code: 'server-unproven', servers: unproven.join(', ') } as const] : []),
  ];
}
