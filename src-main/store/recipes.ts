import type { Selectable } from 'kysely';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import { failure } from '../../src-shared/errors.ts';
import { type Recipe, recipeSchema } from '../../src-shared/recipe.ts';
import { canonicalJson, hashOfJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** Keeps a recipe; one with the same content is returned as it is. */
export async function saveRecipe(
  workspace: Workspace,
  recipe: Recipe,
  options: { readonly inspector: string; readonly parentHash?: string },
): Promise<RecipeRecord> {
  const hash = hashOfJson(recipe);
  return workspace.db.transaction().execute(async (db) => {
    const known = await db.selectFrom('recipes').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (known) return toRecipeRecord(known);
    const { last } = await db
      .selectFrom('recipes')
      .select(({ fn }) => fn.max('revision').as('last'))
      .where('name', '=', recipe.name)
      .executeTakeFirstOrThrow();
    const row = await db
      .insertInto('recipes')
      .values({
        hash,
        json: canonicalJson(recipe),
        name: recipe.name,
        revision: (last ?? 0) + 1,
        parent_hash: options.parentHash ?? null,
        inspector: options.inspector,
        created_at: new Date().toISOString(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector: options.inspector,
        action: 'saved',
        subject: 'recipe',
        subjectId: hash,
        oldValue: options.parentHash,
        newValue: recordedRecipe(row),
      },
    ]);
    return toRecipeRecord(row);
  });
}

/** What the audit trail tells of a recipe; what is in it is its hash's. */
export function recordedRecipe(row: Selectable<Schema['recipes']>) {
  const { name, revision, parent_hash: parentHash, inspector, created_at: createdAt } = row;
  return { name, revision, parentHash, inspector, createdAt };
}

/** @throws ClipSamError `not-found` when the workspace has no such recipe */
export async function getRecipe(workspace: Workspace, hash: string): Promise<RecipeRecord> {
  const row = await workspace.db
    .selectFrom('recipes')
    .selectAll()
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (!row)
    throw failure('recipe-unknown', { recipe: hash.slice(0, 8) }, `The workspace has no recipe ${hash}.`);
  return toRecipeRecord(row);
}

/**
 * What a signature under a recipe's revision covers: its row as it stands, whatever it was changed to.
 * @returns undefined when the workspace has no such recipe
 */
export async function signedRecordOfRecipe(workspace: Workspace, hash: string) {
  const row = await workspace.db
    .selectFrom('recipes')
    .selectAll()
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (!row) return undefined;
  const { json, parent_hash: parentHash, created_at: createdAt, ...plain } = row;
  return { ...plain, parentHash, createdAt, recipe: JSON.parse(json) as unknown };
}

/** All recipes by name, newest revision first. */
export async function listRecipes(workspace: Workspace): Promise<RecipeRecord[]> {
  const rows = await workspace.db
    .selectFrom('recipes')
    .selectAll()
    .orderBy('name')
    .orderBy('revision', 'desc')
    .execute();
  return rows.map(toRecipeRecord);
}

function toRecipeRecord(row: Selectable<Schema['recipes']>): RecipeRecord {
  return {
    hash: row.hash,
    recipe: recipeSchema.parse(JSON.parse(row.json)),
    revision: row.revision,
    parentHash: row.parent_hash,
    inspector: row.inspector,
    createdAt: row.created_at,
  };
}
