import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blamesNoImage } from '../../../src-shared/error-codes.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { ClipSamError, throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import { evenlySpread } from '../../../src-shared/evenly-spread.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import { sizeLimits } from '../../../src-shared/minimum-defect.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import type { LayoutName } from '../datasets/defect-category.ts';
import { findCategories } from '../datasets/find-categories.ts';
import { forEachInFlight } from '../in-flight.ts';
import { rangesOfFiles } from '../pictures/file-ranges.ts';
import { CategoryTally } from './category-tally.ts';
import { type CategoryEvaluation, type Evaluation, meanOf } from './evaluation-figures.ts';

export type EvaluateEvent =
  | { readonly kind: 'started'; readonly categories: number; readonly total: number }
  | {
      readonly kind: 'image';
      readonly path: string;
      readonly error?: ErrorRecord;
      readonly done: number;
      readonly failed: number;
      readonly total: number;
    }
  | { readonly kind: 'category'; readonly result: CategoryEvaluation }
  | { readonly kind: 'finished'; readonly evaluation: Evaluation };

export interface EvaluateOptions {
  readonly inference: Pick<InferenceClient, 'inspect' | 'packHash'>;
  /** Its object name is replaced per category. */
  readonly recipe: Recipe;
  /** How the data lies there. Default: what it looks like. */
  readonly layout?: LayoutName | undefined;
  /** Category → object name; otherwise the category's folder name, see {@link objectNameOf}. */
  readonly objectNames?: Readonly<Record<string, string>>;
  /** Where to look. Default: everywhere. */
  readonly area?: InspectionArea;
  /** Images per category at most, spread evenly over good and defective ones. */
  readonly limit?: number;
  /** Folder for maps on their way to the metrics; each image's are deleted at once. Default: the system's. */
  readonly temporaryRoot?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: EvaluateEvent) => void;
}

/**
 * Measures a pack and recipe on data with known defects (see {@link findCategories}). Everything streams:
 * memory doesn't grow with the number of images. Images of more than 8 bits have one range per category. An image that
 * fails, or whose file has several pictures, is listed under `failures`; the rest goes on.
 * @throws ClipSamError `input-invalid` for data that doesn't fit its layout; `cancelled`; errors that every further
 *   image would meet too, such as `disk-full`, and `text-too-long` for an object's name
 */
export async function evaluate(root: string, options: EvaluateOptions): Promise<Evaluation> {
  const { inference, recipe, area, limit, signal, onProgress } = options;
  const started = performance.now();
  const found = await findCategories(root, { layout: options.layout, signal });
  const selected = found.map((category) => ({ ...category, images: evenlySpread(category.images, limit) }));
  const total = selected.reduce((sum, { images }) => sum + images.length, 0);
  sizeLimits(recipe.minimumDefect, recipe.scale ?? null);
  onProgress?.({ kind: 'started', categories: selected.length, total });

  const temporary = await mkdtemp(join(options.temporaryRoot ?? tmpdir(), 'clipsam-evaluate-'));
  const categories: CategoryEvaluation[] = [];
  const failures: Evaluation['failures'][number][] = [];
  let done = 0;
  try {
    for (const category of selected) {
      const object = options.objectNames?.[category.category] ?? objectNameOf(category.category);
      const ranges = await rangesOfFiles(
        category.images.map(({ path }) => path),
        signal,
      );
      const tally = new CategoryTally(category, object, ranges.ranges);
      await forEachInFlight(category.images, async (image, index) => {
        throwIfCancelled(signal);
        const artifactRoot = join(temporary, `${categories.length}-${index}`);
        let error: ErrorRecord | undefined;
        try {
          const { path } = image;
          const job = { path, recipe: { ...recipe, object }, artifactRoot, range: ranges.of(path), area };
          const result = await inference.inspect(job, signal);
          refuseSeveral(path, result);
          await tally.add(image, result, artifactRoot, recipe.maxPixels);
        } catch (cause) {
          throwIfCancelled(signal);
          error = toErrorRecord(cause);
          if (blamesNoImage(error.code)) throw cause;
          failures.push({ path: image.path, error });
          tally.failed++;
        } finally {
          await rm(artifactRoot, { recursive: true, force: true });
        }
        const event = { kind: 'image', path: image.path, failed: failures.length, total } as const;
        onProgress?.({ ...event, ...(error && { error }), done: ++done });
      });
      const result = tally.result();
      categories.push(result);
      onProgress?.({ kind: 'category', result });
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }

  const datasets = [...new Set(categories.map(({ dataset }) => dataset))].map((dataset) => ({
    dataset,
    ...meanOf(categories.filter((category) => category.dataset === dataset)),
  }));
  const evaluation: Evaluation = {
    schemaVersion: 1,
    root,
    recipe,
    ...(area && { area }),
    packHash: inference.packHash,
    categories,
    datasets,
    mean: meanOf(categories),
    datasetMean: meanOf(datasets),
    failures,
    passedOver: found.flatMap(({ passedOver }) => passedOver),
    notes: [...new Set(found.flatMap(({ notes }) => notes))],
    seconds: (performance.now() - started) / 1000,
  };
  onProgress?.({ kind: 'finished', evaluation });
  return evaluation;
}

/** A mask is of one picture: which of several would be guessed. @throws ClipSamError `image-unsupported` */
export function refuseSeveral(path: string, { notices }: InspectionResult): void {
  const told = notices.find(({ code }) => code === 'page');
  if (told?.code !== 'page') return;
  throw new ClipSamError(
    'image-unsupported',
    `${path} has ${told.pages} pages. Only files with one picture can be measured: save each page as a file.`,
  );
}

/** A category's folder name as the prompts' object: `metal_nut_mini` → `metal nut`; of a number alone, `product`. */
export function objectNameOf(category: string): string {
  if (/^\d+$/.test(category)) return 'product';
  return category.replace(/_mini$/, '').replaceAll('_', ' ');
}
