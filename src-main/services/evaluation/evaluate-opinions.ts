import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { blamesNoImage } from '../../../src-shared/error-codes.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import { evenlySpread } from '../../../src-shared/evenly-spread.ts';
import { DEFAULT_OPINION_SETTINGS, type Opinion } from '../../../src-shared/opinion.ts';
import type { Comparison } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import type { DefectCategory, TestImage } from '../datasets/defect-category.ts';
import { findCategories } from '../datasets/find-categories.ts';
import { forEachInFlight } from '../in-flight.ts';
import { type FileRanges, rangesOfFiles } from '../pictures/file-ranges.ts';
import { drawnComparison } from './drawn-comparison.ts';
import { type EvaluateOptions, objectNameOf, refuseSeveral } from './evaluate.ts';
import {
  type DrawEvaluation,
  type OpinionCategory,
  type OpinionEvaluation,
  spreadOf,
  spreadOfCategories,
} from './opinion-figures.ts';
import { OpinionTally } from './opinion-tally.ts';
import { type KnownFile, knownFiles, referenceDraws } from './reference-draw.ts';

export interface EvaluateOpinionsOptions extends Omit<EvaluateOptions, 'inference' | 'onProgress'> {
  readonly inference: Pick<InferenceClient, 'inspect' | 'embed' | 'pose' | 'packHash'>;
  readonly opinions: ReadonlySet<Opinion>;
  /** References to draw; undefined: none. */
  readonly references?: number;
  /** Draws, of references and of the crowd. */
  readonly seeds: readonly number[];
  readonly onProgress?: (event: OpinionsEvent) => void;
}

/** `done` of `total` images, whatever the number of draws that each is measured with. */
type OpinionsEvent =
  /** What the category's images are compared with is prepared. */
  | {
      readonly kind: 'comparing';
      readonly category: string;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'image';
      readonly path: string;
      readonly error?: ErrorRecord;
      readonly done: number;
      readonly total: number;
    };

/** What is measured with one draw. */
interface Draw {
  readonly seed: number;
  readonly references: readonly KnownFile[];
  readonly comparison: Comparison;
  readonly alignment: DrawEvaluation['alignment'];
  /** Contents of the references: these images are in no figure. */
  readonly leftOut: ReadonlySet<string>;
  readonly tally: OpinionTally;
}

/**
 * Measures second opinions as `evaluate` measures language alone: once per seed, with references drawn from good images
 * and a crowd drawn from the images that are measured. What was drawn as a reference, or has the same content, is in no
 * figure of that draw. Draws that come to the same are computed once.
 * @throws ClipSamError as `evaluate`; `input-invalid` when a category has too few good images
 */
export async function evaluateOpinions(
  root: string,
  options: EvaluateOpinionsOptions,
): Promise<OpinionEvaluation> {
  const { inference, recipe, area, opinions, references, seeds, limit, signal } = options;
  const started = performance.now();
  const found = await findCategories(root, { layout: options.layout, signal });
  const total = found.reduce((sum, { images }) => sum + Math.min(images.length, limit ?? images.length), 0);
  const temporary = await mkdtemp(join(options.temporaryRoot ?? tmpdir(), 'clipsam-evaluate-'));
  const failures: OpinionEvaluation['failures'][number][] = [];
  const categories: OpinionCategory[] = [];
  const settings = recipe.opinions ?? DEFAULT_OPINION_SETTINGS;
  let done = 0;
  try {
    for (const category of found) {
      const measured = await measureCategory(category, {
        ...options,
        recipe: { ...recipe, opinions: settings },
        temporary,
        onCategory: (name) => options.onProgress?.({ kind: 'comparing', category: name, done, total }),
        onImage(path, error) {
          if (error) failures.push({ path, error });
          options.onProgress?.({ kind: 'image', path, done: ++done, total, ...(error && { error }) });
        },
      });
      categories.push(measured);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  throwIfCancelled(signal);
  return {
    schemaVersion: 2,
    root,
    recipe: { ...recipe, opinions: settings },
    ...(area && { area }),
    packHash: inference.packHash,
    opinions: [...opinions],
    references: references ?? null,
    seeds,
    categories,
    ...spreadOfCategories(categories),
    failures,
    passedOver: found.flatMap(({ passedOver }) => passedOver),
    notes: [...new Set(found.flatMap(({ notes }) => notes))],
    seconds: (performance.now() - started) / 1000,
  };
}

interface MeasureOptions extends EvaluateOpinionsOptions {
  readonly recipe: Parameters<typeof drawnComparison>[0]['recipe'];
  /** Folder that is removed afterwards. */
  readonly temporary: string;
  readonly onCategory: (name: string) => void;
  readonly onImage: (path: string, error: ErrorRecord | undefined) => void;
}

async function measureCategory(category: DefectCategory, options: MeasureOptions): Promise<OpinionCategory> {
  const { recipe, limit, signal, temporary, onImage } = options;
  const object = options.objectNames?.[category.category] ?? objectNameOf(category.category);
  const images = evenlySpread(category.images, limit);
  const own = { ...options, recipe: { ...recipe, object } };
  const contents = new Map<string, string>();
  for (const { path } of images) {
    // One that cannot be read says why when it is its turn.
    const [file] = await knownFiles([path], signal).catch(() => {
      throwIfCancelled(signal);
      return [];
    });
    if (file) contents.set(path, file.contentHash);
  }
  options.onCategory(category.category);
  const { draws, ranges } = await drawAll({ ...category, images }, category, object, contents, own);
  let index = 0;
  await forEachInFlight(images, async (image) => {
    throwIfCancelled(signal);
    const artifactRoot = join(temporary, `${category.dataset}-${category.category}-${index++}`);
    let error: ErrorRecord | undefined;
    try {
      const { path } = image;
      const job = { path, recipe: own.recipe, artifactRoot, range: ranges.of(path), area: options.area };
      const mine = draws.filter(({ leftOut }) => !leftOut.has(contents.get(image.path) ?? ''));
      await measureImage(image, mine, job, own);
    } catch (cause) {
      throwIfCancelled(signal);
      error = toErrorRecord(cause);
      if (blamesNoImage(error.code)) throw cause;
      for (const { tally } of draws) tally.fail();
    } finally {
      await rm(artifactRoot, { recursive: true, force: true });
    }
    onImage(image.path, error);
  });
  return toCategory(category, object, ranges, draws);
}

/** Draws that compare with the same are measured at once. */
async function measureImage(
  image: TestImage,
  draws: readonly Draw[],
  job: Omit<Parameters<InferenceClient['inspect']>[0], 'comparison'>,
  { inference, recipe, signal }: MeasureOptions,
): Promise<void> {
  const groups = Map.groupBy(draws, ({ comparison }) => comparison.hash);
  const results = [];
  for (const group of groups.values()) {
    const result = await inference.inspect({ ...job, comparison: group[0]!.comparison }, signal);
    refuseSeveral(image.path, result);
    results.push({ group, result });
  }
  for (const { group, result } of results) {
    for (const { tally } of group) await tally.add(image, result, job.artifactRoot, recipe.maxPixels);
  }
}

async function drawAll(
  limited: DefectCategory,
  whole: DefectCategory,
  object: string,
  contents: ReadonlyMap<string, string>,
  options: MeasureOptions,
): Promise<{ readonly draws: readonly Draw[]; readonly ranges: FileRanges }> {
  const { inference, recipe, opinions, references, seeds, signal, temporary } = options;
  const draw = references === undefined ? () => [] : await referenceDraws(whole, references, signal);
  const drawn = seeds.map((seed) => ({ seed, references: draw(seed) }));
  const paths = [
    ...limited.images.map(({ path }) => path),
    ...drawn.flatMap((one) => one.references.map(({ path }) => path)),
  ];
  const ranges = await rangesOfFiles([...new Set(paths)], signal);
  const draws: Draw[] = [];
  for (const one of drawn) {
    const leftOut = new Set(one.references.map(({ contentHash }) => contentHash));
    const measured = limited.images.flatMap(({ path }) => {
      const contentHash = contents.get(path);
      return contentHash === undefined || leftOut.has(contentHash) ? [] : [{ path, contentHash }];
    });
    const compared = await drawnComparison({
      ...{ inference, recipe, opinions, signal, ...one },
      part: options.area?.part ?? undefined,
      folder: join(temporary, 'tokens'),
      images: measured,
      rangeOf: ranges.of,
    });
    const tally = new OpinionTally(limited, object, ranges.ranges);
    draws.push({ ...one, ...compared, leftOut, tally });
  }
  return { draws, ranges };
}

function toCategory(
  { dataset, category, folder }: DefectCategory,
  object: string,
  { ranges }: FileRanges,
  draws: readonly Draw[],
): OpinionCategory {
  const results = draws.map(({ tally }) => tally.result());
  const evaluations = draws.map(({ seed, references, comparison, alignment }, at): DrawEvaluation => {
    const { coarse, final, image, opinions, good, defective, failed, imageMs, ...rest } = results[at]!;
    const { goodWithRegion, defectiveWithRegion, goodNotAccepted, defectiveNotAccepted } = rest;
    return {
      ...{ seed, good, defective, failed },
      references: references.map(({ path }) => relative(folder, path)),
      crowd: comparison.crowd.length,
      alignment,
      ...{ coarse, final, image, opinions, imageMs },
      ...{ goodWithRegion, defectiveWithRegion, goodNotAccepted, defectiveNotAccepted },
    };
  });
  const maskValues = results.flatMap((result) => result.maskValues);
  return {
    ...{ dataset, category, object, sampleRanges: ranges },
    maskValues: [...new Set(maskValues)],
    draws: evaluations,
    ...spreadOf(evaluations),
  };
}
