import { methodTitle } from '../../src-shared/method-text.ts';
import { overturns } from '../../src-shared/verdict.ts';
import type { CellValue, SheetContent } from '../xlsx/workbook.ts';
import { FALSE_POSITIVE, reviewedRegions } from './reviewed-regions.ts';
import type { ReportImage, RunReport } from './run-report.ts';

const BINS = 50;

/** What the summary of a run counts. */
export class RunCounts {
  #images = 0;
  #failed = 0;
  readonly #model = { accept: 0, warn: 0, reject: 0 };
  readonly #human = { accept: 0, reject: 0, uncertain: 0, withdrawn: 0 };
  #overturned = 0;
  #regions = 0;
  readonly #classes = new Map<string, number>();
  /** Images by score, in equal parts of 0..1. */
  readonly bins = Array.from({ length: BINS }, () => ({ accept: 0, warn: 0, reject: 0 }));
  /** Images whose verdict is a rejection, and how many of their pictures are shown. */
  rejected = 0;
  pictures = 0;

  add(image: ReportImage): void {
    this.#images++;
    if (image.status === 'failed') {
      this.#failed++;
      return;
    }
    const { score, verdict } = image.result;
    this.#model[verdict]++;
    this.bins[Math.min(Math.floor(score * BINS), BINS - 1)]![verdict]++;
    if (image.verdict) this.#human[image.verdict.verdict]++;
    if (image.verdict && overturns(image.verdict.verdict, image.result.verdict)) this.#overturned++;
    for (const { className } of reviewedRegions(image)) {
      this.#classes.set(className, (this.#classes.get(className) ?? 0) + 1);
      if (className !== FALSE_POSITIVE) this.#regions++;
    }
  }

  /** Defect classes with the regions of each, most first. */
  classes(): { readonly name: string; readonly value: number }[] {
    return [...this.#classes]
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
  }

  /** @param rows rows that the sheets could not hold, and how many rejected images are listed */
  sheet(
    { batch, run, recipe, recipeRevision, total, jobId }: RunReport,
    {
      images,
      regions,
      rejected,
    }: { readonly images: number; readonly regions: number; readonly rejected: number },
  ): SheetContent {
    const reviewed = this.#human.accept + this.#human.reject + this.#human.uncertain;
    const classes = this.classes();
    const rows: CellValue[][] = [
      ['batch', batch.name],
      ['object', batch.objectName || recipe.object],
      ['part_number', batch.partNumber],
      ['revision', batch.revision],
      ['lot', batch.lot],
      ['order', batch.order],
      ['run', jobId],
      ['started_at (UTC)', new Date(run.startedAt)],
      ['ended_at (UTC)', run.endedAt === null ? null : new Date(run.endedAt)],
      ['software_version', run.softwareVersion],
      ['recipe', recipe.name],
      ['recipe_revision', recipeRevision],
      ['recipe_hash', run.recipeHash],
      ...(recipe.method ? [['method', methodTitle(recipe.method, 'en')]] : []),
      ['pack', recipe.pack],
      ['pack_hash', run.packHash],
      ['theta', recipe.theta],
      ['warn', recipe.warn],
      ['reject', recipe.reject],
      ['images', total],
      ['without a result yet', total - this.#images],
      ['failed', this.#failed],
      ...Object.entries(this.#model).map(([verdict, count]) => [`model: ${verdict}`, count]),
      ...(['accept', 'reject', 'uncertain'] as const).map((verdict) => [
        `inspector: ${verdict}`,
        this.#human[verdict],
      ]),
      ['not reviewed', this.#images - this.#failed - reviewed],
      ['overturned', this.#overturned],
      ['regions (without false positives)', this.#regions],
      ...classes.map(({ name, value }) => [`class: ${name}`, value]),
      ['rejected images', this.rejected],
      ['pictures of rejected images', this.pictures],
      ...(this.rejected > rejected
        ? [['left out of "rejected": images beyond its limit', this.rejected - rejected]]
        : []),
      ...(images > 0 ? [['left out of "images": rows beyond the limit of a sheet', images]] : []),
      ...(regions > 0 ? [['left out of "regions": rows beyond the limit of a sheet', regions]] : []),
    ];
    return { name: 'summary', header: ['what', 'value'], rows, filter: false };
  }
}
