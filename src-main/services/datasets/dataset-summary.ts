import { writeJsonFile } from '../../files/json-file.ts';
import { forMany } from './dataset-folder.ts';
import type { DatasetTerms, DefectCategory, LayoutName, TestImage } from './defect-category.ts';
import { imageSize } from './image-size.ts';

/** Least and most pixels. */
interface SizeRange {
  readonly width: readonly [least: number, most: number];
  readonly height: readonly [least: number, most: number];
}

/** How many images. */
interface ImageCounts {
  readonly good: number;
  readonly defective: number;
  /** Defective ones by what the data set calls the defect. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** A category of a data set in figures. */
export interface CategorySummary {
  readonly dataset: string;
  readonly category: string;
  readonly folder: string;
  readonly layout: LayoutName;
  readonly test: ImageCounts;
  readonly training: ImageCounts;
  /** Of all images, test and training; null where none can be read. */
  readonly pixels: SizeRange | null;
  /** Images whose size can't be read. */
  readonly unreadable: readonly string[];
  readonly split: string;
  readonly terms: DatasetTerms;
  readonly passedOver: readonly string[];
  readonly notes: readonly string[];
}

/** Images whose headers are read together. */
const TOGETHER = 16;

/** Categories in figures, sizes by the images' headers. @throws ClipSamError `cancelled` */
export async function summariseCategories(
  categories: readonly DefectCategory[],
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<CategorySummary[]> {
  const total = categories.reduce((sum, { images, training }) => sum + images.length + training.length, 0);
  const summaries: CategorySummary[] = [];
  let done = 0;
  for (const { images, training, ...category } of categories) {
    const paths = [...images, ...training].map(({ path }) => path);
    const measure = async (path: string) => {
      const size = await imageSize(path).catch(() => undefined);
      onProgress?.(++done, total);
      return { path, size };
    };
    const measured = await forMany(paths, measure, { together: TOGETHER, signal });
    const sizes = measured.flatMap(({ size }) => size ?? []);
    summaries.push({
      ...category,
      test: countsOf(images),
      training: countsOf(training),
      pixels:
        sizes.length > 0
          ? {
              width: rangeOf(sizes.map(({ width }) => width)),
              height: rangeOf(sizes.map(({ height }) => height)),
            }
          : null,
      unreadable: measured.flatMap(({ path, size }) => (size ? [] : [path])),
    });
  }
  return summaries;
}

/** Writes summaries as JSON, whole or not at all. @throws ClipSamError `disk-full`, `path-denied` */
export async function writeSummaries(path: string, summaries: readonly CategorySummary[]): Promise<void> {
  await writeJsonFile(path, summaries);
}

function countsOf(images: readonly TestImage[]): ImageCounts {
  const defective = images.filter(({ mask }) => mask !== undefined);
  const kinds: Record<string, number> = {};
  for (const { kind } of defective) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return { good: images.length - defective.length, defective: defective.length, kinds };
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  return values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)] as const, [
    Number.POSITIVE_INFINITY,
    0,
  ] as readonly [number, number]);
}
