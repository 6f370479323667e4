import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClipSamError } from '../../src-shared/errors.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the built window is made of: folders and files of the project. */
const SOURCES = ['src-renderer', 'src-shared', 'vite.config.ts', 'package-lock.json'];

/** A part of the program that Vite builds. */
export interface RendererBuild {
  /** Folder of the project. */
  readonly root: string;
  readonly sources: readonly string[];
  /** Folder, relative to the root, whose `index.html` says that it is there. */
  readonly out: string;
  /** Script, relative to the root, that `node` runs with `build`. */
  readonly vite: string;
}

const RENDERER: RendererBuild = {
  root: ROOT,
  sources: SOURCES,
  out: join('out', 'renderer'),
  vite: join('node_modules', 'vite', 'bin', 'vite.js'),
};

/**
 * Builds the window where it is missing or its sources have changed since (by content, kept in a stamp beside it).
 * Where there is nothing to build with, as in an installed package, the window that came with it is taken.
 * @returns its folder
 * @throws ClipSamError `input-invalid` when there is neither a window nor anything to build it with
 */
export async function ensureRenderer(
  say: (line: string) => void,
  { root, sources, out, vite }: RendererBuild = RENDERER,
): Promise<string> {
  const folder = join(root, out);
  const isThere = existsSync(join(folder, 'index.html'));
  const canBuild = [vite, ...sources].every((path) => existsSync(join(root, path)));
  if (!canBuild) {
    if (isThere) return folder;
    throw new ClipSamError(
      'input-invalid',
      `The window is not built (${folder}). Install the program again.`,
    );
  }
  const stamp = `${folder}.stamp`;
  const hash = await hashSources(root, sources);
  if (isThere && (await readFile(stamp, 'utf8').catch(() => '')) === hash) return folder;
  say('Building the window, once: a few seconds ...');
  // A build that is cut off must not pass for a whole one.
  await rm(stamp, { force: true });
  await run(root, vite);
  await writeFile(stamp, hash);
  return folder;
}

async function hashSources(root: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const path of await filesOf(root, source)) {
      const content = await readFile(join(root, path));
      hash.update(`${path.replaceAll('\\', '/')}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** The file itself, or all files below the folder, in an order that is always the same. */
async function filesOf(root: string, source: string): Promise<string[]> {
  const entries = await readdir(join(root, source), { recursive: true, withFileTypes: true }).catch(() => []);
  if (entries.length === 0) return [source];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function run(root: string, vite: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, vite), 'build'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      reject(new Error(`The window could not be built.\n${Buffer.concat(output).toString().slice(-4000)}`));
    });
  });
}
