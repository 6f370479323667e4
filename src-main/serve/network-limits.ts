import { failure } from '../../src-shared/errors.ts';
import { RPC_LIMITS } from './rpc-sockets.ts';

/**
 * What one person, over all their browsers, and one address may ask of a workstation in a network. An address may stand for a
 * whole plant, so it gets more; a person who pages through thousands of images stays below a half of theirs.
 */
export const NETWORK_LIMITS = {
  /** Requests and calls a minute. */
  perPerson: 12_000,
  perAddress: 60_000,
  /** Requests a minute that show no session: the window's own files and what is refused. */
  perAddressSignedOut: 1_200,
  /** Sign-ins a minute, right or wrong. Each name waits for its own wrong PINs besides. */
  signInsPerAddress: 20,
  /** Sign-ins that are checked or wait for it, of everybody: each takes a third of a second. */
  signInsAtOnce: 16,
  /** Open windows. */
  socketsPerPerson: 16,
  socketsPerAddress: 256,
  sockets: 512,
  /** Bytes of one call: the longest is an outline, and no list of files. */
  maxMessageBytes: RPC_LIMITS.maxMessageBytes / 4,
  /** Bytes of a request with a name and a PIN. */
  signInBytes: 4096,
} as const;
export type NetworkLimits = { readonly [Name in keyof typeof NETWORK_LIMITS]: number };

const MINUTE = 60_000;
/** Buckets that are kept; full ones go first, since they say nothing. */
const MOST_BUCKETS = 20_000;

/** Counts what is asked for by key: as many as a minute allows at once, and then as they come back. */
export class Rates {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @param now milliseconds that only ever grow */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one. @returns 0, or the seconds (rounded up) after which there is one again, and nothing was taken */
  take(key: string): number {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { left: this.#perMinute, at: now };
    const left = Math.min(this.#perMinute, bucket.left + ((now - bucket.at) * this.#perMinute) / MINUTE);
    if (!this.#buckets.has(key)) this.#makeRoom(now);
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE) / this.#perMinute / 1000);
  }

  #makeRoom(now: number): void {
    if (this.#buckets.size < MOST_BUCKETS) return;
    for (const [key, { at }] of this.#buckets) if (now - at >= MINUTE) this.#buckets.delete(key);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= MOST_BUCKETS && oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** The error for who asks too much. @param seconds until the next try */
export function tooMany(seconds: number) {
  return failure(
    'too-many-requests',
    { seconds },
    `Too many requests. Wait ${seconds} s before the next one.`,
  );
}

/** Whom an address is counted as: itself, or for IPv6 the network (/64) that one machine has for itself. */
export function addressKey(address: string | undefined): string {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - before.length - after.length)).fill('0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
