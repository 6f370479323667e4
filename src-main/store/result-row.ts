import type { Selectable } from 'kysely';
import type { DeviceReport } from '../../src-shared/device.ts';
import type { Box, Polygon } from '../../src-shared/geometry.ts';
import { isWarning, type Notice } from '../../src-shared/notice.ts';
import { opinionDisagreement, type RegionOpinions } from '../../src-shared/opinion.ts';
import {
  type InspectionResult,
  inspectionResult,
  type MaskLevel,
  type Region,
  type RegionPrompts,
  type ResultArtifacts,
  timingsSchema,
} from '../../src-shared/result.ts';
import type { Schema } from './schema.ts';

/** The fields of a result that have columns, or a table, of their own: what is searched, sorted or counted by. */
export const FIELDS_WITH_COLUMNS = {
  contentHash: true,
  width: true,
  height: true,
  score: true,
  verdict: true,
  regions: true,
  notices: true,
  artifacts: true,
  timings: true,
  device: true,
  recipeHash: true,
  packHash: true,
  softwareVersion: true,
} as const;

/** All others: one column holds them, so that the store need not know what a result consists of. */
export const OTHER_FIELDS = inspectionResult.omit(FIELDS_WITH_COLUMNS);

/** The columns of a result; undefined: there is none. */
export function resultColumns(result: InspectionResult | undefined) {
  const notices = result?.notices ?? [];
  const others = Object.entries(result ?? {}).filter(([name]) => !Object.hasOwn(FIELDS_WITH_COLUMNS, name));
  return {
    content_hash: result?.contentHash ?? null,
    width: result?.width ?? null,
    height: result?.height ?? null,
    score: result?.score ?? null,
    verdict: result?.verdict ?? null,
    artifacts: result ? JSON.stringify(result.artifacts) : null,
    artifacts_dropped_at: null,
    timings: result ? JSON.stringify(result.timings) : null,
    device: result ? JSON.stringify(result.device) : null,
    recipe_hash: result?.recipeHash ?? null,
    pack_hash: result?.packHash ?? null,
    software_version: result?.softwareVersion ?? null,
    notices: notices.length > 0 ? JSON.stringify(notices) : null,
    doubts: notices.filter(({ code }) => isWarning(code)).length,
    disagreement: result?.opinions ? opinionDisagreement(result.opinions) : null,
    other_fields: others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : null,
  };
}

/**
 * The reverse of {@link resultColumns}.
 * @param others {@link OTHER_FIELDS}: their defaults stand for what older rows lack
 */
export function toResult<Others>(
  row: Omit<
    Selectable<Schema['results']>,
    'id' | 'run_id' | 'image_id' | 'status' | 'finished_at' | ErrorColumn
  >,
  regions: readonly Selectable<Schema['regions']>[],
  others: { parse(value: unknown): Others },
) {
  return {
    ...others.parse(JSON.parse(row.other_fields ?? '{}')),
    contentHash: row.content_hash!,
    width: row.width!,
    height: row.height!,
    score: row.score!,
    verdict: row.verdict!,
    regions: regions.map(toRegion),
    notices: [...storedNotices(row.notices), ...droppedNotice(row.artifacts_dropped_at)],
    artifacts: JSON.parse(row.artifacts!) as ResultArtifacts,
    timings: timingsSchema.parse(JSON.parse(row.timings!)),
    device: JSON.parse(row.device!) as DeviceReport,
    recipeHash: row.recipe_hash!,
    packHash: row.pack_hash!,
    softwareVersion: row.software_version!,
  };
}

type ErrorColumn = 'error_code' | 'error_message' | 'error_details';

/** What has to be known of a result whose maps and mask were let go. */
function droppedNotice(at: string | null): readonly Notice[] {
  return at === null ? [] : [{ code: 'maps-dropped', date: at.slice(0, 10) }];
}

/** Notices from their column. */
export function storedNotices(column: string | null): readonly Notice[] {
  return column === null ? [] : (JSON.parse(column) as Notice[]);
}

/** The row of one of a result's regions. */
export function regionColumns(resultId: number, region: Region) {
  return {
    result_id: resultId,
    region_index: region.index,
    box: JSON.stringify(region.box),
    area: region.area,
    peak: region.peak,
    mean: region.mean,
    polygons: JSON.stringify(region.polygons),
    prompts: JSON.stringify(region.prompts),
    levels: JSON.stringify(region.levels),
    opinions: region.opinions ? JSON.stringify(region.opinions) : null,
    length: region.length ?? null,
    width: region.width ?? null,
    below_limit: region.belowLimit ? 1 : 0,
  };
}

function toRegion(row: Selectable<Schema['regions']>): Region {
  return {
    index: row.region_index,
    polygons: JSON.parse(row.polygons) as Polygon[],
    box: JSON.parse(row.box) as Box,
    area: row.area,
    ...(row.length !== null && { length: row.length }),
    ...(row.width !== null && { width: row.width }),
    ...(row.below_limit === 1 && { belowLimit: true as const }),
    peak: row.peak,
    mean: row.mean,
    prompts: JSON.parse(row.prompts) as RegionPrompts,
    levels: JSON.parse(row.levels) as MaskLevel[],
    ...(row.opinions !== null && { opinions: JSON.parse(row.opinions) as RegionOpinions }),
  };
}
