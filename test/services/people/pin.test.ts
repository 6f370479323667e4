import { expect, test } from 'vitest';
import { scryptPins } from '../../../src-main/services/people/pin.ts';

test('a PIN is kept as a salted hash: the same one twice differs, and only it fits', async () => {
  const pins = scryptPins(16);
  const [first, second] = await Promise.all([pins.hash('1234'), pins.hash('1234')]);
  expect(first).not.toBe(second);
  expect(first).not.toContain('1234');
  expect(await pins.fits('1234', first)).toBe(true);
  expect(await pins.fits('1234', second)).toBe(true);
  expect(await pins.fits('1235', first)).toBe(false);
  expect(await pins.fits('', first)).toBe(false);
});

test('the cost of a try is what OWASP advises; what was kept at less still fits, and is weak', async () => {
  const pins = scryptPins();
  expect(await pins.hash('1234')).toMatch(/^scrypt:131072:8:1:/);
  // scrypt of version 0.1.0: node -e "crypto.scryptSync('1234', Buffer.alloc(16), 32, { N: 2**15, maxmem: 2**26 })"
  const known = 'scrypt:32768:8:1:AAAAAAAAAAAAAAAAAAAAAA==:PLFYEoayOIVsjCpcTjRyf1icS7rwS0CGqp7Etn2gCEY=';
  expect(await pins.fits('1234', known)).toBe(true);
  expect(await pins.fits('1235', known)).toBe(false);
  expect(pins.isWeak(known)).toBe(true);
  expect(pins.isWeak(await pins.hash('1234'))).toBe(false);
});
