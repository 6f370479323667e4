import { dirname } from 'node:path';
import type { PackUses } from '../../../src-shared/contract/packs.ts';
import { failure } from '../../../src-shared/errors.ts';
import { describePack, type PackRoots } from '../../inference/pack-loader.ts';
import { assertMayAct } from '../../store/acting.ts';
import { recordPack } from '../../store/packs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { findInstalled } from './installed-pack.ts';
import { bytesOfFolder } from './pack-folders.ts';
import { discardPack, withPacksLocked } from './pack-staging.ts';
import { findPackUses } from './pack-uses.ts';
import { noteInStore } from './store-history.ts';

export interface RemovePackOptions {
  readonly roots: PackRoots;
  readonly inspector: string;
  /** Removes it although something uses it. */
  readonly force: boolean;
  /** The open workspace, as the inspector may use it. */
  readonly acting?: Workspace | undefined;
  /** A workspace that is looked at even if it was never opened here. */
  readonly openFolder?: string | undefined;
  /** Whatever uses the pack's files in this program lets go of them. @throws when it can't */
  readonly release?: (id: string) => Promise<void>;
}

/**
 * Removes a pack that was brought in. Results that were made with it stay.
 * @param which as recipes name it
 * @returns its name, and how many bytes that freed
 * @throws ClipSamError `pack-not-found`, `conflict` when it comes with the program, or something uses it,
 *   `workspace-locked` while a pack is brought in, `path-denied`
 */
export async function removePack(
  which: string,
  options: RemovePackOptions,
): Promise<{ id: string; freed: number }> {
  const { roots, inspector, force, acting, openFolder = acting?.folder, release } = options;
  const listing = await findInstalled(which, roots);
  const { id } = listing;
  if (listing.place === 'program') {
    throw failure(
      'pack-of-program',
      { pack: id },
      `The model pack ${id} comes with the program and can't be removed.`,
    );
  }
  const users = usersOf(await findPackUses(listing, roots, openFolder));
  if (users.length > 0 && !force) {
    const named = users.join('; ');
    throw failure(
      'pack-in-use',
      { pack: id, users: named },
      `The model pack ${id} is still used by ${named}. Results stay when it is removed, but can't be made again without it; --force removes it all the same.`,
    );
  }
  const { folder } = listing;
  const packsFolder = dirname(folder);
  return withPacksLocked(packsFolder, async () => {
    if (acting) await assertMayAct(acting);
    const described = await describePack(folder).catch(() => undefined);
    const freed = await bytesOfFolder(folder);
    await release?.(id);
    await discardPack(packsFolder, folder);
    const change = { packHash: described?.packHash ?? null, action: 'removed' } as const;
    if (listing.place === 'machine') await noteInStore(packsFolder, id, change, inspector);
    if (acting && !acting.isReadOnly) await recordPack(acting, id, change, inspector);
    return { id, freed };
  });
}

/** What uses an installed pack. @throws ClipSamError `pack-not-found` */
export async function packUses(
  id: string,
  roots: PackRoots,
  openFolder: string | undefined,
): Promise<PackUses> {
  return findPackUses(await findInstalled(id, roots), roots, openFolder);
}

function usersOf({ workspaces, packs }: PackUses): string[] {
  return [
    ...workspaces.map(({ workspace, recipes, runs, results, error }) => {
      if (error) return `perhaps ${workspace}, which can't be looked at (${error.message})`;
      const named = recipes.length === 0 ? '' : `, recipes ${recipes.map((name) => `"${name}"`).join(', ')}`;
      return `${workspace} (${runs} runs, ${results} results${named})`;
    }),
    ...packs.map((pack) => `the model pack ${pack}, which was trained on it`),
  ];
}
