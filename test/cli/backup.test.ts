import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { batchWithResults, site } from '../services/upkeep/backup-fixture.ts';
import { runCli } from './run-cli.ts';

test('backup, list, verify, set and restore from the command line', async () => {
  const { folder, workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  const at = ['--workspace', workspace.folder];
  const made = await runCli(['backup', ...at, '--to', backups]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^000001-\S+Z\n$/) });
  expect(made.stderr).toMatch(/10 files; 10 of them/);

  expect(await runCli(['backup', ...at])).toMatchObject({
    code: 75,
    stderr: expect.stringContaining('No folder'),
  });
  const set = await runCli(['backup', 'set', ...at, '--to', backups, '--every', '12', '--keep', '1']);
  expect(set).toMatchObject({ code: 0, stderr: expect.stringContaining('every 12 h, and keeps 1') });
  const again = await runCli(['backup', ...at]);
  expect(again.stderr).toMatch(/10 files; 0 of them/);
  const listed = await runCli(['backup', 'list', ...at]);
  expect(listed.stdout).toMatch(/^000002-\S+Z {2}10 files/);
  expect(listed.stdout.split('\n')).toHaveLength(2);
  expect(await runCli(['backup', '--verify', '--to', backups])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('All is as it was written.'),
  });

  const target = join(folder, 'restored');
  const restored = await runCli(['restore', backups, '--to', target, '--generation', '000002']);
  expect(restored).toMatchObject({ code: 0, stdout: `${target}\n` });
  expect(existsSync(join(target, 'workspace.sqlite'))).toBe(true);
  expect(await runCli(['workspace', 'check', '--workspace', target])).toMatchObject({ code: 0 });
  expect(await runCli(['restore', backups, '--to', target])).toMatchObject({ code: 1 });
  expect(await runCli(['restore', backups, '--to', join(folder, 'new'), '--generation', '7'])).toMatchObject({
    code: 2,
  });
  expect(await runCli(['backup', 'set', ...at, '--off'])).toMatchObject({ code: 0 });
});
