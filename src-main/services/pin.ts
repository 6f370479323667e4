import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** About 50 ms and 32 MiB a try (OWASP's first advice for scrypt is N = 2¹⁷; a PIN's real guard is the delay). */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const BYTES = 32;

/** What a PIN can be checked against: `scrypt:N:r:p:salt:key`, the last two in base64. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(pin, salt, COST);
  const { N, r, p } = COST;
  return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join(':');
}

/** Takes as long for a wrong PIN as for the right one. */
export async function isPin(pin: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = hash.split(':');
  const expected = Buffer.from(key, 'base64');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derive(pin, Buffer.from(salt, 'base64'), cost), expected);
}

function derive(pin: string, salt: Buffer, { N, r, p }: ScryptOptions): Promise<Buffer> {
  const options = { N: N!, r: r!, p: p!, maxmem: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize('NFKC'), salt, BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
