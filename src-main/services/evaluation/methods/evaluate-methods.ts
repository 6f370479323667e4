import type { ErrorRecord } from '../../../../src-shared/error-record.ts';
import { ClipSamError, throwIfCancelled } from '../../../../src-shared/errors.ts';
import { METHODS, type MethodName } from '../../../../src-shared/method.ts';
import { sizeLimits } from '../../../../src-shared/minimum-defect.ts';
import { SOFTWARE_VERSION } from '../../../../src-shared/version.ts';
import type { InferenceClient } from '../../../inference/inference-client.ts';
import { CONFIDENCE } from '../../../pipeline/bootstrap-interval.ts';
import type { DefectCategory } from '../../datasets/defect-category.ts';
import { findCategories } from '../../datasets/find-categories.ts';
import { type EvaluateOptions, objectNameOf } from '../evaluate.ts';
import type { MethodSpec } from '../method-spec.ts';
import { methodDifferences, methodMeans } from './compare-methods.ts';
import { type MeasuredCategory, measureCategory } from './measure-category.ts';
import type { FailedImage } from './measure-images.ts';
import { MeasuredFolder } from './measured-folder.ts';
import type { MethodAbilities } from './method-abilities.ts';
import type { CaseGallery } from './method-case.ts';
import type { MethodMeans, MethodReason, MethodsEvaluation } from './method-figures.ts';
import { methodJobs, type UnableJobs } from './method-jobs.ts';

export interface EvaluateMethodsOptions extends Omit<EvaluateOptions, 'inference' | 'onProgress'> {
  readonly inference: Pick<InferenceClient, 'inspect' | 'embed' | 'pose' | 'packHash'>;
  readonly specs: readonly MethodSpec[];
  readonly abilities: MethodAbilities;
  /** Of drawn references, crowds and resamples. */
  readonly seed: number;
  /** Resamples of images for intervals; 0: none. */
  readonly resamples: number;
  /** What was measured is kept here, and taken from here. Default: a temporary folder. */
  readonly cache?: string;
  readonly gallery?: CaseGallery;
  readonly onProgress?: (event: MethodsEvent) => void;
}

export type MethodsEvent =
  /** What was measured before is of no use: these have changed since. */
  | { readonly kind: 'anew'; readonly changed: readonly string[] }
  | ({ readonly kind: 'unavailable' } & MethodReason)
  /** What the category's images are compared with is prepared. */
  | { readonly kind: 'comparing' | 'comparing-figures'; readonly category: string; readonly runs: Runs }
  /** One image was run with one method, or was before. */
  | { readonly kind: 'run'; readonly path: string; readonly runs: Runs }
  | { readonly kind: 'failed'; readonly path: string; readonly method: string; readonly error: ErrorRecord };

/** Images times methods; some methods share one. */
interface Runs {
  readonly done: number;
  /** Of these, how many were known from before. */
  readonly known: number;
  readonly total: number;
}

/**
 * Measures methods side by side: the same pack, images, masks and sizes for all. Figures are exact; intervals and differences
 * come from resamples of the images. A method that the pack can't run is named, with why. What was measured of an image is
 * kept at once: a measurement that ended early goes on, unless pack, recipe, area or program have changed.
 * @throws ClipSamError as `evaluate`; `input-invalid` when the pack can run none of the methods, or all of them take
 *   references and a category has too few good images
 */
export async function evaluateMethods(
  root: string,
  options: EvaluateMethodsOptions,
): Promise<MethodsEvaluation> {
  const { inference, recipe, area, abilities, seed, resamples, signal, onProgress } = options;
  const started = performance.now();
  const found = await findCategories(root, { layout: options.layout, signal });
  sizeLimits(recipe.minimumDefect, recipe.scale ?? null);
  const { specs, unavailable } = runnable(options);
  for (const method of unavailable) onProgress?.({ kind: 'unavailable', ...method });
  const { object: _, ...rest } = recipe;
  const basis = { pack: inference.packHash, recipe: rest, area: area ?? null, program: SOFTWARE_VERSION };
  const { measured: folder, changed } = await MeasuredFolder.open(
    options.cache,
    basis,
    options.temporaryRoot,
  );
  if (changed.length > 0) onProgress?.({ kind: 'anew', changed });
  const failures: FailedImage[] = [];
  let measured: readonly MeasuredCategory[] | undefined;
  try {
    measured = await measureAll(found, { ...options, specs, folder, failures });
  } finally {
    await folder.close(measured !== undefined);
  }
  throwIfCancelled(signal);
  return {
    schemaVersion: 3,
    softwareVersion: SOFTWARE_VERSION,
    ...{ root, recipe, seed, resamples, unavailable },
    ...(area && { area }),
    packHash: inference.packHash,
    confidence: CONFIDENCE,
    methods: specs.map(({ text, method }) => ({
      method: text,
      trainedParameters: method ? abilities.trainedParameters(method.name) : 0,
    })),
    categories: measured.map(({ category }) => category),
    ...meansOf(specs, measured),
    failures,
    passedOver: found.flatMap(({ passedOver }) => passedOver),
    notes: [...new Set(found.flatMap(({ notes }) => notes))],
    seconds: (performance.now() - started) / 1000,
  };
}

/** Measures one category after the other, and tells how far it is. @param failures gets images that failed */
async function measureAll(
  found: readonly DefectCategory[],
  options: EvaluateMethodsOptions & { readonly folder: MeasuredFolder; readonly failures: FailedImage[] },
): Promise<MeasuredCategory[]> {
  const { limit, recipe, abilities, failures, onProgress } = options;
  const jobs = methodJobs(options.specs, baseOf(abilities));
  const imagesOf = ({ images }: DefectCategory) => Math.min(images.length, limit ?? images.length);
  const runs = { done: 0, known: 0, total: jobs.length * found.reduce((all, one) => all + imagesOf(one), 0) };
  const unable: UnableJobs = new Map();
  const measured: MeasuredCategory[] = [];
  for (const category of found) {
    const name = category.category;
    const object = options.objectNames?.[name] ?? objectNameOf(name);
    const before = runs.done;
    onProgress?.({ kind: 'comparing', category: name, runs: { ...runs } });
    const one = await measureCategory(category, {
      ...options,
      jobs,
      unable,
      recipe: { ...recipe, object },
      onLeftOut(images) {
        runs.total -= images * jobs.length;
      },
      onRun(path, isKnown) {
        runs.done++;
        if (isKnown) runs.known++;
        onProgress?.({ kind: 'run', path, runs: { ...runs } });
      },
      onFailure(image) {
        failures.push(image);
        onProgress?.({ kind: 'failed', ...image });
      },
      onMeasured: () => onProgress?.({ kind: 'comparing-figures', category: name, runs: { ...runs } }),
    });
    // A failed image was spared runs.
    runs.done = before + (imagesOf(category) - one.category.leftOut.length) * jobs.length;
    measured.push(one);
  }
  return measured;
}

/** Specs that the pack can run, and the others. @throws ClipSamError `input-invalid` when there are none */
function runnable({ specs, abilities }: Pick<EvaluateMethodsOptions, 'specs' | 'abilities'>) {
  const unavailable: MethodReason[] = [];
  const able = specs.filter(({ text, method }) => {
    const reason = abilities.lackOf(method?.name ?? baseOf(abilities));
    if (reason !== undefined) unavailable.push({ method: text, reason });
    return reason === undefined;
  });
  if (able.length > 0) return { specs: able, unavailable };
  const reasons = unavailable.map(({ method, reason }) => `${method}: ${reason}`).join(' ');
  throw new ClipSamError(
    'input-invalid',
    `The pack can run none of these methods. ${reasons} Name others, or use another pack.`,
  );
}

/** From whose runs opinions alone are read: what language says has no part in them, so any will do. */
function baseOf(abilities: MethodAbilities): MethodName {
  return METHODS.find((name) => abilities.lackOf(name) === undefined) ?? 'clipsam';
}

function meansOf(
  specs: readonly MethodSpec[],
  measured: readonly MeasuredCategory[],
): Pick<MethodsEvaluation, 'datasets' | 'mean'> {
  const names = specs.map(({ text }) => text);
  const over = (categories: readonly MeasuredCategory[]): MethodMeans => {
    const resampled = categories.map((one) => one.resampled);
    return {
      count: categories.length,
      methods: methodMeans(names, resampled),
      differences: methodDifferences(names, resampled),
    };
  };
  const datasets = Map.groupBy(measured, ({ category }) => category.dataset);
  return {
    datasets: datasets.size > 1 ? [...datasets].map(([dataset, all]) => ({ dataset, ...over(all) })) : [],
    mean: over(measured),
  };
}
