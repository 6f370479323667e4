import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostCheck } from '../../src-main/serve/host-names.ts';
import { addressKey, Rates } from '../../src-main/serve/network-limits.ts';
import { readTlsFiles } from '../../src-main/serve/tls-files.ts';
import { tempFolder } from '../temp-folder.ts';
import { selfSigned, selfSignedFiles } from './self-signed.ts';

const DAY = 86_400_000;

describe('certificate and key', () => {
  it('say whom they are for, and what is wrong with their time or permissions', async () => {
    const folder = await tempFolder();
    const from = new Date('2026-01-10T00:00:00Z');
    const to = new Date('2026-03-10T00:00:00Z');
    const files = await selfSignedFiles(folder, ['GPU-box.test', '*.plant.test', '10.1.2.3'], { from, to });
    const fine = await readTlsFiles(files, to.getTime() - 20 * DAY);
    expect(fine).toMatchObject({ names: ['gpu-box.test', '*.plant.test', '10.1.2.3'], warnings: [] });
    const warned = async (now: number) => (await readTlsFiles(files, now)).warnings;
    expect(await warned(to.getTime() - 2 * DAY)).toEqual([expect.stringContaining('ends on 2026-03-10')]);
    expect(await warned(to.getTime() + 1)).toEqual([expect.stringContaining('ended on 2026-03-10')]);
    expect(await warned(from.getTime() - 1)).toEqual([expect.stringContaining('only from 2026-01-10')]);
    await chmod(files.key, 0o644);
    expect(await warned(to.getTime() - 20 * DAY)).toEqual([expect.stringContaining(`chmod o= ${files.key}`)]);
  });

  it('are refused where they are not there, no PEM, or not each other’s', async () => {
    const folder = await tempFolder();
    const files = await selfSignedFiles(folder, ['a.test']);
    const other = join(folder, 'other.pem');
    await writeFile(other, selfSigned(['a.test']).key);
    const junk = join(folder, 'junk.pem');
    await writeFile(junk, 'junk');
    const refused = async (cert: string, key: string) =>
      readTlsFiles({ cert, key }, Date.now()).catch(({ code, message }) => `${code}: ${message}`);
    expect(await refused(join(folder, 'absent'), files.key)).toMatch(
      /^input-invalid: .*certificate is not there/,
    );
    expect(await refused(folder, files.key)).toMatch(/is a folder/);
    expect(await refused(junk, files.key)).toMatch(/no certificate in PEM/);
    expect(await refused(files.cert, junk)).toMatch(/no private key in PEM/);
    expect(await refused(files.cert, other)).toMatch(/does not belong to the certificate/);
  });
});

it('a host is known by its names, with the port that is listened on or the one that was named', () => {
  const isOwn = hostCheck(
    ['gpu-box', '*.plant.test', '10.1.2.3', 'fe80:0:0:0:0:0:0:1', 'proxy.test:443'],
    8443,
  );
  const own = [
    'gpu-box:8443',
    'GPU-BOX:8443',
    'a.plant.test:8443',
    '10.1.2.3:8443',
    '[fe80::1]:8443',
    'proxy.test',
  ];
  expect(own.filter((host) => !isOwn(host))).toEqual([]);
  const others = [
    'gpu-box',
    'gpu-box:443',
    'plant.test:8443',
    'a.b.plant.test:8443',
    '.plant.test:8443',
    'proxy.test:8443',
  ];
  others.push('', 'gpu-box:8443:1', 'gpu-box:8443/', 'evil.test:8443', '[fe80::2]:8443');
  expect(others.filter(isOwn)).toEqual([]);
});

it('as many are let through as a minute allows, and then as they come back', () => {
  let now = 0;
  const rates = new Rates(60, () => now);
  const taken = () => Array.from({ length: 100 }, () => rates.take('a')).filter((wait) => wait === 0).length;
  expect(taken()).toBe(60);
  expect([rates.take('a'), rates.take('b')]).toEqual([1, 0]);
  now += 5_000;
  expect(taken()).toBe(5);
  now += 3_600_000;
  expect(taken()).toBe(60);
});

it('an address of IPv6 counts as its network', () => {
  const keys = ['::ffff:10.0.0.1', '10.0.0.1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', '::1', undefined];
  expect(keys.map(addressKey)).toEqual([
    '10.0.0.1',
    '10.0.0.1',
    '2001:db8:1:2::/64',
    '2001:db8:1:2::/64',
    '0:0:0:0::/64',
    '',
  ]);
});
