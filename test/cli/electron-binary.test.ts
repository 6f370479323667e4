import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findElectron } from '../../src-main/cli/electron-binary.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const PROGRAM = '#!/bin/sh\necho electron\n';

/** A zip archive with one stored file (APPNOTE 4.3). */
function zip(name: string, content: Buffer): Buffer {
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(content.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), content]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(0o100755 * 0x10000, 6);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), shared, rest, Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}

const ARCHIVE = zip(process.platform === 'win32' ? 'electron.exe' : 'electron', Buffer.from(PROGRAM));

/** Electron's own package with its own installer, as npm leaves it: without the program. */
async function electronPackage(archive: Buffer): Promise<string> {
  const folder = await tempFolder();
  const own = join(folder, 'electron');
  await mkdir(join(folder, 'node_modules'));
  for (const scope of ['@electron', '@electron-internal']) {
    await symlink(join(MODULES, scope), join(folder, 'node_modules', scope));
  }
  await mkdir(own);
  for (const file of ['package.json', 'install.js'])
    await cp(join(MODULES, 'electron', file), join(own, file));
  const checksums = JSON.parse(await readFile(join(MODULES, 'electron', 'checksums.json'), 'utf8'));
  const hash = createHash('sha256').update(archive).digest('hex');
  const all = Object.keys(checksums).map((name) => [name, hash]);
  await writeFile(join(own, 'checksums.json'), JSON.stringify(Object.fromEntries(all)));
  return own;
}

/** A mirror that answers so; every download starts with an empty cache. */
async function mirror(listener: RequestListener): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('ELECTRON_MIRROR', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv('electron_config_cache', await tempFolder());
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
}

const FETCH_PATIENCE = { stall: PATIENCE, unpack: PATIENCE };

describe('findElectron', () => {
  it('takes the program that is there and asks nobody', async () => {
    const folder = await electronPackage(ARCHIVE);
    let asked = 0;
    await mirror((_, response) => {
      asked++;
      response.end();
    });
    await mkdir(join(folder, 'dist'));
    await writeFile(join(folder, 'path.txt'), 'electron');
    await writeFile(join(folder, 'dist', 'electron'), PROGRAM);
    const path = join(folder, 'dist', 'electron');
    expect(await findElectron(() => {}, folder, FETCH_PATIENCE)).toEqual({ kind: 'found', path });
    expect(asked).toBe(0);
  });

  it('fetches it through its own installer, once', async () => {
    const folder = await electronPackage(ARCHIVE);
    const asked: string[] = [];
    await mirror((request, response) => {
      asked.push(request.url!);
      response.end(ARCHIVE);
    });
    const lines: string[] = [];
    const found = await findElectron((line) => lines.push(line), folder, FETCH_PATIENCE);
    expect(found).toMatchObject({ kind: 'found' });
    if (found.kind !== 'found') return;
    expect(await readFile(found.path, 'utf8')).toBe(PROGRAM);
    expect(dirname(found.path)).toBe(join(folder, 'dist'));
    expect(lines).toEqual([expect.stringMatching(/^Fetching Electron/)]);
    expect(await findElectron(() => {}, folder, FETCH_PATIENCE)).toEqual(found);
    expect(asked).toEqual([expect.stringMatching(/^\/v?[\d.]+\/electron-v[\d.]+-\w+-\w+\.zip$/)]);
  });

  it.each<[string, RegExp, RequestListener]>([
    ['has no such file', /404/, (_, response) => response.writeHead(404).end()],
    ['fails', /500/, (_, response) => response.writeHead(500).end('Oops')],
    ['hangs', /does not answer/, () => {}],
    [
      'stops in the middle',
      /does not answer/,
      (_, response) => {
        response.writeHead(200, { 'content-length': ARCHIVE.length });
        response.write(ARCHIVE.subarray(0, 50));
      },
    ],
    [
      'breaks off',
      /./,
      (_, response) => {
        response.writeHead(200, { 'content-length': ARCHIVE.length });
        response.write(ARCHIVE.subarray(0, 50), () => response.destroy());
      },
    ],
    [
      'sends something shorter as if it were whole',
      /checksum/i,
      (_, response) => response.end(ARCHIVE.subarray(0, 50)),
    ],
  ])('gives up when the server %s, and says why in one line', async (_, reason, listener) => {
    const folder = await electronPackage(ARCHIVE);
    await mirror(listener);
    // One that falls silent is given up in a moment, any other is waited for.
    const stall = reason.source === 'does not answer' ? 300 : PATIENCE;
    const answer = await findElectron(() => {}, folder, { ...FETCH_PATIENCE, stall });
    expect(answer).toEqual({ kind: 'absent', reason: expect.stringMatching(reason) });
    if (answer.kind === 'absent') expect(answer.reason).not.toContain('\n');
  });

  it('gives up when the host cannot be found, or its archive cannot be unpacked', async () => {
    const broken = Buffer.from('This is no archive.');
    const folder = await electronPackage(broken);
    await mirror((_, response) => response.end(broken));
    expect(await findElectron(() => {}, folder, FETCH_PATIENCE)).toMatchObject({
      reason: expect.stringContaining('unpacked'),
    });
    vi.stubEnv('ELECTRON_MIRROR', 'http://electron.invalid/');
    expect(await findElectron(() => {}, folder, FETCH_PATIENCE)).toMatchObject({ kind: 'absent' });
  });
});
