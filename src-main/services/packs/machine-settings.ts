import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PackSettings, PackSettingsChange } from '../../../src-shared/contract/packs.ts';
import { failure } from '../../../src-shared/errors.ts';
import { type MachineSettings, machineSettingsSchema } from '../../../src-shared/pack-store.ts';
import { makeFolder } from '../../files/atomic-write.ts';
import { writeJsonFile } from '../../files/json-file.ts';
import type { ProxyVariables, WebAccess } from '../../files/web-request.ts';
import { checkAddress } from './pack-source.ts';

/** Where most models come from, which a mirror may stand for. */
const HUB = 'https://huggingface.co';

type Environment = Readonly<Partial<Record<string, string>>>;

/**
 * The folder of what belongs to this machine and user: settings, model packs, known workspaces. CLIPSAM_DATA names
 * another one than the system's own.
 */
export function machineFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const { CLIPSAM_DATA, LOCALAPPDATA, XDG_DATA_HOME } = environment;
  if (CLIPSAM_DATA) return resolve(CLIPSAM_DATA);
  if (platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'clipsam');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'clipsam');
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'clipsam');
}

/**
 * The folder of the model packs that all workspaces on this machine use: CLIPSAM_MODELS, else the setting, else one
 * in {@link machineFolder}.
 * @throws ClipSamError `input-invalid` when the settings cannot be read
 */
export function modelsFolder(environment: Environment = process.env): string {
  return chosenFolder(readSettings(environment), environment).value;
}

/**
 * How servers are reached: mirror (CLIPSAM_MODELS_MIRROR), proxy (HTTPS_PROXY and its like) and token (HF_TOKEN) of
 * the environment, else of the settings.
 * @param asked mirror and whether the token is for it, where the user said so at once
 * @throws ClipSamError `input-invalid`
 */
export function webAccess(
  asked: { readonly mirror?: string; readonly tokenToMirror?: boolean; readonly loopback?: boolean } = {},
  environment: Environment = process.env,
): WebAccess {
  const settings = readSettings(environment);
  const base = asked.mirror ?? chosenMirror(settings, environment).value;
  if (base !== null) checkAddress(base, asked.loopback);
  const value = environment.HF_TOKEN;
  const isForMirror = asked.tokenToMirror ?? settings.tokenToMirror ?? false;
  const origin = isForMirror && base !== null ? new URL(base).origin : HUB;
  return {
    proxy: proxyVariables(settings, environment),
    ...(base !== null && { mirror: { of: HUB, base } }),
    ...(value && { token: { value, origin } }),
  };
}

/** @param folderInUse the folder that the program began with */
export function describeSettings(folderInUse: string, environment: Environment = process.env): PackSettings {
  const settings = readSettings(environment);
  const { value: chosen, origin } = chosenFolder(settings, environment);
  const proxy = environmentProxy(environment);
  return {
    folder: { inUse: folderInUse, chosen, origin },
    mirror: chosenMirror(settings, environment),
    tokenToMirror: settings.tokenToMirror ?? false,
    hasToken: Boolean(environment.HF_TOKEN),
    proxy: {
      value: withoutPassword(proxy ?? settings.proxy ?? null),
      origin: proxy !== undefined ? 'environment' : settings.proxy === undefined ? 'default' : 'setting',
    },
  };
}

/**
 * Changes settings of this machine; a folder of packs is made, and what lies in the one before stays there.
 * @throws ClipSamError `input-invalid`, `path-denied`, `disk-full`
 */
export async function changeSettings(
  change: PackSettingsChange,
  environment: Environment = process.env,
): Promise<void> {
  const settings: MachineSettings = { ...readSettings(environment) };
  const { folder, mirror, proxy, tokenToMirror } = change;
  if (mirror) checkAddress(mirror, true);
  if (proxy && !['http:', 'https:'].includes(URL.parse(proxy)?.protocol ?? '')) throw noProxy(proxy);
  if (folder) await makeFolder(resolve(folder));
  if (folder !== undefined) settings.folder = folder === null ? undefined : resolve(folder);
  if (mirror !== undefined) settings.mirror = mirror ?? undefined;
  if (proxy !== undefined) settings.proxy = proxy ?? undefined;
  if (tokenToMirror !== undefined) settings.tokenToMirror = tokenToMirror;
  await writeJsonFile(settingsFile(environment), settings);
}

function chosenFolder(settings: MachineSettings, environment: Environment) {
  const { CLIPSAM_MODELS } = environment;
  if (CLIPSAM_MODELS) return { value: resolve(CLIPSAM_MODELS), origin: 'environment' } as const;
  if (settings.folder !== undefined) return { value: settings.folder, origin: 'setting' } as const;
  return { value: join(machineFolder(environment), 'models'), origin: 'default' } as const;
}

function chosenMirror(settings: MachineSettings, environment: Environment) {
  const { CLIPSAM_MODELS_MIRROR } = environment;
  if (CLIPSAM_MODELS_MIRROR) return { value: CLIPSAM_MODELS_MIRROR, origin: 'environment' } as const;
  if (settings.mirror !== undefined) return { value: settings.mirror, origin: 'setting' } as const;
  return { value: null, origin: 'default' } as const;
}

function environmentProxy(environment: Environment): string | undefined {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  return names.map((name) => environment[name]).find(Boolean);
}

function proxyVariables({ proxy }: MachineSettings, environment: Environment): ProxyVariables {
  if (environmentProxy(environment) !== undefined || proxy === undefined) return environment;
  return { ...environment, HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
}

function withoutPassword(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address);
  if (!url || (url.username === '' && url.password === '')) return address;
  url.username = '';
  url.password = '';
  return url.href;
}

function settingsFile(environment: Environment): string {
  return join(machineFolder(environment), 'settings.json');
}

function readSettings(environment: Environment): MachineSettings {
  const file = settingsFile(environment);
  try {
    return machineSettingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw failure(
      'machine-settings-broken',
      { file },
      `The settings of this machine in ${file} cannot be read. Correct the file, or remove it: then the defaults count.`,
      cause,
    );
  }
}

function noProxy(proxy: string) {
  return failure(
    'proxy-invalid',
    { address: withoutPassword(proxy) ?? '' },
    "A proxy's address must look like http://server:port.",
  );
}
