import { relative } from 'node:path';
import { ClipSamError, throwIfCancelled, toErrorRecord } from '../../../../src-shared/errors.ts';
import { evenlySpread } from '../../../../src-shared/evenly-spread.ts';
import type { InspectionArea } from '../../../../src-shared/inspection-area.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../../../src-shared/opinion.ts';
import type { Recipe } from '../../../../src-shared/recipe.ts';
import { hashOfJson } from '../../../files/canonical-json.ts';
import type { Comparison } from '../../../inference/comparison.ts';
import type { InferenceClient } from '../../../inference/inference-client.ts';
import type { DefectCategory, TestImage } from '../../datasets/defect-category.ts';
import { type FileRanges, rangesOfFiles } from '../../pictures/file-ranges.ts';
import { drawnComparison } from '../drawn-comparison.ts';
import { opinionsOf } from '../method-spec.ts';
import { type KnownFile, knownFiles, referenceDraws } from '../reference-draw.ts';
import type { MethodsCategory } from './method-figures.ts';
import { blamesMethod, type MethodJob, type UnableJobs } from './method-jobs.ts';

export interface CategoryDrawOptions {
  readonly inference: Pick<InferenceClient, 'embed' | 'pose'>;
  /** With the category's object. */
  readonly recipe: Recipe;
  readonly area?: InspectionArea | undefined;
  readonly jobs: readonly MethodJob[];
  /** Images at most. */
  readonly limit?: number | undefined;
  readonly seed: number;
  /** These are passed over, and get those whose comparison the pack turns out to be unable to make. */
  readonly unable: UnableJobs;
  /** Of token files. */
  readonly tokens: string;
  readonly signal?: AbortSignal | undefined;
}

/** A job with what it is run with in a category. */
export interface DrawnJob {
  readonly job: MethodJob;
  readonly recipe: Recipe;
  /** Undefined: language alone. */
  readonly comparison: Comparison | undefined;
}

export interface CategoryDraw extends Pick<MethodsCategory, 'references' | 'leftOut' | 'comparisons'> {
  /** Images that every method is measured on; `contentHash` is undefined where the file cannot be read. */
  readonly images: readonly (TestImage & { readonly contentHash: string | undefined })[];
  readonly ranges: FileRanges;
  readonly jobs: readonly DrawnJob[];
  /** Why methods with references can't be run here; undefined: they can, or none is asked for. */
  readonly tooFewReferences: string | undefined;
}

/**
 * Decides which images of a category are measured, and what they are compared with. References are drawn once, as many as
 * the method with most of them takes; those with fewer take the first of these. They, and copies of them, are measured by no
 * method, so that all are measured on the same images. Where there are too few good images, methods without references are
 * measured all the same.
 * @throws ClipSamError as `referenceDraws` and `drawnComparison`
 */
export async function drawCategory(
  category: DefectCategory,
  options: CategoryDrawOptions,
): Promise<CategoryDraw> {
  const { limit, signal } = options;
  const { jobs, references, tooFewReferences } = await drawReferences(category, options);
  const drawn = new Set(references.map(({ contentHash }) => contentHash));
  const images: CategoryDraw['images'][number][] = [];
  const leftOut: string[] = [];
  for (const image of evenlySpread(category.images, limit)) {
    // One that cannot be read says why when it is its turn.
    const [file] = await knownFiles([image.path], signal).catch(() => {
      throwIfCancelled(signal);
      return [];
    });
    if (file && drawn.has(file.contentHash)) leftOut.push(relative(category.folder, image.path));
    else images.push({ ...image, contentHash: file?.contentHash });
  }
  const paths = [...images, ...references].map(({ path }) => path);
  const ranges = await rangesOfFiles([...new Set(paths)], signal);
  const known = images.flatMap(({ path, contentHash }) => (contentHash ? [{ path, contentHash }] : []));
  const own: DrawnJob[] = [];
  const comparisons: MethodsCategory['comparisons'][number][] = [];
  for (const job of jobs) {
    const drawnJob = await compareIfAble(
      job,
      () => compareJob(job, references, known, ranges, options),
      options,
    );
    if (!drawnJob) continue;
    const { recipe, compared } = drawnJob;
    own.push({ job, recipe, comparison: compared?.comparison });
    if (!compared) continue;
    comparisons.push({
      methods: job.specs.map(({ text }) => text),
      references: compared.comparison.references.length,
      crowd: compared.comparison.crowd.length,
      alignment: compared.alignment,
    });
  }
  return {
    ...{ images, ranges, jobs: own, comparisons, leftOut, tooFewReferences },
    references: references.map(({ path }) => relative(category.folder, path)),
  };
}

/** @returns the jobs that can be run with what was drawn @throws ClipSamError as `referenceDraws`, where none can */
async function drawReferences(
  category: DefectCategory,
  { jobs, seed, signal }: CategoryDrawOptions,
): Promise<
  Pick<CategoryDraw, 'tooFewReferences'> & { jobs: readonly MethodJob[]; references: readonly KnownFile[] }
> {
  const most = Math.max(0, ...jobs.map(({ references = 0 }) => references));
  if (most === 0) return { jobs, references: [], tooFewReferences: undefined };
  try {
    const references = (await referenceDraws(category, most, signal))(seed);
    return { jobs, references, tooFewReferences: undefined };
  } catch (error) {
    const others = jobs.filter(({ references }) => references === undefined);
    if (!(error instanceof ClipSamError && error.code === 'input-invalid') || others.length === 0)
      throw error;
    return { jobs: others, references: [], tooFewReferences: error.message };
  }
}

/** @throws ClipSamError what the pack lacks, where none of the methods can be run */
async function compareIfAble<T>(
  job: MethodJob,
  compare: () => Promise<T>,
  { jobs, unable, signal }: CategoryDrawOptions,
): Promise<T | undefined> {
  if (unable.has(job)) return undefined;
  try {
    return await compare();
  } catch (cause) {
    throwIfCancelled(signal);
    const error = toErrorRecord(cause);
    if (!blamesMethod(error.code) || unable.size + 1 === jobs.length) throw cause;
    unable.set(job, error);
    return undefined;
  }
}

async function compareJob(
  job: MethodJob,
  references: readonly KnownFile[],
  images: readonly KnownFile[],
  ranges: FileRanges,
  { inference, recipe, area, seed, tokens, signal }: CategoryDrawOptions,
) {
  const { method, consensus } = job;
  const settings = {
    ...(recipe.opinions ?? DEFAULT_OPINION_SETTINGS),
    consensus: consensus ? ('automatic' as const) : ('off' as const),
    references: job.references === undefined ? ('off' as const) : ('automatic' as const),
  };
  const own = { ...recipe, opinions: settings, method };
  if (!consensus && job.references === undefined) return { recipe: own, compared: undefined };
  const drawn = await drawnComparison({
    ...{ inference, recipe: own, seed, signal, images },
    opinions: opinionsOf(job),
    references: references.slice(0, job.references ?? 0),
    part: area?.part ?? undefined,
    folder: tokens,
    rangeOf: ranges.of,
  });
  // What language says of the others belongs to a comparison, and is the method's.
  const hash = hashOfJson({ hash: drawn.comparison.hash, method: method.name });
  return { recipe: own, compared: { ...drawn, comparison: { ...drawn.comparison, hash } } };
}
