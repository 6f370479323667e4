import { type Kysely, sql } from 'kysely';
import type { Box, Polygon } from '../../src-shared/geometry.ts';
import { outlineCalipers } from '../../src-shared/region-size.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { run } from './migration-statements.ts';

const COLUMNS = [
  `alter table batches add column scale text check (scale is null or json_valid(scale))`,
  `alter table runs add column scale text check (scale is null or json_valid(scale))`,
  // Longest and shortest caliper of the outline, in image pixels.
  `alter table regions add column length real`,
  `alter table regions add column width real`,
  `alter table regions add column below_limit integer not null default 0 check (below_limit in (0, 1))`,
];

/** Regions read and measured at a time. */
const PAGE = 500;

interface RegionRow {
  readonly rowid: number;
  readonly polygons: string;
  readonly box: string;
}

/** Migration 025: how large a pixel is, and how long and wide each region, those that are there included. */
export async function addScales(db: Kysely<unknown>): Promise<void> {
  await run(db, COLUMNS);
  for (let after = 0; ; ) {
    const { rows } = await sql<RegionRow>`
      select rowid, polygons, box from regions where rowid > ${after} order by rowid limit ${PAGE}`.execute(
      db,
    );
    if (rows.length === 0) return;
    for (const { rowid, ...stored } of rows) {
      const size = measured(stored);
      if (!size) continue;
      await sql`update regions set length = ${size.length}, width = ${size.width} where rowid = ${rowid}`.execute(
        db,
      );
    }
    after = rows.at(-1)!.rowid;
  }
}

/** Length and width of a stored region; undefined when its outline cannot be read, or has no place. */
function measured({ polygons, box }: Omit<RegionRow, 'rowid'>) {
  try {
    const size = outlineCalipers({
      polygons: JSON.parse(polygons) as Polygon[],
      box: JSON.parse(box) as Box,
    });
    return Number.isFinite(size.length) && Number.isFinite(size.width) ? size : undefined;
  } catch {
    return undefined;
  }
}

/** A scale from its column. */
export function parseScale(column: string | null): Scale | null {
  return column === null ? null : (JSON.parse(column) as Scale);
}
