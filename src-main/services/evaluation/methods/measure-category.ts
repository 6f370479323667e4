import { throwIfCancelled } from '../../../../src-shared/errors.ts';
import type { InferenceClient } from '../../../inference/inference-client.ts';
import { drawResamples } from '../../../pipeline/resampling.ts';
import type { DefectCategory } from '../../datasets/defect-category.ts';
import { byMaskValue } from '../category-tally.ts';
import type { MethodSpec } from '../method-spec.ts';
import { type CategoryDraw, type CategoryDrawOptions, drawCategory } from './category-draws.ts';
import { type KeptImage, MethodTally, methodCases, tallyFigures } from './category-figures.ts';
import { methodDifferences, type ResampledFigures } from './compare-methods.ts';
import { type FailedImage, type MeasureImagesOptions, measureImages } from './measure-images.ts';
import type { MeasuredFolder } from './measured-folder.ts';
import type { CaseGallery } from './method-case.ts';
import type { MethodCategoryFigures, MethodReason, MethodsCategory } from './method-figures.ts';
import type { UnableJobs } from './method-jobs.ts';

export interface MeasureCategoryOptions
  extends Omit<CategoryDrawOptions, 'inference' | 'tokens'>,
    Pick<MeasureImagesOptions, 'onRun'> {
  readonly inference: Pick<InferenceClient, 'inspect' | 'embed' | 'pose'>;
  readonly folder: MeasuredFolder;
  readonly specs: readonly MethodSpec[];
  readonly resamples: number;
  readonly gallery?: CaseGallery | undefined;
  readonly onFailure: (image: FailedImage) => void;
  /** These images are in no figure: they were drawn as references. */
  readonly onLeftOut: (images: number) => void;
  /** All images are measured; figures are made of them. */
  readonly onMeasured: () => void;
}

/** A category measured with all methods, and what means over categories are made of. */
export interface MeasuredCategory {
  readonly category: MethodsCategory;
  readonly resampled: readonly ResampledFigures[];
}

/**
 * Measures all methods on the images of a category.
 * @throws ClipSamError as `drawCategory` and `measureImages`; what a gallery throws
 */
export async function measureCategory(
  category: DefectCategory,
  options: MeasureCategoryOptions,
): Promise<MeasuredCategory> {
  const { folder, specs, gallery, signal, area, inference } = options;
  const draw = await drawCategory(category, { ...options, tokens: folder.tokens });
  options.onLeftOut(draw.leftOut.length);
  const tallies = new Map(specs.map((spec) => [spec, new MethodTally()]));
  const kept: KeptImage[] = [];
  const maskValues = new Set<string>();
  let failed = 0;
  const keepsMaps = gallery !== undefined;
  const { jobs, unable, onRun } = options;
  const measuring = { inference, area, folder, keepsMaps, signal, jobs, unable, onRun };
  for await (const image of measureImages(draw, measuring)) {
    if ('error' in image) {
      failed++;
      options.onFailure(image);
      continue;
    }
    const { path, mask, artifactRoot, answers } = image;
    kept.push({
      path,
      mask,
      artifactRoot,
      keys: new Map([...answers].map(([text, { key }]) => [text, key])),
    });
    for (const [spec, tally] of tallies) {
      const answer = answers.get(spec.text);
      if (answer) tally.add(answer.key, answer.measured, mask !== undefined);
      for (const value of answer?.measured.maskValues ?? []) maskValues.add(value);
    }
  }
  options.onMeasured();
  const figures = await figuresOf(category, tallies, kept, draw, options);
  const good = kept.filter(({ mask }) => mask === undefined).length;
  return {
    resampled: figures.resampled,
    category: {
      ...{ dataset: category.dataset, category: category.category, object: options.recipe.object },
      ...{ layout: category.layout, split: category.split, terms: category.terms, notes: category.notes },
      ...{ good, defective: kept.length - good, failed },
      maskValues: [...maskValues].sort(byMaskValue),
      sampleRanges: draw.ranges.ranges,
      ...{ references: draw.references, leftOut: draw.leftOut, comparisons: draw.comparisons },
      methods: figures.methods,
      without: figures.without,
      differences: methodDifferences(
        figures.methods.map(({ method }) => method),
        [figures.resampled],
      ),
    },
  };
}

type CategoryFigures = Pick<MethodsCategory, 'without'> & {
  readonly methods: readonly MethodCategoryFigures[];
  readonly resampled: readonly ResampledFigures[];
};

async function figuresOf(
  { dataset, category }: DefectCategory,
  tallies: ReadonlyMap<MethodSpec, MethodTally>,
  images: readonly KeptImage[],
  { ranges, tooFewReferences }: Pick<CategoryDraw, 'ranges' | 'tooFewReferences'>,
  { folder, resamples, seed, unable, gallery, signal }: MeasureCategoryOptions,
): Promise<CategoryFigures> {
  const methods: MethodCategoryFigures[] = [];
  const resampled: ResampledFigures[] = [];
  const without: MethodReason[] = [];
  const drawn = drawResamples(
    images.map(({ mask }) => mask !== undefined),
    resamples,
    `resamples/${dataset}/${category}/${seed}`,
  );
  for (const [spec, tally] of tallies) {
    throwIfCancelled(signal);
    const reason =
      reasonOf(spec, unable) ??
      (spec.references === undefined ? undefined : tooFewReferences) ??
      lackIn(tally, images.length);
    if (reason !== undefined) {
      without.push({ method: spec.text, reason });
      continue;
    }
    const found = await tallyFigures(spec.text, tally, drawn, { folder, signal });
    methods.push(found.figures);
    resampled.push(found.resampled);
    if (!gallery) continue;
    const cases = await methodCases(spec, images, folder);
    const { figures: measured } = found;
    await gallery.add({ dataset, category, method: spec.text, cases, measured, rangeOf: ranges.of });
  }
  return { methods, resampled, without };
}

/** What the pack turned out to lack for a method. */
function reasonOf(spec: MethodSpec, unable: UnableJobs): string | undefined {
  return [...unable].find(([{ specs }]) => specs.includes(spec))?.[1].message;
}

/** Why a method has no figures: it would be compared on other images than the others. */
function lackIn({ images }: MethodTally, all: number): string | undefined {
  if (all === 0) return 'No image could be measured.';
  if (images.length === all) return undefined;
  return `Its opinion was formed of ${images.length} of ${all} images: there are too few others to compare with, or they are too different.`;
}
