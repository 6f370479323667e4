import { resolve } from 'node:path';
import type { PackUse, PackUses } from '../../../src-shared/contract/packs.ts';
import { toErrorRecord } from '../../../src-shared/errors.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import { describePack, listPacks, type PackListing, type PackRoots } from '../../inference/pack-loader.ts';
import { packUsesIn } from '../../store/pack-uses.ts';
import { knownWorkspaces } from './known-workspaces.ts';

/**
 * What uses an installed pack: recipes, runs and results of the workspaces that were opened on this machine.
 * @param open the workspace that is open, if any
 */
export async function findPackUses(
  { id, folder }: PackListing,
  roots: PackRoots,
  open: string | undefined,
): Promise<PackUses> {
  const described = await describePack(folder).catch(() => undefined);
  const pack = described?.pack;
  // A recipe may name the id alone, which means the only version that is there.
  const references = [...new Set([id, ...(pack ? [pack.id, exactReference(pack)] : [])])];
  const folders = new Set([...(open === undefined ? [] : [resolve(open)]), ...(await knownWorkspaces())]);
  const workspaces: PackUse[] = [];
  let known = 0;
  for (const workspace of folders) {
    try {
      const uses = packUsesIn(workspace, references, described?.packHash ?? null);
      if (!uses) continue;
      known++;
      const { recipes, runs, results } = uses;
      if (recipes.length + runs + results > 0) workspaces.push({ workspace, ...uses, error: null });
    } catch (error) {
      const nothing = { recipes: [], runs: 0, results: 0 };
      workspaces.push({ workspace, ...nothing, error: toErrorRecord(error, 'workspace-invalid') });
    }
  }
  return { workspaces, packs: pack ? await packsOn(exactReference(pack), roots) : [], known };
}

/** Packs whose heads were trained on this one. */
async function packsOn(parent: string, roots: PackRoots): Promise<string[]> {
  const found: string[] = [];
  for (const { id, folder, error } of await listPacks(roots)) {
    if (error) continue;
    const { pack } = await describePack(folder);
    if (pack.trained?.pack === parent) found.push(id);
  }
  return found;
}
