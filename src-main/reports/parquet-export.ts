import { join } from 'node:path';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { type ParquetColumns, parquetPieces } from '../parquet/parquet-pieces.ts';
import { imageRow } from './csv-export.ts';
import { type TableRegion, tableRegions } from './region-row.ts';
import type { ExportContext, RunReport } from './run-report.ts';

/** The columns of `results.csv`, each with its type. */
const IMAGE_COLUMNS = {
  image: 'text',
  status: 'text',
  model_verdict: 'text',
  score: 'double',
  notices: 'text',
  notice_texts: 'text',
  human_verdict: 'text',
  overturned: 'boolean',
  overturn_reason: 'text',
  defect_class: 'text',
  severity: 'text',
  comment: 'text',
  inspector: 'text',
  reviewed_at: 'time',
  regions: 'int32',
  regions_after_review: 'int32',
  false_positives: 'int32',
  missed_defects: 'int32',
  largest_region_px: 'double',
  region_length_px: 'double',
  region_width_px: 'double',
  region_equivalent_diameter_px: 'double',
  region_length_mm: 'double',
  region_width_mm: 'double',
  region_area_mm2: 'double',
  region_equivalent_diameter_mm: 'double',
  regions_below_limit: 'int32',
  scale_mm_per_px: 'double',
  width_px: 'int32',
  height_px: 'int32',
  time_ms: 'double',
  device: 'text',
  device_asked: 'text',
  device_fallback_reason: 'text',
  error_code: 'text',
  error: 'text',
  batch: 'text',
  object: 'text',
  part_number: 'text',
  revision: 'text',
  lot: 'text',
  order: 'text',
  recipe: 'text',
  recipe_revision: 'int32',
  recipe_hash: 'text',
  pack_hash: 'text',
  software_version: 'text',
  run: 'text',
  result: 'text',
  finished_at: 'time',
  content_hash: 'text',
  file_now: 'text',
  path: 'text',
  page: 'int32',
  pages: 'int32',
  image_id: 'int64',
  key: 'text',
} as const satisfies ParquetColumns & Record<keyof ReturnType<typeof imageRow>, unknown>;

/** The columns of the sheet of regions, each with its type, and the outlines. */
const REGION_COLUMNS = {
  image: 'text',
  region: 'int32',
  class: 'text',
  score: 'double',
  marked_by: 'text',
  length_px: 'double',
  width_px: 'double',
  area_px: 'double',
  diameter_px: 'double',
  length_mm: 'double',
  width_mm: 'double',
  area_mm2: 'double',
  diameter_mm: 'double',
  scale_mm_per_px: 'double',
  below_limit: 'boolean',
  box_x_px: 'int32',
  box_y_px: 'int32',
  box_width_px: 'int32',
  box_height_px: 'int32',
  model_verdict: 'text',
  human_verdict: 'text',
  severity: 'text',
  image_id: 'int64',
  key: 'text',
  result: 'text',
  polygons: 'text',
} as const satisfies ParquetColumns & Record<keyof TableRegion['row'], unknown>;

/**
 * `parquet/images.parquet`: a row per image, the columns of `results.csv` with types (times in UTC, numbers as they were
 * computed, truth values, nulls). `parquet/regions.parquet`: a row per region as reviewed; `result` joins both, `polygons`
 * has the outlines as JSON (rings of [x, y] in image pixels, holes after their outline).
 */
export async function exportParquet(report: RunReport, context: ExportContext): Promise<string> {
  const folder = join(context.folder, 'parquet');
  const metadata = {
    'clipsam.version': SOFTWARE_VERSION,
    'clipsam.workspace': report.workspaceId,
    'clipsam.job': report.jobId,
  };
  const listed = new Set<string>();
  const images = parquetPieces(IMAGE_COLUMNS, imageRows(report, context, listed), metadata);
  await writeFileAtomically(join(folder, 'images.parquet'), images);
  const regions = parquetPieces(REGION_COLUMNS, regionRows(report, listed), metadata);
  await writeFileAtomically(join(folder, 'regions.parquet'), regions);
  return folder;
}

async function* imageRows(report: RunReport, context: ExportContext, listed: Set<string>) {
  for await (const image of report.images()) {
    context.step();
    const row = imageRow(report, image);
    const { overturned } = row;
    const result = image.status === 'done' ? image.result : undefined;
    if (result) listed.add(image.resultId);
    yield {
      ...row,
      score: result?.score ?? null,
      time_ms: result?.timings.total ?? null,
      overturned: overturned && overturned === 'yes',
    };
  }
}

async function* regionRows(report: RunReport, listed: ReadonlySet<string>) {
  for await (const image of report.images()) {
    // A run at work may have stored it since the images were written.
    if (image.status === 'failed' || !listed.has(image.resultId)) continue;
    for (const { region, row } of tableRegions(report, image)) {
      yield {
        ...row,
        below_limit: region.belowLimit,
        result: image.resultId,
        polygons: JSON.stringify(region.polygons),
      };
    }
  }
}
