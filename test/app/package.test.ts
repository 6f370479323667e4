import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { extractFile, listPackage, statFile } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXTERNAL_PACKAGES } from '../../src-main/app/external-packages.ts';
import { alteredFiles } from '../../src-main/app/unpacked-files.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { openInference } from '../../src-main/inference/inference-client.ts';
import { packExaminer } from '../../src-main/inference/pack-examiner.ts';
import { describePack, verifyPack } from '../../src-main/inference/pack-loader.ts';
import { forkHost } from '../../src-main/inference/process-host.ts';
import { emptyNodes, replaceFile } from '../inference/hostile-pack.ts';
import { writeTinyPack } from '../inference/tiny-pack.ts';

// The real electron-builder packs the real program around something that looks like Electron, as far as packing goes:
// its binary cannot be had everywhere. What Electron then does with the package is not shown by this.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

it("is described by a file that electron-builder's own schema accepts, as a wrong one it does not", async () => {
  const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
  const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
    getConfig(folder: string, path: string, options: object): Promise<Record<string, unknown>>;
    validateConfiguration(config: object, logger: { add(): void; isEnabled: boolean }): Promise<void>;
  };
  const logger = { add: () => {}, isEnabled: false };
  const config = await getConfig(ROOT, join(ROOT, 'electron-builder.yml'), {});
  expect(config).toMatchObject({
    win: { target: 'nsis' },
    mac: { target: 'dmg', hardenedRuntime: true },
    linux: { target: ['AppImage', 'deb'] },
  });
  await validateConfiguration(config, logger);
  const fuses = { ...(config.electronFuses as object), runAsNod: true };
  await expect(validateConfiguration({ ...config, electronFuses: fuses }, logger)).rejects.toThrow(
    /electronFuses/,
  );
});

it('has icons of the sizes that they claim', async () => {
  const folder = join(ROOT, 'resources', 'build');
  const ico = await readFile(join(folder, 'icon.ico'));
  expect(ico.readUInt16LE(4)).toBeGreaterThan(4);
  for (let i = 0; i < ico.readUInt16LE(4); i++) {
    const at = 6 + 16 * i;
    const picture = ico.subarray(ico.readUInt32LE(at + 12));
    expect(picture.readUInt32BE(16) % 256).toBe(ico.readUInt8(at));
  }
  const icns = await readFile(join(folder, 'icon.icns'));
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  for (const name of await readdir(join(folder, 'icons'))) {
    const png = await readFile(join(folder, 'icons', name));
    expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}.png`).toBe(name);
  }
});

describe.runIf(process.platform === 'linux')('the package', () => {
  let folder: string;
  let program: string;
  let archive: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clipsam-package-'));
    await writeElectronLookalike(join(folder, 'electron'));
    await run(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'electron-builder', 'cli.js'),
        ...['--dir', '--linux', '--publish', 'never'],
        `-c.electronDist=${join(folder, 'electron')}`,
        `-c.directories.output=${join(folder, 'dist')}`,
      ],
      { cwd: ROOT },
    );
    const [unpacked] = (await readdir(join(folder, 'dist'))).filter((name) => name.endsWith('unpacked'));
    program = join(folder, 'dist', unpacked!);
    archive = join(program, 'resources', 'app.asar');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds the bundled program in its archive, and nothing of the project but that', () => {
    const files = listPackage(archive, { isPack: false }).map((path) => path.slice(1));
    const isThere = (path: string) => 'size' in statFile(archive, path);
    for (const path of [
      'out/app/main.js',
      'out/app/preload.cjs',
      'out/app/report.css',
      'out/renderer/index.html',
    ]) {
      expect(isThere(path), path).toBe(true);
      expect((statFile(archive, path) as { unpacked?: boolean }).unpacked, path).toBeFalsy();
    }
    const { main, type } = JSON.parse(extractFile(archive, 'package.json').toString());
    expect({ main, type }).toEqual({ main: 'out/app/main.js', type: 'module' });
    const tops = new Set(
      files.map((path) =>
        path
          .split('/')
          .slice(0, path.startsWith('out/') ? 2 : 1)
          .join('/'),
      ),
    );
    expect([...tops].sort()).toEqual(
      ['models', 'node_modules', 'out', 'out/app', 'out/renderer', 'package.json', 'resources'].sort(),
    );
  });

  it('has every library, model and sample as a file of its own', async () => {
    const wanted = [
      ...(await filesBelow(join(ROOT, 'models'))),
      ...(await filesBelow(join(ROOT, 'resources', 'samples'))),
      ...(await filesByPath()),
    ];
    expect(wanted.filter((path) => path.endsWith('.node')).length).toBeGreaterThanOrEqual(2);
    expect(wanted.filter((path) => path.endsWith('.wasm')).length).toBeGreaterThanOrEqual(2);
    expect(wanted.filter((path) => path.endsWith('.onnx')).length).toBeGreaterThanOrEqual(3);
    const differing: string[] = [];
    for (const path of wanted) {
      const there = await readFile(join(`${archive}.unpacked`, relative(ROOT, path))).catch(() => undefined);
      if (!there || sha256(there) !== sha256(await readFile(path))) differing.push(relative(ROOT, path));
    }
    expect(differing).toEqual([]);
  });

  it('has the native build of sharp not on Linux', async () => {
    const names = await readdir(join(`${archive}.unpacked`, 'node_modules', '@img'));
    expect(names.sort()).toEqual(['colour', 'sharp-wasm32']);
  });

  it('knows what lies outside of its archive, and finds what was changed, added or replaced by a link', async () => {
    const readList = async (path: string) => extractFile(archive, relative(archive, path)).toString();
    const altered = (platform: NodeJS.Platform = 'linux') => alteredFiles(archive, platform, readList);
    expect(await altered()).toEqual([]);
    const outside = `${archive}.unpacked`;
    const bundle = join(outside, 'out', 'app', 'inference-process.mjs');
    const code = await readFile(bundle);
    await writeFile(bundle, Buffer.concat([code, Buffer.from('\nevil();\n')]));
    expect(await altered()).toEqual(['out/app/inference-process.mjs']);
    await rm(bundle);
    await writeFile(join(folder, 'same.mjs'), code);
    await symlink(join(folder, 'same.mjs'), bundle);
    expect(await altered()).toEqual(['out/app/inference-process.mjs']);
    await rm(bundle);
    await writeFile(bundle, code);
    const [library] = (await filesBelow(join(outside, 'node_modules'))).filter((path) =>
      path.endsWith('.node'),
    );
    const native = await readFile(library!);
    await writeFile(library!, Buffer.concat([native, Buffer.from('x')]));
    expect(await altered()).toEqual([relative(outside, library!)]);
    // There the system checks it, by a signature that is put into it after packaging.
    expect(await altered('darwin')).toEqual([]);
    await writeFile(library!, native);
    await writeFile(join(outside, 'node_modules', 'sharp', 'added.js'), 'evil();');
    expect(await altered()).toEqual(['node_modules/sharp/added.js']);
    await rm(join(outside, 'node_modules', 'sharp', 'added.js'));
    expect(await altered()).toEqual([]);
  });

  it('names the software of others that it holds, each with its version, licence and text', async () => {
    const notices = await readFile(join(program, 'resources', 'third-party-notices.txt'), 'utf8');
    const manifests = (await filesBelow(join(`${archive}.unpacked`, 'node_modules'))).filter((path) =>
      /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path),
    );
    expect(manifests.length).toBeGreaterThan(8);
    const inWindow = ['react', 'konva', '@mantine/core', '@fontsource-variable/inter', 'react-markdown'];
    for (const name of inWindow) manifests.push(join(ROOT, 'node_modules', name, 'package.json'));
    for (const path of manifests) {
      const { name, version, license = 'as its text says' } = JSON.parse(await readFile(path, 'utf8'));
      expect(notices).toContain(`\n${name} ${version}\nLicence: ${license}\n`);
    }
    expect(notices).toContain('Copyright (c) Meta Platforms, Inc. and affiliates.');
    expect(notices).not.toMatch(/^(vitest|electron-builder|@types\/\S+) \d/m);
    expect(await readFile(join(program, 'resources', 'LICENSE.txt'), 'utf8')).toMatch(/^MIT License/);
  });

  it('has its fuses blown', async () => {
    const wire = await getCurrentFuseWire(join(program, 'clipsam-workstation'));
    const isOn = (fuse: FuseV1Options) => String.fromCharCode(wire[fuse]!) === '1';
    expect({
      runAsNode: isOn(FuseV1Options.RunAsNode),
      nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocol: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
      cookies: isOn(FuseV1Options.EnableCookieEncryption),
    }).toEqual({
      runAsNode: false,
      nodeOptions: false,
      inspect: false,
      integrity: true,
      onlyAsar: true,
      fileProtocol: false,
      cookies: true,
    });
  });

  it('inspects an image with what lies outside of the archive alone, as the source does', async () => {
    const { pack } = await describePack('lite');
    const recipe = { ...pack.defaultRecipe, pack: 'lite' };
    const path = join(ROOT, 'resources', 'samples', 'cable', 'test', 'missing_component', '000.jpg');
    const scores = [];
    const bundle = join(`${archive}.unpacked`, 'out', 'app', 'inference-process.mjs');
    for (const host of [forkHost(pathToFileURL(bundle)), forkHost()]) {
      const inference = await openInference({ packFolder: 'lite', device: 'cpu', host });
      const artifactRoot = join(folder, 'artifacts');
      const { score, artifacts } = await inference.inspect({ path, recipe, artifactRoot });
      scores.push([inference.packHash, score, artifacts.coarseMap.sha256, artifacts.mask.sha256]);
      await inference.close();
    }
    expect(scores[0]).toEqual(scores[1]);
  });

  it('examines packs with what lies outside of the archive alone', async () => {
    const bundle = join(`${archive}.unpacked`, 'out', 'app', 'inference-process.mjs');
    const examiner = packExaminer({ host: forkHost(pathToFileURL(bundle)), limits: { memoryMb: 64 } });
    expect((await verifyPack('lite', {}, examiner)).error).toBeUndefined();
    const hostile = join(folder, 'hostile');
    await writeTinyPack(hostile);
    await replaceFile(hostile, 'vision', emptyNodes(1_000_000));
    expect((await verifyPack(hostile, {}, examiner)).error?.details?.case).toBe('pack-too-heavy');
  });
});

/** What electron-builder looks for in an Electron: files by name, and the place of the fuses in the program. */
async function writeElectronLookalike(folder: string): Promise<void> {
  await mkdir(join(folder, 'resources'), { recursive: true });
  await mkdir(join(folder, 'locales'));
  const fuses = Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.from([1, 9]),
    Buffer.from('101000011'),
  ]);
  await writeFile(join(folder, 'electron'), Buffer.concat([Buffer.alloc(64), fuses, Buffer.alloc(64)]));
  await chmod(join(folder, 'electron'), 0o755);
  for (const name of [
    'LICENSE',
    'LICENSES.chromium.html',
    'version',
    'locales/en-US.pak',
    'locales/de.pak',
  ]) {
    await writeFile(join(folder, name), 'x');
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Files that the external packages open by path on this system, computed from what is installed: libraries for this
 * platform, WebAssembly and models, also those of packages that they need.
 */
async function filesByPath(): Promise<string[]> {
  const packages = new Set<string>();
  const add = async (name: string): Promise<void> => {
    const folder = join(ROOT, 'node_modules', name);
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text === undefined || packages.has(folder)) return;
    packages.add(folder);
    const { dependencies, optionalDependencies } = JSON.parse(text);
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) await add(other);
  };
  for (const name of EXTERNAL_PACKAGES) await add(name);
  const files: string[] = [];
  for (const folder of packages) files.push(...(await filesBelow(folder)));
  const { platform, arch } = process;
  const isOfOther = (path: string) =>
    /(darwin|linux|win32|linuxmusl)[-/](arm64|x64|arm|ia32)/.test(path) &&
    !new RegExp(`[-/]${platform}[-/]${arch}\\b`).test(path);
  const isNativeSharp = (path: string) => /@img\/sharp(-libvips)?-linux/.test(path);
  return files.filter(
    (path) =>
      /\.(node|wasm|onnx|dylib|dll|so(\.\d+)*)$/.test(path) &&
      !isOfOther(relative(ROOT, path).replaceAll('\\', '/')) &&
      !isNativeSharp(path) &&
      !/\/(build|test|tests|deps)\//.test(`${dirname(path).slice(ROOT.length - 1)}/`),
  );
}
