import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  blamesNoImage,
  ClipSamError,
  type ErrorRecord,
  throwIfCancelled,
  toErrorRecord,
} from '../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { ArtifactRef, InspectionResult } from '../../src-shared/result.ts';
import { decodeGrey16 } from '../codec/image-codec.ts';
import { decodeMask } from '../codec/mask-codec.ts';
import { ArtifactStore } from '../files/artifact-store.ts';
import type { Inspector } from '../inference/inspector.ts';
import { mapToImage } from '../pipeline/bilinear.ts';
import {
  imageMetrics,
  PixelMetrics,
  type PixelMetricsResult,
  type RankingMetrics,
} from '../pipeline/metrics.ts';
import { type DefectCategory, findCategories, type TestImage } from './defect-dataset.ts';

/** What `clipsam evaluate --json` writes. Shares are 0..1; metrics are 0..1 or null where they have no value. */
export interface Evaluation {
  readonly schemaVersion: 1;
  readonly root: string;
  readonly recipe: Recipe;
  readonly packHash: string;
  /** Every category by path. */
  readonly categories: readonly CategoryEvaluation[];
  /** Per data set (the folder that holds categories): plain mean over its categories. */
  readonly datasets: readonly (MeanEvaluation & { readonly dataset: string })[];
  /** Plain mean over all categories. */
  readonly mean: MeanEvaluation;
  /** Plain mean over `datasets`. */
  readonly datasetMean: MeanEvaluation;
  /** Images that are in no figure, and why. */
  readonly failures: readonly { readonly path: string; readonly error: ErrorRecord }[];
  /** Pictures of kinds that are not read; they are in no figure either. */
  readonly passedOver: readonly string[];
  /** Wall clock of the evaluation. */
  readonly seconds: number;
}

/** The figures that are averaged; a mean runs over the categories where the value is not null. */
export interface EvaluationFigures {
  /** Pixel metrics of the coarse and of the final map, at image size. */
  readonly coarse: PixelMetricsResult;
  readonly final: PixelMetricsResult;
  /** Metrics of the image score. */
  readonly image: RankingMetrics;
  /** Share of good images, and of defective ones, with at least one region at the recipe's θ. */
  readonly goodWithRegion: number | null;
  readonly defectiveWithRegion: number | null;
  /** Share of good images, and of defective ones, whose verdict is warn or reject. */
  readonly goodNotAccepted: number | null;
  readonly defectiveNotAccepted: number | null;
}

export interface MeanEvaluation extends EvaluationFigures {
  /** Categories (or data sets) that the mean runs over. */
  readonly count: number;
}

export interface CategoryEvaluation extends EvaluationFigures {
  readonly dataset: string;
  readonly category: string;
  /** The object's name in the prompts. */
  readonly object: string;
  /** Images measured. */
  readonly good: number;
  readonly defective: number;
  /** Images that failed. */
  readonly failed: number;
  /** Mean of the pipeline's own time per image, milliseconds; neighbouring images overlap. */
  readonly imageMs: number | null;
}

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
  readonly inspector: Pick<Inspector, 'inspect' | 'packHash'>;
  /** Its object name is replaced per category. */
  readonly recipe: Recipe;
  /** Category → object name; otherwise the category's folder name, see {@link objectNameOf}. */
  readonly objectNames?: Readonly<Record<string, string>>;
  /** Images per category at most, spread evenly over good and defective ones. */
  readonly limit?: number;
  /** Folder for maps on their way to the metrics; each image's are deleted at once. Default: the system's. */
  readonly temporaryRoot?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: EvaluateEvent) => void;
}

/** Keeps the inference process busy while maps are read back and counted. */
const IN_FLIGHT = 3;

/**
 * Measures a pack and recipe on data in MVTec AD's layout (see {@link findCategories}). Everything streams:
 * memory doesn't grow with the number of images. An image that fails is listed under `failures`, the rest goes on.
 * @throws ClipSamError `input-invalid` for a root that is not in the layout; `cancelled`; errors that every further
 *   image would meet too, such as `disk-full`, and `text-too-long` for an object's name
 */
export async function evaluate(root: string, options: EvaluateOptions): Promise<Evaluation> {
  const { inspector, recipe, limit, signal, onProgress } = options;
  const started = performance.now();
  const found = await findCategories(root);
  const selected = found.map((category) => ({ ...category, images: spread(category.images, limit) }));
  const total = selected.reduce((sum, { images }) => sum + images.length, 0);
  onProgress?.({ kind: 'started', categories: selected.length, total });

  const temporary = await mkdtemp(join(options.temporaryRoot ?? tmpdir(), 'clipsam-evaluate-'));
  const categories: CategoryEvaluation[] = [];
  const failures: Evaluation['failures'][number][] = [];
  let done = 0;
  try {
    for (const category of selected) {
      const object = options.objectNames?.[category.category] ?? objectNameOf(category.category);
      const tally = new CategoryTally(category, object);
      await forEachInFlight(category.images, async (image, index) => {
        throwIfCancelled(signal);
        const artifactRoot = join(temporary, `${categories.length}-${index}`);
        let error: ErrorRecord | undefined;
        try {
          const job = { path: image.path, recipe: { ...recipe, object }, artifactRoot };
          await tally.add(image, await inspector.inspect(job, signal), artifactRoot, recipe.maxPixels);
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
    packHash: inspector.packHash,
    categories,
    datasets,
    mean: meanOf(categories),
    datasetMean: meanOf(datasets),
    failures,
    passedOver: found.flatMap(({ passedOver }) => passedOver),
    seconds: (performance.now() - started) / 1000,
  };
  onProgress?.({ kind: 'finished', evaluation });
  return evaluation;
}

/** A category's folder name as the prompts' object: `metal_nut_mini` → `metal nut`. */
export function objectNameOf(category: string): string {
  return category.replace(/_mini$/, '').replaceAll('_', ' ');
}

class CategoryTally {
  readonly #category: DefectCategory;
  readonly #object: string;
  readonly #coarse = new PixelMetrics();
  readonly #final = new PixelMetrics();
  readonly #images: {
    readonly score: number;
    readonly defective: boolean;
    readonly hasRegion: boolean;
    readonly accepted: boolean;
    readonly ms: number;
  }[] = [];
  failed = 0;

  constructor(category: DefectCategory, object: string) {
    this.#category = category;
    this.#object = object;
  }

  async add(
    image: TestImage,
    result: InspectionResult,
    artifactRoot: string,
    maxPixels: number,
  ): Promise<void> {
    const { width, height } = result;
    const truth = await readTruth(image, width, height, maxPixels);
    const store = new ArtifactStore(artifactRoot);
    const frame = frameFor(width, height);
    // Both maps first: an image counts in all figures or in none.
    const coarse = await readMap(store, result.artifacts.coarseMap, frame);
    const final = await readMap(store, result.artifacts.finalMap, frame);
    this.#coarse.add(coarse, truth, width, height);
    this.#final.add(final, truth, width, height);
    this.#images.push({
      score: result.score,
      defective: image.mask !== undefined,
      hasRegion: result.regions.length > 0,
      accepted: result.verdict === 'accept',
      ms: result.timings.total,
    });
  }

  result(): CategoryEvaluation {
    const images = this.#images;
    const good = images.filter(({ defective }) => !defective);
    const defective = images.filter((image) => image.defective);
    return {
      dataset: this.#category.dataset,
      category: this.#category.category,
      object: this.#object,
      good: good.length,
      defective: defective.length,
      failed: this.failed,
      coarse: this.#coarse.result(),
      final: this.#final.result(),
      image: imageMetrics(
        images.map(({ score }) => score),
        images.map((image) => image.defective),
      ),
      goodWithRegion: mean(good.map(({ hasRegion }) => Number(hasRegion))),
      defectiveWithRegion: mean(defective.map(({ hasRegion }) => Number(hasRegion))),
      goodNotAccepted: mean(good.map(({ accepted }) => Number(!accepted))),
      defectiveNotAccepted: mean(defective.map(({ accepted }) => Number(!accepted))),
      imageMs: mean(images.map(({ ms }) => ms)),
    };
  }
}

async function readTruth(
  { path, mask }: TestImage,
  width: number,
  height: number,
  maxPixels: number,
): Promise<Uint8Array> {
  if (!mask) return new Uint8Array(width * height);
  const truth = await decodeMask(mask, { maxPixels });
  if (truth.width !== width || truth.height !== height) {
    throw new ClipSamError(
      'input-invalid',
      `The mask ${mask} is ${truth.width} × ${truth.height} pixels, its image ${path} ${width} × ${height}. They must have the same size.`,
    );
  }
  if (!truth.data.includes(1)) {
    throw new ClipSamError(
      'input-invalid',
      `The mask ${mask} marks no pixel. Mark the defect, or move the image to test/good.`,
    );
  }
  return truth.data;
}

async function readMap(store: ArtifactStore, artifact: ArtifactRef, frame: Frame): Promise<Uint16Array> {
  return mapToImage(await decodeGrey16(await readFile(store.pathOf(artifact))), frame);
}

/** At most `limit` items, evenly spread over the list. */
function spread<T>(items: readonly T[], limit = items.length): readonly T[] {
  if (items.length <= limit) return items;
  return Array.from({ length: limit }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / limit)]!);
}

/** Runs `work` for every item, a few at a time. After an error no more begin; it is thrown when all have ended. */
async function forEachInFlight<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>) {
  const queue = items.entries();
  let stopped = false;
  const lane = async () => {
    for (const [index, item] of queue) {
      if (stopped) return;
      try {
        await work(item, index);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function mean(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null;
}

function meanOf(items: readonly EvaluationFigures[]): MeanEvaluation {
  const ranking = (pick: (item: EvaluationFigures) => RankingMetrics): RankingMetrics => ({
    auroc: mean(items.map((item) => pick(item).auroc)),
    ap: mean(items.map((item) => pick(item).ap)),
    f1Max: mean(items.map((item) => pick(item).f1Max)),
    f1Threshold: mean(items.map((item) => pick(item).f1Threshold)),
  });
  const pixel = (pick: (item: EvaluationFigures) => PixelMetricsResult): PixelMetricsResult => ({
    ...ranking(pick),
    pro: mean(items.map((item) => pick(item).pro)),
    proAprilGan: mean(items.map((item) => pick(item).proAprilGan)),
  });
  return {
    count: items.length,
    coarse: pixel((item) => item.coarse),
    final: pixel((item) => item.final),
    image: ranking((item) => item.image),
    goodWithRegion: mean(items.map((item) => item.goodWithRegion)),
    defectiveWithRegion: mean(items.map((item) => item.defectiveWithRegion)),
    goodNotAccepted: mean(items.map((item) => item.goodNotAccepted)),
    defectiveNotAccepted: mean(items.map((item) => item.defectiveNotAccepted)),
  };
}
