import { join } from 'node:path';
import { thumbnail } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { type CellValue, MOST_ROWS, type SheetContent, type SheetPicture } from '../xlsx/workbook.ts';
import { workbookInThread } from '../xlsx/write-workbook.ts';
import { imageRow } from './csv-export.ts';
import { decidedVerdict } from './decided-verdict.ts';
import { imageKey } from './image-key.ts';
import { tableRegions } from './region-row.ts';
import { FALSE_POSITIVE } from './reviewed-regions.ts';
import type { DoneImage, ExportContext, ReportImage, RunReport } from './run-report.ts';
import { contentSeen, unlessUnreadable } from './seen-content.ts';
import { chartsSheet } from './xlsx-charts.ts';
import { RunCounts } from './xlsx-summary.ts';

/** Pictures of rejected images: how many, and their longest side in pixels. */
const MOST_PICTURES = 1000;
const PICTURE = 160;
const DATES: ReadonlySet<string> = new Set(['reviewed_at', 'finished_at']);

/**
 * `results.xlsx`: sheets `images` (a row each, the columns of `results.csv`), `regions` (as reviewed, a row each),
 * `rejected` (small pictures of the images that were rejected, the first {@link MOST_PICTURES}), `summary`, which also
 * says what was cut, and `charts` as pictures. Numbers and dates (UTC) are typed, texts are never formulas.
 */
export async function exportXlsx(report: RunReport, context: ExportContext): Promise<string> {
  const path = join(context.folder, 'results.xlsx');
  const images = new Table();
  const regions = new Table();
  const rejected = new Table();
  const pictures: SheetPicture[] = [];
  const counts = new RunCounts();
  for await (const image of report.images()) {
    context.step();
    images.add(imageRow(report, image));
    counts.add(image);
    if (image.status === 'failed') continue;
    for (const { row } of tableRegions(report, image)) regions.add(row);
    if (decidedVerdict(image) !== 'reject') continue;
    const small = rejected.length < MOST_PICTURES ? await smallPicture(report, image) : null;
    if (small) pictures.push({ ...small, row: rejected.length });
    if (rejected.length < MOST_PICTURES) rejected.add(rejectedRow(image, small !== null));
    counts.rejected++;
  }
  counts.pictures = pictures.length;
  const content: SheetContent[] = [
    { ...images.sheet('images'), filter: true },
    { ...regions.sheet('regions'), filter: true },
    // Pictures stay where they are when rows are filtered or sorted.
    { ...rejected.sheet('rejected'), filter: false, pictures },
    counts.sheet(report, { images: images.cut, regions: regions.cut, rejected: rejected.length }),
  ];
  const defects = counts.classes().filter(({ name }) => name !== FALSE_POSITIVE);
  const charts = await chartsSheet(defects, counts.bins, report.recipe);
  if (charts) content.push(charts);
  const { startedAt, endedAt } = report.run;
  const dates = { created: new Date(startedAt), modified: new Date(endedAt ?? startedAt) };
  await writeFileAtomically(path, await workbookInThread(content, report.batch.name, dates));
  return path;
}

type TableRow = Readonly<Record<string, string | number | null>>;

/** Rows with the same names, as far as a sheet holds them. */
class Table {
  readonly #rows: CellValue[][] = [];
  #header: readonly string[] = [];
  /** Rows that no sheet can hold. */
  cut = 0;

  get length(): number {
    return this.#rows.length;
  }

  add(row: TableRow): void {
    this.#header = this.#header.length > 0 ? this.#header : Object.keys(row);
    if (this.#rows.length + 1 >= MOST_ROWS) this.cut++;
    else this.#rows.push(Object.entries(row).map(([name, value]) => toValue(name, value)));
  }

  sheet(name: string): Omit<SheetContent, 'filter'> {
    const header = this.#header.map((column) => (DATES.has(column) ? `${column} (UTC)` : column));
    return { name, header: header.length > 0 ? header : ['none'], rows: this.#rows };
  }
}

function toValue(name: string, value: string | number | null): CellValue {
  return DATES.has(name) && typeof value === 'string' ? new Date(value) : value;
}

function rejectedRow(image: DoneImage, hasPicture: boolean): TableRow {
  const { result, verdict } = image;
  return {
    picture: hasPicture ? null : `no picture: ${image.file === 'same' ? 'it cannot be read' : image.file}`,
    image: image.name,
    score: result.score,
    model_verdict: result.verdict,
    human_verdict: verdict?.verdict ?? null,
    defect_class: verdict?.defectClass ?? null,
    severity: verdict?.severity ?? null,
    comment: verdict?.comment ?? null,
    inspector: verdict?.inspector ?? null,
    regions: result.regions.length,
    image_id: image.imageId,
    key: imageKey(image.name),
  };
}

async function smallPicture(
  report: RunReport,
  image: ReportImage & DoneImage,
): Promise<Omit<SheetPicture, 'row'> | null> {
  const seen = await contentSeen(image);
  const { maxPixels } = report.recipe;
  const view = { maxPixels, page: image.page?.index, range: image.range ?? undefined };
  const bytes = seen && (await unlessUnreadable(thumbnail(seen, PICTURE, view)));
  if (!bytes) return null;
  const { width, height } = image.result;
  const scale = Math.min(1, PICTURE / Math.max(width, height));
  const size = (side: number) => Math.max(1, Math.round(side * scale));
  return {
    ...{ column: 0, bytes, mediaType: 'image/jpeg', description: image.name },
    ...{ width: size(width), height: size(height) },
  };
}
