import { join } from 'node:path';
import type { CsvStyle } from '../../../../src-shared/export-formats.ts';
import { checkWritable, writeFileAtomically } from '../../../files/atomic-write.ts';
import { writeJsonFile } from '../../../files/json-file.ts';
import { type CsvRow, csvText } from '../../../reports/csv-text.ts';
import { COMPARED_FIGURES, type FigureName, type MethodsEvaluation } from './method-figures.ts';
import { methodReport, type ReportPart, reportParts } from './method-report.ts';

/** For programs: everybody's. */
const STYLE: CsvStyle = { separator: ',', decimal: '.', bom: false };

/** Finds out before long work whether {@link writeMethodFigures} can do its part. @throws ClipSamError as it does */
export async function checkFiguresFolder(folder: string): Promise<void> {
  await checkWritable(join(folder, 'figures.json'));
}

/**
 * Writes `table.md`, `figures.json` and `figures.csv` (a row per method and category, then means; see README of
 * src-main/cli), each whole or not at all.
 * @throws ClipSamError `disk-full`, `path-denied`
 */
export async function writeMethodFigures(folder: string, evaluation: MethodsEvaluation): Promise<void> {
  await writeFileAtomically(join(folder, 'table.md'), methodReport(evaluation));
  const rows = reportParts(evaluation).flatMap((part) => csvRows(part, evaluation));
  await writeFileAtomically(join(folder, 'figures.csv'), csvText(rows, STYLE, true));
  await writeJsonFile(join(folder, 'figures.json'), evaluation);
}

function csvRows(part: ReportPart, evaluation: MethodsEvaluation): CsvRow[] {
  const against = evaluation.methods[0]!.method;
  return part.methods.map(({ method, figures, intervals, seconds, categories }) => {
    const differences = part.differences.find((one) => one.method === method && one.against === against);
    const columns = COMPARED_FIGURES.flatMap((name): [string, string | number | null][] => [
      [columnOf(name), figures[name]],
      [`${columnOf(name)}_low`, intervals[name]?.low ?? null],
      [`${columnOf(name)}_high`, intervals[name]?.high ?? null],
      [`${columnOf(name)}_difference`, differences?.figures[name]?.difference ?? null],
      [`${columnOf(name)}_p`, differences?.figures[name]?.p ?? null],
      [`${columnOf(name)}_verdict`, differences?.figures[name]?.verdict ?? null],
    ]);
    return {
      data: part.title,
      dataset: part.dataset,
      category: part.category,
      method,
      good: part.good,
      defective: part.defective,
      categories: categories ?? null,
      against: differences ? against : null,
      ...Object.fromEntries(columns),
      seconds_per_image: seconds,
      trained_parameters: evaluation.methods.find((one) => one.method === method)!.trainedParameters,
    };
  });
}

/** pixelProAprilGan → pixel_pro_april_gan. */
function columnOf(name: FigureName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
