import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { getChange, insertChange } from '../../src-main/store/memory-changes.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { freshWorkspaceFolder } from '../store/fixtures.ts';
import { runCli, writePictures } from './run-cli.ts';

const part = ['--part', '4711', '--revision', 'B'];

async function withPictures(count: number) {
  const workspace = await freshWorkspaceFolder();
  const good = join(workspace, 'good');
  const names = Array.from({ length: count }, (_, i) => `${String(i).padStart(2, '0')}.png`);
  await writePictures(good, names);
  const references = (command: string, ...args: readonly string[]) =>
    runCli(['references', command, ...args, '--workspace', workspace, ...part]);
  return { workspace, good, references };
}

describe('clipsam references', () => {
  test('adds a folder, lists it, takes one away and tells the history', async () => {
    const { good, references } = await withPictures(3);
    expect(await references('add', good)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('3 references added to 4711 B.'),
    });
    const { stdout } = await references('list');
    expect(stdout.split('\n').filter(Boolean)).toHaveLength(3);
    expect(stdout).toMatch(/^1 +reference +00\.png/);
    expect(await references('remove', '2')).toMatchObject({ code: 0 });
    expect((await references('list')).stdout).not.toContain('01.png');
    const history = (await references('history')).stdout.split('\n').filter(Boolean);
    expect(history).toHaveLength(2);
    expect(history[0]).toContain('effective');
    expect(history[0]).toContain('-reference 2');
    expect(history[1]).toContain('+reference 1 +reference 2 +reference 3');
    expect((await references('history', '--limit', '1')).stdout.split('\n').filter(Boolean)).toHaveLength(1);
  });

  test('adds what is new among files, says what is left out, and keeps copies', async () => {
    const { workspace, good, references } = await withPictures(2);
    await references('add', join(good, '00.png'));
    const { code, stderr } = await references('add', good, join(workspace, 'package.png'));
    expect(code).toBe(3);
    expect(stderr).toContain('00.png is a reference already.');
    expect(stderr).toContain('Left out');
    expect(stderr).toContain('1 references added');
    await rm(good, { recursive: true });
    const opened = await openWorkspace(workspace);
    try {
      const { items } = await getChange(opened, 1);
      expect(await opened.artifacts.has(items[0]!.item.contentHash)).toBe(true);
      expect(items[0]!.item).toMatchObject({ imageId: null, source: join(good, '00.png') });
    } finally {
      await opened.close();
    }
  });

  test('refuses the 65th, and says what to do', async () => {
    const { workspace, good, references } = await withPictures(2);
    const opened = await openWorkspace(workspace);
    const many = Array.from({ length: 63 }, (_, i) => ({
      kind: 'reference' as const,
      contentHash: String(i).padStart(64, '0'),
      ...{ page: null, range: null, imageId: null, runId: null, source: `/x/${i}.png` },
      ...{ polygons: null, width: null, height: null },
    }));
    const product = { partNumber: '4711', revision: 'B' };
    await opened.db
      .transaction()
      .execute((db) =>
        insertChange({ ...opened, db }, { product, add: many, origin: 'hand', inspector: 'ana' }),
      );
    await opened.close();
    const { code, stderr } = await references('add', good);
    expect(code).toBe(75);
    expect(stderr).toContain('at most 64 references: there is room for 1 more, not for 2. Remove some');
  });

  test('says what is wrong', async () => {
    const { workspace, good, references } = await withPictures(1);
    const without = await runCli(['references', 'list', '-w', workspace]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('Say which product') });
    expect(await references('remove', '7')).toMatchObject({ code: 2 });
    expect(await references('add', join(good, 'none'))).toMatchObject({ code: 2 });
    const batch = await runCli(['references', 'add', good, '-w', workspace, '--batch', 'Lot 7']);
    expect(batch).toMatchObject({ code: 2, stderr: expect.stringContaining('no batch "Lot 7"') });
  });
});
