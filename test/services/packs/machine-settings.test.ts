import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  changeSettings,
  describeSettings,
  machineFolder,
  modelsFolder,
  webAccess,
} from '../../../src-main/services/packs/machine-settings.ts';
import { tempFolder } from '../../temp-folder.ts';

const HUB = 'https://huggingface.co';

test('the folder of a machine is where its system keeps such data', () => {
  expect(machineFolder({ XDG_DATA_HOME: '/x' }, 'linux')).toBe(join('/x', 'clipsam'));
  expect(machineFolder({}, 'linux')).toBe(join(homedir(), '.local', 'share', 'clipsam'));
  expect(machineFolder({}, 'darwin')).toBe(join(homedir(), 'Library', 'Application Support', 'clipsam'));
  expect(machineFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe(join('/l', 'clipsam'));
  expect(machineFolder({ CLIPSAM_DATA: '/d', XDG_DATA_HOME: '/x' }, 'linux')).toBe('/d');
});

describe('settings', () => {
  test('count after the environment and before the default, and say where they come from', async () => {
    const CLIPSAM_DATA = await tempFolder();
    const folder = join(CLIPSAM_DATA, 'elsewhere');
    expect(modelsFolder({ CLIPSAM_DATA })).toBe(join(CLIPSAM_DATA, 'models'));
    await changeSettings(
      { folder, mirror: 'https://mirror.example', proxy: 'http://ana:pw@proxy:3128', tokenToMirror: true },
      { CLIPSAM_DATA },
    );
    expect(modelsFolder({ CLIPSAM_DATA })).toBe(folder);
    expect(modelsFolder({ CLIPSAM_DATA, CLIPSAM_MODELS: '/m' })).toBe('/m');
    const said = describeSettings('/begun', { CLIPSAM_DATA, HF_TOKEN: 't' });
    expect(said).toEqual({
      folder: { inUse: '/begun', chosen: folder, origin: 'setting' },
      mirror: { value: 'https://mirror.example', origin: 'setting' },
      tokenToMirror: true,
      hasToken: true,
      proxy: { value: 'http://proxy:3128/', origin: 'setting' },
    });
    expect(
      describeSettings('/m', { CLIPSAM_DATA, https_proxy: 'http://p:1', CLIPSAM_MODELS_MIRROR: 'https://o' }),
    ).toMatchObject({
      mirror: { value: 'https://o', origin: 'environment' },
      proxy: { value: 'http://p:1', origin: 'environment' },
    });
    await changeSettings({ folder: null, mirror: null, proxy: null }, { CLIPSAM_DATA });
    expect(JSON.parse(await readFile(join(CLIPSAM_DATA, 'settings.json'), 'utf8'))).toEqual({
      tokenToMirror: true,
    });
  });

  test('that cannot be read are said, not taken for defaults', async () => {
    const CLIPSAM_DATA = await tempFolder();
    await writeFile(join(CLIPSAM_DATA, 'settings.json'), '{');
    expect(() => modelsFolder({ CLIPSAM_DATA })).toThrow(CLIPSAM_DATA);
  });

  test('that make no sense are refused', async () => {
    const CLIPSAM_DATA = await tempFolder();
    const change = (what: Parameters<typeof changeSettings>[0]) => changeSettings(what, { CLIPSAM_DATA });
    await expect(change({ mirror: 'http://mirror.example' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await expect(change({ proxy: 'socks5://proxy:1' })).rejects.toMatchObject({ code: 'input-invalid' });
    await mkdir(join(CLIPSAM_DATA, 'a'));
    await writeFile(join(CLIPSAM_DATA, 'a', 'file'), '');
    await expect(change({ folder: join(CLIPSAM_DATA, 'a', 'file') })).rejects.toMatchObject({
      code: 'path-denied',
    });
  });
});

describe('how servers are reached', () => {
  test('a token is for huggingface.co, for a mirror only where the user says so', async () => {
    const CLIPSAM_DATA = await tempFolder();
    const environment = { CLIPSAM_DATA, HF_TOKEN: 'secret' };
    const mirror = 'https://mirror.example/hf';
    expect(webAccess({}, environment)).toMatchObject({ token: { value: 'secret', origin: HUB } });
    expect(webAccess({ mirror }, environment)).toMatchObject({
      mirror: { of: HUB, base: mirror },
      token: { origin: HUB },
    });
    expect(webAccess({ mirror, tokenToMirror: true }, environment)).toMatchObject({
      token: { origin: 'https://mirror.example' },
    });
    expect(webAccess({}, { CLIPSAM_DATA })).not.toHaveProperty('token');
  });

  test('a proxy of the settings counts where the environment names none', async () => {
    const CLIPSAM_DATA = await tempFolder();
    await changeSettings({ proxy: 'http://set:1' }, { CLIPSAM_DATA });
    expect(webAccess({}, { CLIPSAM_DATA, NO_PROXY: 'x' }).proxy).toMatchObject({
      HTTPS_PROXY: 'http://set:1',
      HTTP_PROXY: 'http://set:1',
      NO_PROXY: 'x',
    });
    expect(webAccess({}, { CLIPSAM_DATA, http_proxy: 'http://env:1' }).proxy).not.toHaveProperty(
      'HTTPS_PROXY',
    );
  });

  test('an http mirror is for tests on this machine alone', async () => {
    const CLIPSAM_DATA = await tempFolder();
    expect(() => webAccess({ mirror: 'http://127.0.0.1:1' }, { CLIPSAM_DATA })).toThrow('https');
    expect(webAccess({ mirror: 'http://127.0.0.1:1', loopback: true }, { CLIPSAM_DATA })).toMatchObject({
      mirror: { base: 'http://127.0.0.1:1' },
    });
  });
});
