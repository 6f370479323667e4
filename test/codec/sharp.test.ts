import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tempFolder } from '../temp-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const AS_ELECTRON = [
  '--import',
  `data:text/javascript,Object.defineProperty(process.versions,'electron',{value:'45.0.0'})`,
];

/** Decodes the samples and encodes a map in a process of its own: what was loaded, and hashes of the pixels. */
async function decodeSamples(args: readonly string[]): Promise<{ libraries: string[]; hashes: string[] }> {
  const script = `
    import { createHash } from 'node:crypto';
    import { readdirSync } from 'node:fs';
    import { decodeGrey16, encodeGrey16, readFrameImage } from ${JSON.stringify(join(ROOT, 'src-main/codec/image-codec.ts'))};
    const samples = ${JSON.stringify(join(ROOT, 'resources/samples'))};
    const hash = (data) => createHash('sha256').update(data).digest('hex');
    const hashes = [];
    for (const name of readdirSync(samples, { recursive: true }).filter((name) => /\\.(jpg|png)$/.test(name)).sort()) {
      hashes.push(hash((await readFrameImage(samples + '/' + name, { size: 256, maxPixels: 1e7 })).rgb));
    }
    const map = Uint16Array.from({ length: 64 * 48 }, (_, i) => (i * 40503) % 65536);
    hashes.push(hash((await decodeGrey16(await encodeGrey16(64, 48, map))).data));
    const libraries = process.report.getReport().sharedObjects.filter((path) => path.includes('vips'));
    console.log(JSON.stringify({ hashes, libraries }));`;
  // A file: the threads of the WebAssembly build would run a script of the command line, too.
  const file = join(await tempFolder(), 'decode.mjs');
  await writeFile(file, script);
  const { stdout } = await promisify(execFile)(process.execPath, [...args, file]);
  return JSON.parse(stdout);
}

it.runIf(process.platform === 'linux')(
  'decodes the same in Electron on Linux, without the native library',
  async () => {
    const [native, inElectron] = await Promise.all([decodeSamples([]), decodeSamples(AS_ELECTRON)]);
    expect(native!.libraries).toHaveLength(1);
    expect(inElectron!.libraries).toEqual([]);
    expect(native!.hashes.length).toBeGreaterThan(12);
    expect(inElectron!.hashes).toEqual(native!.hashes);
  },
);

it.runIf(process.platform === 'linux')('takes the build outside of the archive when packaged', async () => {
  const folder = await tempFolder();
  const archive = join(folder, 'app.asar');
  for (const name of ['codec/sharp.ts', 'files/unpacked-path.ts']) {
    await mkdir(dirname(join(archive, 'src-main', name)), { recursive: true });
    await cp(join(ROOT, 'src-main', name), join(archive, 'src-main', name));
  }
  for (const name of [
    'sharp',
    'detect-libc',
    'semver',
    '@img/colour',
    '@img/sharp-wasm32',
    '@emnapi/runtime',
    'tslib',
  ]) {
    for (const place of [archive, `${archive}.unpacked`]) {
      await cp(join(ROOT, 'node_modules', name), join(place, 'node_modules', name), { recursive: true });
    }
  }
  const entry = join(archive, 'entry.ts');
  await writeFile(
    entry,
    `import { createRequire } from 'node:module';
    import sharp from './src-main/codec/sharp.ts';
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png().toBuffer();
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.endsWith('node.js'));
    console.log(JSON.stringify([png.subarray(1, 4).toString(), loaded]));`,
  );
  await writeFile(join(archive, 'package.json'), '{"type":"module"}');
  const { stdout } = await promisify(execFile)(process.execPath, [...AS_ELECTRON, entry]);
  const [format, loaded] = JSON.parse(stdout) as [string, string[]];
  expect(format).toBe('PNG');
  expect(loaded).toEqual([
    expect.stringContaining(join('app.asar.unpacked', 'node_modules', '@img', 'sharp-wasm32')),
  ]);
});
