// Lists the SHA-256 of every file that may lie beside the packaged program's archive in out/app/unpacked.json, which goes
// into the archive. The program compares them when it starts.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';

const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
// What electron-builder makes of a package.json when it packs it.
const { createTransformer } = require('app-builder-lib/out/fileTransformer.js');

/** @param {import('app-builder-lib').BeforePackContext['packager']} packager */
export async function hashUnpacked(packager) {
  const root = packager.projectDir;
  const tops = new Set();
  const { files, asarUnpack } = packager.config;
  // By the time that it packs, electron-builder has put the patterns into a set of files.
  const patterns = [files, asarUnpack].flat().flatMap((one) => one?.filter ?? one ?? []);
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) continue;
    const parts = pattern.split('/');
    const firstPattern = parts.findIndex((part) => /[*{$]/.test(part));
    const top = (firstPattern < 0 ? parts : parts.slice(0, firstPattern)).join('/');
    if (/^(node_modules\/|models$|resources\/samples$|out\/app$)/.test(top)) tops.add(top);
  }
  const transform = createTransformer(root, packager.config, undefined, null);
  const list = {};
  for (const top of [...tops].sort()) {
    for (const path of await filesOf(join(root, top))) {
      const name = relative(root, path).replaceAll(sep, '/');
      if (name.startsWith('out/app/') && !name.startsWith('out/app/inference-')) continue;
      list[name] = createHash('sha256')
        .update((await transform(path)) ?? (await readFile(path)))
        .digest('hex');
    }
  }
  await writeFile(join(root, 'out', 'app', 'unpacked.json'), JSON.stringify(list));
}

async function filesOf(path) {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isDirectory()) return stats ? [path] : [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
