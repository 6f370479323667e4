import type { Selectable } from 'kysely';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { MergeDifference } from '../../src-shared/merge.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { addInspector } from './people.ts';
import { saveRecipe } from './recipes.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** What came over, and what the target has otherwise. */
interface Brought {
  readonly added: number;
  readonly conflicts: readonly MergeDifference[];
}

/** Lets those sign in who may in the source, with the same role and PIN; whom the target knows stays as they are there. */
export async function mergePeople(source: Workspace, target: Workspace, inspector: string): Promise<Brought> {
  const people = await source.db.selectFrom('people').selectAll().where('removed_at', 'is', null).execute();
  // The first one has to be an engineer.
  people.sort((a, b) => Number(b.role === 'engineer') - Number(a.role === 'engineer') || a.id - b.id);
  let added = 0;
  const conflicts: MergeDifference[] = [];
  for (const { name, role, pin } of people) {
    const known = await target.db
      .selectFrom('people')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    if (known) {
      const differs = differenceOf(known, { role, pin });
      if (differs) conflicts.push({ kind: 'person', name, differs });
      continue;
    }
    try {
      await addInspector(target, { name, role, pin, inspector });
      added++;
    } catch (error) {
      if (!(error instanceof ClipSamError) || error.code !== 'input-invalid') throw error;
      conflicts.push({ kind: 'person', name, differs: 'name' });
    }
  }
  return { added, conflicts };
}

function differenceOf(
  known: Selectable<Schema['people']>,
  { role, pin }: { readonly role: string; readonly pin: string },
): 'pin' | 'role' | 'removed' | undefined {
  if (known.removed_at !== null) return 'removed';
  if (known.pin !== pin) return 'pin';
  return known.role === role ? undefined : 'role';
}

/** Keeps the recipes of the source; one whose name and revision mean another one here gets the next revision. */
export async function mergeRecipes(source: Workspace, target: Workspace): Promise<Brought> {
  const recipes = await source.db
    .selectFrom('recipes')
    .selectAll()
    .orderBy('created_at')
    .orderBy('revision')
    .execute();
  const known = new Set(
    (await target.db.selectFrom('recipes').select('hash').execute()).map(({ hash }) => hash),
  );
  let added = 0;
  const conflicts: MergeDifference[] = [];
  for (const { hash, json, name, revision: there, inspector, parent_hash: parentHash } of recipes) {
    const recipe = JSON.parse(json) as Recipe;
    const isParentHere = parentHash !== null && known.has(parentHash);
    const { revision } = await saveRecipe(target, recipe, { inspector, ...(isParentHere && { parentHash }) });
    if (!known.has(hash)) added++;
    known.add(hash);
    if (revision !== there) conflicts.push({ kind: 'recipe', name, there, revision });
  }
  return { added, conflicts };
}

/** How many of what is not brought over there are. */
export async function countLeft({ db }: Workspace) {
  const count = async (table: 'studies' | 'lots' | 'reports' | 'signatures' | 'memory_changes' | 'areas') => {
    const query = db.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('count'));
    return (await query.executeTakeFirstOrThrow()).count;
  };
  return {
    studies: await count('studies'),
    lots: await count('lots'),
    reports: await count('reports'),
    signatures: await count('signatures'),
    memoryChanges: await count('memory_changes'),
    areas: await count('areas'),
  };
}
