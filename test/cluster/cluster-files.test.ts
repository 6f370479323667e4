import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasReader, readWith } from '../reports/other-readers.ts';
import { tempFolder } from '../temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLUSTER = join(ROOT, 'resources', 'cluster');
const textOf = (name: string) => readFile(join(CLUSTER, name), 'utf8');
const hasBash = spawnSync('bash', ['-c', 'exit 0']).status === 0;
if (!hasBash) console.warn('SKIPPED: running the scripts of resources/cluster (there is no bash)');

/** Programs that write down what they are called with, and end with a code. */
async function fakes(code: number) {
  const folder = await tempFolder();
  const log = join(folder, 'log');
  const script = (body: string) => `#!/bin/bash\n${body}\n`;
  const programs = {
    srun: script('exec "$@"'),
    clipsam: script(`printf '%s\\n' "$@" > '${log}'; exit ${code}`),
    node: script(`printf '%s\\n' "$@" > '${log}'; exit ${code}`),
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  return {
    folder,
    env: (more: Record<string, string>) => ({ ...more, PATH: `${folder}:${process.env.PATH}` }),
    called: async () => (await readFile(log, 'utf8')).trimEnd().split('\n'),
  };
}

/** What the shell runs of a manifest's only container: the lines of its block. */
function shellLinesOf(manifest: string): string {
  const lines = manifest.split('\n');
  const at = lines.findIndex((line) => line.trim() === '- |');
  const indent = /^ */.exec(lines[at + 1]!)![0];
  const end = lines.findIndex((line, i) => i > at && !line.startsWith(indent));
  return lines
    .slice(at + 1, end)
    .map((line) => line.slice(indent.length))
    .join('\n');
}

describe.skipIf(!hasBash)('Slurm scripts', () => {
  const array = {
    SLURM_ARRAY_TASK_MIN: '0',
    SLURM_ARRAY_TASK_MAX: '15',
    SLURM_ARRAY_TASK_COUNT: '16',
    SLURM_ARRAY_TASK_ID: '2',
    SLURM_CPUS_PER_TASK: '4',
  };

  it('inspect the shard of the task, and take failed images for done', async () => {
    for (const [code, expected] of [
      [0, 0],
      [3, 0],
      [2, 2],
      [75, 75],
    ] as const) {
      const { env, called } = await fakes(code);
      const args = [join(CLUSTER, 'slurm-shards.sh'), '/a b', '/parts', '--object', 'metal nut'];
      expect(spawnSync('bash', args, { env: env(array) }).status).toBe(expected);
      expect(await called()).toEqual([
        ...['inspect', '/a b', '--shard', '3/16', '--workspace', '/parts/3'],
        ...['--threads', '4', '--device', 'cpu', '--object', 'metal nut'],
      ]);
    }
  });

  it('refuse an array with gaps, which would leave images out', async () => {
    const { env } = await fakes(0);
    const args = [join(CLUSTER, 'slurm-shards.sh'), '/input', '/parts'];
    const gaps = { ...array, SLURM_ARRAY_TASK_COUNT: '8' };
    const { status, stderr } = spawnSync('bash', args, { env: env(gaps), encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('has gaps')]);
  });

  it('bring the workspaces of all shards together', async () => {
    const { folder, env, called } = await fakes(0);
    for (const part of ['1', '2']) await mkdir(join(folder, 'parts', part), { recursive: true });
    const parts = join(folder, 'parts');
    const { status } = spawnSync('bash', [join(CLUSTER, 'slurm-merge.sh'), parts, '/into'], { env: env({}) });
    expect(status).toBe(0);
    expect(await called()).toEqual(['merge', `${parts}/1`, `${parts}/2`, '--into', '/into']);
  });
});

describe('Kubernetes manifests', () => {
  it.skipIf(!hasBash)('run what they say with what Kubernetes gives', async () => {
    const manifest = await textOf('kubernetes-shards.yaml');
    const [, completions] = /completions: (\d+)/.exec(manifest)!;
    const [, shards] = /CLIPSAM_SHARDS\n +value: "(\d+)"/.exec(manifest)!;
    expect(shards).toBe(completions);
    const { env, called } = await fakes(3);
    const given = {
      ...{ JOB_COMPLETION_INDEX: '0', CLIPSAM_SHARDS: '16', CLIPSAM_INPUT: '/data/a b' },
      ...{ CLIPSAM_PARTS: '/data/parts', CLIPSAM_OPTIONS: '--object part' },
    };
    expect(spawnSync('bash', ['-c', shellLinesOf(manifest)], { env: env(given) }).status).toBe(0);
    const program = '/opt/clipsam/src-main/cli/clipsam.js';
    expect(await called()).toEqual([
      ...[program, 'inspect', '/data/a b', '--shard', '1/16', '--workspace', '/data/parts/1'],
      ...['--device', 'cpu', '--object', 'part'],
    ]);
    const merge = await fakes(75);
    for (const part of ['1', '2']) await mkdir(join(merge.folder, part));
    const where = {
      CLIPSAM_PARTS: `${merge.folder}/[0-9]`.replace('/[0-9]', ''),
      CLIPSAM_INTO: '/data/merged',
    };
    const shell = shellLinesOf(await textOf('kubernetes-merge.yaml'));
    expect(spawnSync('bash', ['-c', shell], { env: merge.env(where) }).status).toBe(75);
    const [called0, called1, ...rest] = await merge.called();
    expect([called0, called1]).toEqual([program, 'merge']);
    expect(rest).toEqual(expect.arrayContaining([`${merge.folder}/1`, `${merge.folder}/2`]));
    expect(rest.slice(-2)).toEqual(['--into', '/data/merged']);
  });

  it.skipIf(!hasReader('kubernetes_validate'))('are what Kubernetes takes', () => {
    for (const name of ['kubernetes-shards.yaml', 'kubernetes-merge.yaml']) {
      expect(readWith('kubernetes_validate', join(CLUSTER, name)), name).toEqual(['batch/v1 Job']);
    }
  });
});

describe('the Containerfile', () => {
  /** Instructions, with lines that go on joined. */
  const instructionsOf = (text: string) =>
    text
      .replace(/^#.*\n/gm, '')
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .filter((line) => line.trim() !== '');

  it('copies what the program needs and nothing that is for development, and is not root', async () => {
    const lines = instructionsOf(await textOf('Containerfile'));
    const stages = lines.flatMap((line) => /^FROM \S+ AS (\w+)/.exec(line)?.[1] ?? []);
    for (const line of lines) {
      const from = /^COPY --from=(\w+)/.exec(line)?.[1];
      if (from) expect(stages).toContain(from);
    }
    expect(lines).toContain('RUN npm ci --omit=dev --no-audit --no-fund');
    const users = lines.filter((line) => line.startsWith('USER'));
    expect(users).toEqual(['USER 10001:10001']);
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
    // The same steps in a fresh folder; in the place of npm, links to what the lock file has for production.
    const fresh = await tempFolder();
    const copied = lines.flatMap((line) =>
      (/^COPY (?!--)(.*)/.exec(line)?.[1] ?? '').split(' ').slice(0, -1),
    );
    for (const name of copied) await cp(join(ROOT, name), join(fresh, name), { recursive: true });
    expect(await readFile(join(fresh, '.npmrc'), 'utf8')).toContain('onnxruntime-node-install=skip');
    const { packages } = JSON.parse(await readFile(join(fresh, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: true; optional?: true }>;
    };
    for (const [path, { dev }] of Object.entries(packages)) {
      // Packages within others come with them.
      if (dev || path === '' || path.indexOf('node_modules/') !== path.lastIndexOf('node_modules/')) continue;
      await mkdir(dirname(join(fresh, path)), { recursive: true });
      await symlink(join(ROOT, path), join(fresh, path));
    }
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [join(fresh, 'src-main/cli/clipsam.js'), ...args], {
        cwd: fresh,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: fresh },
      });
    expect(run('merge', '--help')).toContain('Brings workspaces into one');
    const health = /^HEALTHCHECK .*CMD (\[.*\])$/.exec(lines.find((line) => line.startsWith('HEALTHCHECK'))!);
    const [, , ...args] = JSON.parse(health![1]!) as string[];
    expect(run(...args)).toContain('lite');
  });
});
