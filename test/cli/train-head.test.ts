import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { tempFolder } from '../temp-folder.ts';
import { writePlates, writeTwinPack } from '../training/twin-pack.ts';
import { until } from '../until.ts';
import { runCli, startCli } from './run-cli.ts';

it('trains a head on a pack without one, killed on the way, and the new pack is one like any other', async () => {
  const root = await tempFolder();
  const store = join(root, 'store');
  vi.stubEnv('CLIPSAM_MODELS', store);
  onTestFinished(() => void vi.unstubAllEnvs());
  await writeTwinPack(join(root, 'packs/twin'));
  await writePlates(join(root, 'VisA'), 'plate', 6, 1);
  await writePlates(join(root, 'mvtec'), 'metal_lid', 2, 2);
  const where = ['--pack-root', 'packs', '--workspace', 'ws'];
  const train = [
    ...['train', '--pack', 'twin', '--train', 'VisA', '--validate', 'mvtec', ...where],
    ...['--hidden-dim', '8', '--epochs', '2', '--batch', '2', '--threads', '1'],
  ];

  const child = startCli(train, root);
  child.stdin.end();
  await until(async () => {
    const [features = ''] = await readdir(join(root, 'training-cache')).catch(() => []);
    // The file is there a moment before its first line is.
    const index = await readFile(join(root, 'training-cache', features, 'index.jsonl'), 'utf8').catch(
      () => '',
    );
    return index.includes('\n');
  });
  const killed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await killed;
  expect(existsSync(join(store, 'twin-umci-visa@1'))).toBe(false);

  const trained = await runCli(train, root);
  expect(trained.stderr).toContain('8 pictures, of ');
  expect(trained.stderr).not.toContain('of 8 of which features have to be computed');
  expect(trained.stderr).toMatch(/Disk: .* more in .*training-cache, where .* are free\./);
  expect(trained.stderr).toMatch(/Memory: about .* of the .* that this machine has\./);
  expect(trained.stdout).toContain('metal_lid');
  expect(trained.code).toBe(0);

  await rm(join(root, 'training-cache'), { recursive: true });
  const id = 'twin-umci-visa@1';
  const listed = await runCli(['models', 'list', ...where], root);
  expect(listed.stdout).toContain(`${id}  Twin, UMCI trained on VisA 1`);
  const pack = JSON.parse(await readFile(join(store, id, 'pack.json'), 'utf8'));
  expect(pack).toMatchObject({
    trained: { pack: 'twin@1', data: expect.stringContaining('VisA: 6 pictures') },
    head: { kind: 'umci', hiddenDim: 8 },
  });

  const use = [...where, '--pack', id, '--device', 'cpu', '--threads', '1'];
  const measured = await runCli(['evaluate', 'mvtec', '--json', 'figures.json', ...use], root);
  expect(measured.code).toBe(0);
  const inspected = await runCli(['inspect', 'mvtec/metal_lid/test', '--object', 'lid', ...use], root);
  expect(inspected.stderr).toContain('2 of 2');
  expect(inspected.code).toBe(0);
});

it.each([
  ['neither pack nor plan', ['train'], '--pack'],
  ['both', ['train', '--pack', 'x', '--plan', 'y.json'], '--pack'],
  ['a pack without data', ['train', '--pack', 'x'], '--train'],
  ['a plan without data', ['train', '--plan', 'x.json'], '--data'],
  ['a folder without data', ['train', '--pack', 'lite', '--train', '.'], 'is in none of the layouts'],
])('asks for what is missing: %s', async (_, args, told) => {
  const { code, stderr } = await runCli(args, await tempFolder());
  expect(stderr).toContain(told);
  expect(code).toBe(2);
});
