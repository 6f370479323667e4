import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';
import { clipsam } from '../../src-main/cli/program.ts';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { noise, writeTinyPack } from '../inference/tiny-pack.ts';
import { tempFolder } from '../temp-folder.ts';

const CLI = fileURLToPath(new URL('../../src-main/cli/clipsam.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command line. */
export function startCli(args: readonly string[], cwd?: string): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [CLI, ...args], cwd === undefined ? {} : { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The real command line as a program of its own, to its end. Most tests need no more than {@link runCli}. */
export async function runProgram(args: readonly string[], cwd?: string): Promise<CliResult> {
  const child = startCli(args, cwd);
  child.stdin.end();
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** A command line in this process, which takes a fraction of a program's start. One at a time. */
export async function runCli(args: readonly string[], cwd?: string): Promise<CliResult> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += text;
      return true;
    }),
  );
  const [before, exitCode] = [process.cwd(), process.exitCode];
  process.exitCode = undefined;
  if (cwd !== undefined) process.chdir(cwd);
  try {
    return { code: await clipsam(args), ...said };
  } finally {
    process.chdir(before);
    process.exitCode = exitCode;
    for (const spy of spies) spy.mockRestore();
  }
}

/** A folder of packs that holds the tiny one, and the options that choose it. */
export async function tinyPackOptions(): Promise<{ root: string; options: string[] }> {
  const root = await tempFolder();
  await writeTinyPack(join(root, 'tiny'));
  return { root, options: tinyOptions(root) };
}

/** The options of one tiny pack for all tests of a file, none of which changes it. */
export function sharedTinyPack(): { readonly options: readonly string[] } {
  const shared: { options: string[] } = { options: [] };
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'clipsam-test-'));
    await writeTinyPack(join(root, 'tiny'));
    shared.options = tinyOptions(root);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  return shared;
}

const tinyOptions = (root: string) => ['--pack-root', root, '--pack', 'tiny', '--device', 'cpu'];

/** Small grey pictures, each with a content of its own. */
export async function writePictures(folder: string, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const data = Uint8Array.from(noise(48 * 32, index + 1), (value) => 128 + 100 * value);
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), await encodeGrey8(48, 32, data));
  }
}

/** Standard output of `--json`: one object per line. */
export function jsonLines(stdout: string): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
