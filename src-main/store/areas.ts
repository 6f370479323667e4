import type { Selectable } from 'kysely';
import type { AreaRevision } from '../../src-shared/contract/areas.ts';
import { failure } from '../../src-shared/errors.ts';
import { type InspectionArea, inspectionAreaSchema } from '../../src-shared/inspection-area.ts';
import { type Product, productKey } from '../../src-shared/product.ts';
import { hashOfArea } from '../files/area-hash.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import { runRow } from './run-row.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** Where a product is looked at now; undefined: nobody ever said, so everywhere. */
export async function currentArea(workspace: Workspace, product: Product): Promise<AreaRevision | undefined> {
  const row = await newestRow(workspace.db, product);
  return row && toRevision(workspace, product, row);
}

/** All revisions, newest first. */
export async function areaHistory(workspace: Workspace, product: Product): Promise<AreaRevision[]> {
  const rows = await workspace.db
    .selectFrom('areas')
    .selectAll()
    .where('product', '=', productKey(product))
    .orderBy('revision', 'desc')
    .execute();
  return rows.map((row) => toRevision(workspace, product, row));
}

/**
 * Adds a revision; the runs that have begun keep theirs.
 * @param options.area null: everywhere from now on
 * @param options.after the revision that was changed, 0 where there was none
 * @throws ClipSamError `conflict` when another one came meanwhile
 */
export async function saveArea(
  workspace: Workspace,
  options: {
    readonly product: Product;
    readonly area: InspectionArea | null;
    readonly after: number;
    readonly inspector: string;
  },
): Promise<AreaRevision> {
  const { product, area, after, inspector } = options;
  return workspace.db.transaction().execute(async (db) => {
    const last = await newestRow(db, product);
    if ((last?.revision ?? 0) !== after) {
      throw failure(
        'area-changed',
        { name: last?.inspector ?? '' },
        `${last?.inspector ?? 'Somebody'} saved another region of interest meanwhile. Look at it, and draw again.`,
      );
    }
    const hash = area && hashOfArea(area);
    const row = await db
      .insertInto('areas')
      .values({
        product: productKey(product),
        revision: after + 1,
        hash,
        area: area && storedArea(workspace, area),
        inspector,
        created_at: new Date().toISOString(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector,
        action: 'saved',
        subject: 'area',
        subjectId: productKey(product),
        oldValue: last && { revision: last.revision, hash: last.hash },
        newValue: recordedArea(row),
      },
    ]);
    return toRevision(workspace, product, row);
  });
}

/** Where a run looks, as it was when it began; null: everywhere. @throws ClipSamError `not-found` */
export async function areaOfRun(workspace: Workspace, runId: number): Promise<InspectionArea | null> {
  const { area } = await runRow(workspace.db, runId);
  return area === null ? null : parsedArea(workspace, area);
}

/** An area as it is kept in a column. */
export function storedArea(workspace: Workspace, area: InspectionArea): string {
  const { part } = area;
  return canonicalJson(
    part ? { ...area, part: { ...part, path: toStoredPath(workspace, part.path) } } : area,
  );
}

function parsedArea(workspace: Workspace, column: string): InspectionArea {
  const area = inspectionAreaSchema.parse(JSON.parse(column));
  const { part } = area;
  return part ? { ...area, part: { ...part, path: fromStoredPath(workspace, part.path) } } : area;
}

/** What the audit trail tells of a revision. */
export function recordedArea(row: Selectable<Schema['areas']>) {
  const { revision, hash, inspector, created_at: createdAt } = row;
  return { revision, hash, inspector, createdAt };
}

function newestRow(db: Workspace['db'], product: Product) {
  return db
    .selectFrom('areas')
    .selectAll()
    .where('product', '=', productKey(product))
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
}

function toRevision(workspace: Workspace, product: Product, row: Selectable<Schema['areas']>): AreaRevision {
  return {
    product,
    revision: row.revision,
    hash: row.hash,
    area: row.area === null ? null : parsedArea(workspace, row.area),
    inspector: row.inspector,
    createdAt: row.created_at,
  };
}
