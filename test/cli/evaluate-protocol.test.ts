import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../temp-folder.ts';
import { writePlates, writeTwinPack } from '../training/twin-pack.ts';
import { until } from '../until.ts';
import { runCli, startCli } from './run-cli.ts';

it('leaves out each data set in turn, and killed on the way it gives the same figures', async () => {
  const root = await tempFolder();
  await writeTwinPack(join(root, 'packs/twin'));
  for (const [at, name] of ['plates', 'lids'].entries()) {
    await writePlates(join(root, name), 'round', 4, at);
  }
  const evaluate = (cache: string) => [
    ...['evaluate', '--leave-one-out', 'plates', 'lids', '--pack', 'twin', '--pack-root', 'packs'],
    ...['--workspace', 'ws', '--device', 'cpu', '--threads', '1', '--batch', '2', '--steps', '4'],
    ...['--try-hidden', '4', '--try-kernels', '3', '--cache', cache, '--out', `${cache}-out`],
  ];

  const child = startCli(evaluate('killed'), root);
  child.stdin.end();
  await until(async () => {
    const measured = await readdir(join(root, 'killed/folds')).catch(() => []);
    return measured.filter((name) => name.endsWith('.json')).length > 0;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;

  const resumed = await runCli(evaluate('killed'), root);
  expect(resumed.stderr).toContain('2/2  lids: UMCI d 4, kernels 3');
  expect(resumed.stdout).toMatch(/^Targets\ntarget +head +steps +θ +AUROC/);
  expect(resumed.code).toBe(0);
  const whole = await runCli(evaluate('whole'), root);
  expect(whole.stdout).toBe(resumed.stdout);
  const fileOf = (cache: string, name: string) => readFile(join(root, `${cache}-out`, name), 'utf8');
  expect(await fileOf('killed', 'leave-one-out.json')).toBe(await fileOf('whole', 'leave-one-out.json'));
  const { targets } = JSON.parse(await fileOf('whole', 'leave-one-out.json'));
  expect(targets.map(({ target }: { target: string }) => target)).toEqual(['plates', 'lids']);
  expect((await fileOf('whole', 'leave-one-out.csv')).split('\r\n')).toHaveLength(5);
  expect(await fileOf('whole', 'leave-one-out.md')).toContain('| plates | UMCI d 4, kernels 3 |');
});

it('measures MMR on and off on images, once, and writes what it found', async () => {
  const root = await tempFolder();
  await writeTwinPack(join(root, 'packs/twin'));
  await writePlates(join(root, 'plates'), 'round', 2, 1);
  const ablate = [
    ...[
      'evaluate',
      '--ablation',
      'plates',
      '--parts',
      'refinement',
      '--pack',
      'twin',
      '--pack-root',
      'packs',
    ],
    ...['--workspace', 'ws', '--device', 'cpu', '--threads', '1', '--out', 'out'],
  ];
  const first = await runCli(ablate, root);
  expect(first.stdout).toMatch(/\nrecipe .*\nwithout MMR /);
  expect(first.stdout).toContain('MMR helps');
  expect(first.code).toBe(0);
  const again = await runCli(ablate, root);
  expect(again.stderr).not.toContain('refining');
  expect(again.stdout).toBe(first.stdout);
  const { refined, order } = JSON.parse(await readFile(join(root, 'out/ablation.json'), 'utf8'));
  expect(refined.map(({ varies }: { varies: string }) => varies)).toEqual(['recipe', 'mmr']);
  expect(order.map(({ claim }: { claim: string }) => claim)).toEqual(['MMR helps']);
});

it.each([
  ['two things at a time', ['evaluate', '--ablation', 'a', '--sweep', 'b'], 'Name one of'],
  ['neither a folder nor data sets', ['evaluate'], '--leave-one-out'],
  ['both', ['evaluate', 'data', '--leave-one-out', 'a', 'b'], 'Name either'],
  ['kernels that are even', ['evaluate', '--leave-one-out', 'a', '--try-kernels', '3:8'], 'odd sizes'],
])('asks for what is missing: %s', async (_, args, told) => {
  const { code, stderr } = await runCli(args, await tempFolder());
  expect(stderr).toContain(told);
  expect(code).toBe(2);
});
