import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listImages } from '../../src-main/store/images.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { listResults } from '../../src-main/store/results.ts';
import { listRuns } from '../../src-main/store/runs.ts';
import { tempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';
import { jsonLines, runCli, sharedTinyPack, startCli, writePictures } from './run-cli.ts';

const pack = sharedTinyPack();

function watching(folder: string, workspace: string, more: readonly string[] = []) {
  const child = startCli(['watch', folder, '-w', workspace, '--json', ...pack.options, ...more]);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ends = once(child, 'close') as Promise<[number | null]>;
  return { child, said, ends };
}

async function ended({
  child,
  ends,
}: {
  child: ChildProcessWithoutNullStreams;
  ends: Promise<[number | null]>;
}) {
  child.kill('SIGINT');
  const [code] = await ends;
  return code;
}

test('a folder is watched: killed and started again it misses nothing and repeats nothing', async () => {
  const [root, away] = [await tempFolder(), await tempFolder()];
  const [folder, workspace] = [join(root, 'camera'), join(root, 'ws')];
  const names = Array.from({ length: 8 }, (_, i) => `${i}.png`);
  await writePictures(away, names);
  await writePictures(folder, ['first.png']);
  const come = (name: string) => rename(join(away, name), join(folder, name));
  const one = watching(folder, workspace, ['--part', '4711']);
  await until(() => jsonLines(one.said.stdout).length === 1);
  for (const name of names.slice(0, 5)) await come(name);
  await until(() => jsonLines(one.said.stdout).length >= 3);
  one.child.kill('SIGKILL');
  await one.ends;
  await come('5.png');
  const two = watching(folder, workspace, ['--part', '4711']);
  await until(() => two.said.stdout.includes('5.png'));
  await come('6.png');
  await come('7.png');
  await until(() => two.said.stdout.includes('7.png') && two.said.stdout.endsWith('\n'));
  expect(await ended(two)).toBe(0);
  const opened = await openWorkspace(workspace);
  try {
    const runs = await listRuns(opened);
    expect(runs.map(({ status }) => status)).toEqual(['done']);
    const images = await listImages(opened, runs[0]!.batchId);
    const results = await listResults(opened, runs[0]!.id);
    expect(images.map(({ path }) => path.slice(folder.length + 1)).sort()).toEqual([...names, 'first.png']);
    expect(results.map(({ image, status }) => [image.id, status])).toEqual(
      images.map(({ id }) => [id, 'done']),
    );
  } finally {
    await opened.close();
  }
  expect(one.said.stderr).toContain('Following');
  expect(two.said.stderr).toContain('The same command goes on from here.');
});

test('watch refuses a folder that holds the workspace, and one that is not there', async () => {
  const root = await tempFolder();
  const holds = await runCli(['watch', root, '-w', join(root, 'ws'), ...pack.options]);
  expect(holds.code).toBe(2);
  expect(holds.stderr).toContain('holds the workspace');
  const none = await runCli(['watch', join(root, 'none'), '-w', join(root, 'ws'), ...pack.options]);
  expect(none.code).toBe(2);
});
