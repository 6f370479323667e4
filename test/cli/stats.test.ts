import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { addMadeUpBatches } from '../../src-main/store/made-up-batches.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { dashboardSchema } from '../../src-shared/statistics/dashboard.ts';
import { freshWorkspaceFolder, recipe } from '../store/fixtures.ts';
import { runCli } from './run-cli.ts';

async function madeUp() {
  const folder = await freshWorkspaceFolder();
  const workspace = await openWorkspace(folder);
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  await addMadeUpBatches(workspace, hash, { batches: 4, images: 40 });
  await workspace.close();
  return folder;
}

it('prints tables, or JSON, of what the filter lets through', async () => {
  const folder = await madeUp();
  const text = await runCli(['stats', '-w', folder]);
  expect(text.code).toBe(0);
  expect(text.stdout).toContain('160 images inspected in 4 batches');
  expect(text.stdout).toMatch(/^lot +part number/m);
  const json = await runCli(['stats', '-w', folder, '--part', 'P-0', '--by', 'day', '--json']);
  const { format, formatVersion, writtenBy, ...dashboard } = JSON.parse(json.stdout) as Record<
    string,
    unknown
  >;
  expect([format, formatVersion]).toEqual(['clipsam-statistics', 1]);
  expect(writtenBy).toBeTypeOf('string');
  const found = dashboardSchema.parse(dashboard);
  expect(found).toMatchObject({ batches: 2, inspected: 80, filter: { partNumber: 'P-0' } });
  expect(found.pChart.points.map(({ key }) => key)).toEqual(['2026-01-01', '2026-01-04']);
});

it('writes CSV files, and asks before it replaces some', async () => {
  const folder = await madeUp();
  const written = await runCli(['stats', '-w', folder, '--csv', join(folder, 'tables')]);
  const names = await readdir(join(folder, 'tables'));
  expect(written.stdout.trim().split('\n')).toHaveLength(names.length);
  expect(await readFile(join(folder, 'tables', 'pareto.csv'), 'utf8')).toContain('class ');
  const again = await runCli(['stats', '-w', folder, '--csv', join(folder, 'tables')]);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
  expect((await runCli(['stats', '-w', folder, '--csv', join(folder, 'tables'), '--force'])).code).toBe(0);
});

it('refuses days that are none, or in the wrong order', async () => {
  expect((await runCli(['stats', '--from', '30.11.2026'])).code).toBe(2);
  expect((await runCli(['stats', '--from', '2026-02-01', '--to', '2026-01-01'])).code).toBe(2);
});

it('finds wrong totals, and makes them anew', async () => {
  const folder = await madeUp();
  expect((await runCli(['stats', '-w', folder, '--check'])).code).toBe(0);
  const workspace = await openWorkspace(folder);
  await sql`delete from verdict_totals where model = 'reject'`.execute(workspace.db);
  await workspace.close();
  const found = await runCli(['stats', '-w', folder, '--check']);
  expect(found).toMatchObject({ code: 3, stderr: expect.stringContaining('verdict_totals') });
  expect((await runCli(['stats', '-w', folder, '--rebuild'])).code).toBe(0);
  expect((await runCli(['stats', '-w', folder, '--check'])).code).toBe(0);
});
