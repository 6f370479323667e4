import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeTinyPack } from '../inference/tiny-pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli } from './run-cli.ts';

async function tiny() {
  const root = await tempFolder();
  await writeTinyPack(join(root, 'tiny'));
  return { root, args: ['models', 'export-server', 'triton', 'out', '--pack', join(root, 'tiny')] };
}

test('a pack is written as models of a server', async () => {
  const { root, args } = await tiny();
  const { code, stdout, stderr } = await runCli([...args, '--on', 'cpu', '--threads', '2'], root);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(root, 'out')}\n` });
  expect(stderr).toContain('tiny-vision (requests are not joined');
  expect(stderr).toContain('3 models.');
  const config = await readFile(join(root, 'out', 'tiny-text', 'config.pbtxt'), 'utf8');
  expect(config).toContain('kind: KIND_CPU');
  expect(config).not.toContain('dynamic_batching');
});

test('a folder with something else in it, and servers of other kinds, are wrong usage', async () => {
  const { root, args } = await tiny();
  const taken = await runCli(args.with(3, root), root);
  expect(taken.code).toBe(2);
  expect(taken.stderr).toContain('Choose an empty folder');
  const kserve = await runCli(args.with(2, 'kserve'), root);
  expect(kserve.code).toBe(2);
  expect(kserve.stderr).toContain('triton');
});
