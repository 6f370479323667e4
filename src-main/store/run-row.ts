import type { Selectable } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { Run } from '../../src-shared/run.ts';
import type { RunComparison } from '../../src-shared/run-comparison.ts';
import { hashOfArea } from '../files/area-hash.ts';
import { storedError } from './error-columns.ts';
import { parseRanges } from './sample-ranges.ts';
import { parseScale } from './scale-tables.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

export type RunRow = Selectable<Schema['runs']>;

/** @throws ClipSamError `not-found` when the workspace has no such run */
export async function runRow(db: Workspace['db'], id: number): Promise<RunRow> {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw failure('run-unknown', { run: id }, `The workspace has no run ${id}.`);
  return row;
}

/** What the audit trail tells of a run, but for its results. */
export function recordedRun(row: RunRow) {
  return {
    batchId: row.batch_id,
    recipeHash: row.recipe_hash,
    packHash: row.pack_hash,
    softwareVersion: row.software_version,
    status: row.status,
    scale: parseScale(row.scale),
    sampleRanges: row.sample_ranges === null ? null : (JSON.parse(row.sample_ranges) as unknown),
    area: row.area === null ? null : hashOfArea(JSON.parse(row.area) as InspectionArea),
    device: {
      asked: row.device_asked,
      running: row.device_running,
      ...(row.device_reason !== null && { fallbackReason: row.device_reason }),
    },
  };
}

/** A run from its row. */
export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    batchId: row.batch_id,
    recipeHash: row.recipe_hash,
    packHash: row.pack_hash,
    device: {
      asked: row.device_asked,
      running: row.device_running,
      ...(row.device_reason === null ? {} : { fallbackReason: row.device_reason }),
    },
    softwareVersion: row.software_version,
    sampleRanges: parseRanges(row.sample_ranges),
    scale: parseScale(row.scale),
    comparison: row.compared_with === null ? null : (JSON.parse(row.compared_with) as RunComparison),
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: storedError(row),
  };
}
