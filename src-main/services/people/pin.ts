import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Keeps PINs as what they can be checked against, and nothing else. */
export interface PinKeeper {
  /** A salted hash: `scrypt:N:r:p:salt:key`, the last two in base64. */
  hash(pin: string): Promise<string>;
  /** Takes as long for a wrong PIN as for the right one. */
  fits(pin: string, hash: string): Promise<boolean>;
  /** True for hashes that are cheaper to try than those made now. */
  isWeak(hash: string): boolean;
}

/** OWASP's first advice for scrypt: 128 MiB and about a third of a second a try. */
const N = 2 ** 17;
const R = 8;
const P = 1;
const BYTES = 32;

/** @param cost scrypt's N, a power of two; tests have less time */
export function scryptPins(cost: number = N): PinKeeper {
  let last: Promise<unknown> = Promise.resolve();
  // One at a time, for the sake of memory.
  const inTurn = (pin: string, salt: Buffer, options: ScryptOptions) => {
    const turn = last.then(() => derive(pin, salt, options));
    last = turn.catch(() => {});
    return turn;
  };
  return {
    async hash(pin) {
      const salt = randomBytes(16);
      const key = await inTurn(pin, salt, { N: cost, r: R, p: P });
      return ['scrypt', cost, R, P, salt.toString('base64'), key.toString('base64')].join(':');
    },
    async fits(pin, hash) {
      const [, n, r, p, salt = '', key = ''] = hash.split(':');
      const options = { N: Number(n), r: Number(r), p: Number(p) };
      return timingSafeEqual(
        await inTurn(pin, Buffer.from(salt, 'base64'), options),
        Buffer.from(key, 'base64'),
      );
    },
    isWeak: (hash) => Number(hash.split(':')[1]) < cost,
  };
}

function derive(pin: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const maxmem = 256 * options.N! * options.r!;
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize('NFKC'), salt, BYTES, { ...options, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
