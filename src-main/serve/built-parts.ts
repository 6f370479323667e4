import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClipSamError } from '../../src-shared/errors.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A part of the program that Vite builds. Paths are relative to the root. */
export interface BuildTarget {
  /** Folder of the project. */
  readonly root: string;
  /** What it is called in messages. */
  readonly name: string;
  /** Folders and files that it is made of. */
  readonly sources: readonly string[];
  /** Where it goes. */
  readonly out: string;
  /** File in there that says it is there. */
  readonly marker: string;
  /** Program that `node` runs, with its arguments. */
  readonly command: readonly [string, ...string[]];
}

const VITE = join('node_modules', 'vite', 'bin', 'vite.js');

/** The window, for both shells. */
export const RENDERER = viteTarget('window', 'src-renderer', 'vite.config.ts', 'renderer', 'index.html');

/** The desktop program: Electron's main side. */
export const APP = viteTarget('desktop program', 'src-main', 'vite.app.config.ts', 'app', 'main.js');

function viteTarget(name: string, source: string, config: string, out: string, marker: string): BuildTarget {
  return {
    root: ROOT,
    name,
    sources: [source, 'src-shared', config, 'package-lock.json'],
    out: join('out', out),
    marker,
    command: [VITE, 'build', '--config', config],
  };
}

/**
 * Builds a part of the program where it is missing or its sources have changed since (by content, kept in a stamp
 * beside it). Where there is nothing to build with, as in an installed package, the one that came with it is taken.
 * @returns its folder
 * @throws ClipSamError `input-invalid` when it is not there and there is nothing to build it with
 */
export async function ensureBuilt(target: BuildTarget, say: (line: string) => void): Promise<string> {
  const { root, name, sources, out, marker, command } = target;
  const folder = join(root, out);
  const isThere = existsSync(join(folder, marker));
  const canBuild = [command[0], ...sources].every((path) => existsSync(join(root, path)));
  if (!canBuild) {
    if (isThere) return folder;
    throw new ClipSamError(
      'input-invalid',
      `The ${name} is not built (${folder}). Install the program again.`,
    );
  }
  const stamp = `${folder}.stamp`;
  const hash = await hashSources(root, sources);
  if (isThere && (await readFile(stamp, 'utf8').catch(() => '')) === hash) return folder;
  say(`Building the ${name}, once: a few seconds ...`);
  // A build that is cut off must not pass for a whole one.
  await rm(stamp, { force: true });
  await run(target);
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

function run({ root, name, command: [program, ...args] }: BuildTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, program), ...args], {
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
      reject(new Error(`The ${name} could not be built.\n${Buffer.concat(output).toString().slice(-4000)}`));
    });
  });
}
