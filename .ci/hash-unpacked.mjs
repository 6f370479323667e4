// Hook of electron-builder, before it packs: lists the SHA-256 of every file that may lie beside the program's archive
// in out/app/unpacked.json, which goes into the archive. The program compares them when it starts.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** @param {import('app-builder-lib').BeforePackContext} context */
export default async function beforePack({ packager }) {
  const root = packager.projectDir;
  const tops = new Set();
  for (const pattern of [packager.config.files, packager.config.asarUnpack].flat()) {
    const plain = typeof pattern === 'string' && !pattern.startsWith('!') ? pattern : '';
    // The folder above the first part that is a pattern.
    const [folder] = /^(?:[^*{$/]+(?:\/(?=[^*{$]+(?:\/|$))|$))*/.exec(plain) ?? [''];
    if (/^(node_modules\/.|models|resources\/samples|out\/app)/.test(folder))
      tops.add(folder.replace(/\/$/, ''));
  }
  const list = {};
  for (const top of [...tops].sort()) {
    for (const path of await filesOf(join(root, top))) {
      const name = relative(root, path).replaceAll(sep, '/');
      if (name.startsWith('out/app/') && !name.startsWith('out/app/inference-')) continue;
      list[name] = createHash('sha256')
        .update(await readFile(path))
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
