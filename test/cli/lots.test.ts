import { expect, test } from 'vitest';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { batchOf, judge, runOf } from '../services/lots/lot-fixture.ts';
import { freshWorkspaceFolder } from '../store/fixtures.ts';
import { runCli } from './run-cli.ts';

test('a lot is planned, begun, listed, shown and decided from the command line', async () => {
  const folder = await freshWorkspaceFolder();
  const workspace = await openWorkspace(folder);
  const batchId = await batchOf(workspace, 210);
  const runId = await runOf(workspace, batchId);
  await workspace.close();
  const lots = (...args: readonly string[]) => runCli(['lots', ...args, '--workspace', folder]);
  const about = ['--size', '6000', '--aql', 'critical=0,major=2.5,minor=4'];

  const plan = await lots('plan', ...about);
  expect(plan).toMatchObject({ code: 0, stderr: expect.stringContaining('purchased edition') });
  expect(plan.stdout).toMatch(/^Sample: 200$/m);
  expect(plan.stdout).toMatch(/^major +2\.5 +normal +L +200 +10 +11$/m);
  expect(plan.stdout).toMatch(/^minor +4 +normal +L +200 +14 +15$/m);
  expect(plan.stdout).toMatch(/^critical +0 .* 200 +0 +1$/m);

  const begun = await lots('begin', ...about, '--batch', String(batchId), '--json');
  const { lot, images } = JSON.parse(begun.stdout) as {
    lot: { id: number; seed: string };
    images: unknown[];
  };
  expect(images).toHaveLength(200);
  const id = String(lot.id);
  expect((await lots('show', id)).stdout).toContain(`0 of 200 images judged; seed ${lot.seed}`);

  const again = await openWorkspace(folder);
  await judge(
    again,
    lot.id,
    runId,
    Array.from({ length: 200 }, (_, i) => (i < 11 ? 'major' : null)),
  );
  await again.close();
  expect((await lots('list')).stdout).toMatch(/200 of 200 +rejected +–$/m);
  expect(await lots('dispose', id, 'accepted')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('write the reason'),
  });
  const decided = await lots('dispose', id, 'rejected');
  expect(decided).toMatchObject({ code: 0 });
  expect(decided.stdout).toContain('major: 11 found, Ac 10 / Re 11: rejected');
  expect(decided.stdout).toContain('Decision: rejected.');
});

test('what cannot be planned is refused with what to give', async () => {
  const folder = await freshWorkspaceFolder();
  const plan = (...args: readonly string[]) => runCli(['lots', 'plan', ...args, '--workspace', folder]);
  expect(await plan('--size', '500', '--aql', 'major=2')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('2 is no limit'),
  });
  expect((await plan('--size', '500', '--aql', 'big=2')).code).toBe(2);
  expect((await plan('--size', '1', '--aql', 'major=4')).code).toBe(2);
  expect((await plan('--size', '100', '--aql', 'major=5', '--c0')).stdout).toMatch(/^major +5 .* 37 +0 +1$/m);
});
