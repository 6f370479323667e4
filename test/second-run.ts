import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describePack } from '../src-main/inference/pack-loader.ts';
import { openWorkspace } from '../src-main/store/open-workspace.ts';
import { saveRecipe } from '../src-main/store/recipes.ts';
import type { MethodName } from '../src-shared/method.ts';

interface StoredResult {
  readonly id: number;
  readonly image_id: number;
  readonly status: 'done' | 'failed';
  readonly width: number;
  readonly height: number;
  readonly content_hash: string;
}

/**
 * Adds a run of another method to a synthetic batch, as if it had been inspected again: every third image has the
 * result that another image of its size had, and the last one none.
 * @param runId the run that is there
 * @returns the new run's id
 */
export async function addSecondRun(
  folder: string,
  { batchId, runId }: { readonly batchId: number; readonly runId: number },
  name: MethodName = 'winclip',
): Promise<number> {
  const workspace = await openWorkspace(folder);
  const { pack } = await describePack('lite');
  const recipe = { ...pack.defaultRecipe, method: { name, refine: false } };
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'synthetic' });
  await workspace.close();
  const db = new Database(join(folder, 'workspace.sqlite'));
  try {
    return db.transaction(() => {
      const second = copyRow(db, 'runs', runId, { batch_id: batchId, recipe_hash: hash });
      const results = db
        .prepare('select * from results where run_id = ? order by image_id')
        .all(runId) as StoredResult[];
      for (const [i, result] of results.slice(0, -1).entries()) {
        const ofSize = results.filter(
          ({ status, width, height }) =>
            status === 'done' && width === result.width && height === result.height,
        );
        const taken = i % 3 === 0 && result.status === 'done' ? ofSize[(i + 1) % ofSize.length]! : result;
        const { image_id, content_hash } = result;
        const to = copyRow(db, 'results', taken.id, {
          ...{ run_id: second, image_id, content_hash, recipe_hash: result.status === 'done' ? hash : null },
        });
        copyRegions(db, taken.id, to);
      }
      return second;
    })();
  } finally {
    db.close();
  }
}

type Values = Readonly<Record<string, string | number | null>>;

/** Copies a row with other values in some columns. @returns the copy's id */
function copyRow(db: Database.Database, table: string, id: number, changes: Values): number {
  const row = db.prepare(`select * from ${table} where id = ?`).get(id) as Values;
  const { id: _, ...values } = { ...row, ...changes };
  return Number(insert(db, table, values));
}

function copyRegions(db: Database.Database, from: number, to: number): void {
  const regions = db.prepare('select * from regions where result_id = ?').all(from) as Values[];
  for (const { id: _, ...region } of regions) insert(db, 'regions', { ...region, result_id: to });
}

function insert(db: Database.Database, table: string, values: Values): number | bigint {
  const columns = Object.keys(values);
  const marks = columns.map((column) => `@${column}`);
  return db.prepare(`insert into ${table} (${columns}) values (${marks})`).run(values).lastInsertRowid;
}
