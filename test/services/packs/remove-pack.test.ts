import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describePack } from '../../../src-main/inference/pack-loader.ts';
import { knownWorkspaces, rememberWorkspace } from '../../../src-main/services/packs/known-workspaces.ts';
import { describePackFolders } from '../../../src-main/services/packs/pack-folders.ts';
import { importedPacks, PackImports } from '../../../src-main/services/packs/pack-imports.ts';
import { packUses, removePack } from '../../../src-main/services/packs/remove-pack.ts';
import { actingFor } from '../../../src-main/store/acting.ts';
import { addInspector } from '../../../src-main/store/people.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { nearExaminer } from '../../inference/near-examiner.ts';
import { TINY_RECIPE, writeTinyPack } from '../../inference/tiny-pack.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { tempFolder } from '../../temp-folder.ts';

/** A machine with the tiny pack in its store, and a workspace. */
async function machine(change?: (pack: Pack) => Pack) {
  const storeRoot = await tempFolder();
  await writeTinyPack(join(storeRoot, 'tiny@1'), change);
  const workspace = await temporaryWorkspace();
  const roots = { packsRoot: await tempFolder(), storeRoot, importedRoot: importedPacks(workspace.folder) };
  const remove = (id = 'tiny@1', force = false, acting = workspace) =>
    removePack(id, { roots, inspector: 'ana', force, acting });
  return { storeRoot, workspace, roots, remove };
}

describe('removing a pack', () => {
  test('that nobody uses frees its bytes, and is written down', async () => {
    const { storeRoot, workspace, roots, remove } = await machine();
    const [, store] = await describePackFolders(roots);
    expect(store).toMatchObject({ place: 'machine', packs: 1, free: expect.any(Number) });
    expect(await remove()).toEqual({ id: 'tiny@1', freed: store!.bytes });
    expect((await readdir(storeRoot)).sort()).toEqual(['.incoming', 'history.jsonl']);
    expect(await readdir(join(storeRoot, '.incoming'))).toEqual(['import.lock']);
    expect(JSON.parse(await readFile(join(storeRoot, 'history.jsonl'), 'utf8'))).toMatchObject({
      action: 'removed',
      pack: 'tiny@1',
      inspector: 'ana',
    });
    expect(await listAudit(workspace, { subject: 'pack' })).toMatchObject([
      { action: 'removed', subjectId: 'tiny@1' },
    ]);
    await expect(remove()).rejects.toMatchObject({ code: 'pack-not-found' });
  });

  test('that the open workspace names in a recipe is refused, and done when it is asked for', async () => {
    const { workspace, roots, remove } = await machine();
    const recipe = { ...TINY_RECIPE, name: 'Bolts', pack: 'tiny@1' };
    await saveRecipe(workspace, recipe, { inspector: 'ana' });
    expect(await packUses('tiny', roots, workspace.folder)).toMatchObject({
      workspaces: [{ workspace: workspace.folder, recipes: ['Bolts'], runs: 0, results: 0, error: null }],
      known: 1,
    });
    await expect(remove()).rejects.toMatchObject({
      code: 'conflict',
      details: { case: 'pack-in-use' },
      message: expect.stringContaining('"Bolts"'),
    });
    expect(await remove('tiny', true)).toMatchObject({ id: 'tiny@1' });
  });

  test('that another workspace which was opened here uses is refused', async () => {
    const { roots, remove } = await machine();
    const other = await temporaryWorkspace();
    await rememberWorkspace(other.folder);
    await saveRecipe(other, { ...TINY_RECIPE, name: 'Nuts' }, { inspector: 'bo' });
    await expect(remove()).rejects.toMatchObject({ message: expect.stringContaining(other.folder) });
    expect((await packUses('tiny@1', roots, undefined)).workspaces).toHaveLength(1);
  });

  test('while a known workspace cannot be read is refused: it may use it', async () => {
    const { remove } = await machine();
    const broken = await tempFolder();
    await writeFile(join(broken, 'workspace.sqlite'), 'x'.repeat(5000));
    await rememberWorkspace(broken);
    await expect(remove()).rejects.toMatchObject({ message: expect.stringContaining(`perhaps ${broken}`) });
    await rename(broken, `${broken}-gone`);
    await expect(remove()).resolves.toBeDefined();
    await rename(`${broken}-gone`, broken);
  });

  test('that a trained head stands on is refused', async () => {
    const { storeRoot, roots, remove } = await machine();
    const { packHash } = await describePack('tiny@1', roots);
    await writeTinyPack(join(storeRoot, 'trained@1'), (pack) => ({
      ...pack,
      id: 'trained',
      trained: { pack: 'tiny@1', packHash, data: 'bolts' },
      defaultRecipe: { ...pack.defaultRecipe, pack: 'trained' },
    }));
    await expect(remove()).rejects.toMatchObject({ message: expect.stringContaining('trained@1') });
  });

  test('that comes with the program is refused', async () => {
    const { roots, remove } = await machine();
    await writeTinyPack(join(roots.packsRoot, 'lite'));
    await expect(remove('lite', true)).rejects.toMatchObject({ details: { case: 'pack-of-program' } });
  });

  test('by who may not act any more is refused', async () => {
    const { storeRoot, workspace, remove } = await machine();
    await addInspector(workspace, { name: 'Eva', role: 'engineer', pin: 'x', inspector: 'ana' });
    await expect(remove('tiny@1', true, actingFor(workspace, null))).rejects.toMatchObject({
      code: 'sign-in-required',
    });
    expect(await readdir(storeRoot)).toContain('tiny@1');
  });

  test('that a crash cut off is finished at the next start', async () => {
    const { storeRoot, roots } = await machine();
    await mkdir(join(storeRoot, '.incoming'), { recursive: true });
    await rename(join(storeRoot, 'tiny@1'), join(storeRoot, '.incoming', 'removed-1'));
    await new PackImports({ roots, examiner: nearExaminer }).sweep();
    expect(await readdir(join(storeRoot, '.incoming'))).toEqual(['import.lock']);
  });
});

test('workspaces are remembered once each, the last one first', async () => {
  const [a, b] = [await tempFolder(), await tempFolder()];
  for (const folder of [a, b, a]) await rememberWorkspace(folder);
  expect((await knownWorkspaces()).slice(0, 2)).toEqual([a, b]);
});
