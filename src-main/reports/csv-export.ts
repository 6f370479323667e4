import { join } from 'node:path';
import { noticeText } from '../../src-shared/notice-text.ts';
import { tellSize } from '../../src-shared/region-size.ts';
import type { Region } from '../../src-shared/result.ts';
import { type Scale, scaleOf } from '../../src-shared/scale.ts';
import { overturns } from '../../src-shared/verdict.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { type CsvRow, csvText } from './csv-text.ts';
import { imageKey } from './image-key.ts';
import { reviewedRegions } from './reviewed-regions.ts';
import type { ExportContext, ReportImage, RunReport } from './run-report.ts';

/**
 * `results.csv`: one row per image, UTF-8, with a byte order mark unless the style has none, cells that would be
 * taken for a formula preceded by an apostrophe. `image_id` and `key` join with the other exports as they are.
 */
export async function exportCsv(report: RunReport, context: ExportContext): Promise<string> {
  const path = join(context.folder, 'results.csv');
  await writeFileAtomically(path, rows(report, context));
  return path;
}

async function* rows(report: RunReport, context: ExportContext): AsyncGenerator<string> {
  let header = true;
  for await (const image of report.images()) {
    context.step();
    yield csvText([imageRow(report, image)], context.csv, header);
    header = false;
  }
}

/** What tables say of an image, under the names of their columns. */
export function imageRow(report: RunReport, image: ReportImage) {
  const { batch, run, recipe } = report;
  const result = image.status === 'done' ? image.result : undefined;
  const error = image.status === 'failed' ? image.error : undefined;
  const { verdict } = image;
  const reviewed = image.status === 'done' ? reviewedRegions(image) : [];
  const scale = result ? scaleOf(result, batch) : null;
  const counting = result?.regions.filter(({ belowLimit }) => !belowLimit) ?? [];
  const largest = counting.toSorted((a, b) => b.area - a.area)[0];
  const count = (test: (kind: string) => boolean) => image.annotations.filter((a) => test(a.kind)).length;
  return {
    image: image.name,
    status: image.status,
    model_verdict: result?.verdict ?? null,
    score: result ? round(result.score, 6) : null,
    notices: result?.notices.map(({ code }) => code).join('; ') ?? null,
    notice_texts: result?.notices.map((notice) => noticeText(notice, 'en')).join(' ') ?? null,
    human_verdict: verdict?.verdict ?? null,
    overturned: verdict && result ? (overturns(verdict.verdict, result.verdict) ? 'yes' : 'no') : null,
    overturn_reason: verdict?.overturnReason ?? null,
    defect_class: verdict?.defectClass ?? null,
    severity: verdict?.severity ?? null,
    comment: verdict?.comment ?? null,
    inspector: verdict?.inspector ?? null,
    reviewed_at: verdict?.createdAt ?? null,
    regions: result?.regions.length ?? null,
    regions_after_review: result ? reviewed.filter((r) => r.className !== 'false-positive').length : null,
    false_positives: count((kind) => kind === 'false-positive'),
    missed_defects: count((kind) => kind === 'missed-defect'),
    largest_region_px: result ? (largest?.area ?? 0) : null,
    ...sizeColumns(largest, scale),
    regions_below_limit: result ? result.regions.length - counting.length : null,
    scale_mm_per_px: scale?.millimetresPerPixel ?? null,
    width_px: result?.width ?? null,
    height_px: result?.height ?? null,
    time_ms: result ? round(result.timings.total, 1) : null,
    device: result?.device.running ?? null,
    device_asked: result?.device.asked ?? null,
    device_fallback_reason: result?.device.fallbackReason ?? null,
    error_code: error?.code ?? null,
    error: error?.message ?? null,
    batch: batch.name,
    object: batch.objectName || recipe.object,
    part_number: batch.partNumber,
    revision: batch.revision,
    lot: batch.lot,
    order: batch.order,
    recipe: recipe.name,
    recipe_revision: report.recipeRevision,
    recipe_hash: run.recipeHash,
    pack_hash: result?.packHash ?? run.packHash,
    software_version: result?.softwareVersion ?? run.softwareVersion,
    run: report.jobId,
    result: image.resultId,
    finished_at: image.finishedAt,
    content_hash: result?.contentHash ?? null,
    file_now: image.file,
    path: image.path,
    page: image.page?.number ?? 1,
    pages: image.page?.count ?? 1,
    image_id: image.imageId,
    key: imageKey(image.name),
  } satisfies CsvRow;
}

/** The size of the largest region that counts; empty without one, and in millimetres without a scale. */
function sizeColumns(largest: Region | undefined, scale: Scale | null) {
  const { px, mm } = largest ? tellSize(largest, scale) : {};
  return {
    region_length_px: px?.length ?? null,
    region_width_px: px?.width ?? null,
    region_equivalent_diameter_px: px?.equivalentDiameter ?? null,
    region_length_mm: mm?.length ?? null,
    region_width_mm: mm?.width ?? null,
    region_area_mm2: mm?.area ?? null,
    region_equivalent_diameter_mm: mm?.equivalentDiameter ?? null,
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
