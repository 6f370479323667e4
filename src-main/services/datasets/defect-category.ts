/** Layouts that data sets are read in; see the adapter of the same name. */
export const LAYOUTS = [
  'mvtec-ad',
  'visa',
  'btad',
  'mtd',
  'kolektor-sdd',
  'ksdd2',
  'real-iad',
  'plain-folder',
] as const;
export type LayoutName = (typeof LAYOUTS)[number];

/** Kind of an image without a defect, in every layout. */
export const GOOD_KIND = 'good';

/** A test image of a data set with its ground truth. */
export interface TestImage {
  readonly path: string;
  /** Path of the ground-truth mask; undefined for good images. */
  readonly mask: string | undefined;
  /** {@link GOOD_KIND}, or what the data set calls its defect: a folder or a class. */
  readonly kind: string;
}

/** What is known of a data set's terms; shown, never acted on. */
export interface DatasetTerms {
  /** The data set that it was taken for; null: none that is known. */
  readonly name: string | null;
  /** Licence in words; `unknown` where nothing is known. */
  readonly licence: string;
  readonly citation: string | null;
}

/** One category of a data set with known defects. */
export interface DefectCategory {
  /** Name of the folder that holds the category, or of the data set's own where it has only one. */
  readonly dataset: string;
  readonly category: string;
  /** The category's folder, or the data set's where categories have none. All images lie below it. */
  readonly folder: string;
  readonly layout: LayoutName;
  /** Test images: good ones first, then by kind; within a kind by name. */
  readonly images: readonly TestImage[];
  /** Images that the data set gives for training, in the same order; most have good ones only, some none. */
  readonly training: readonly TestImage[];
  /** Where the division in test and training images comes from, in a sentence. */
  readonly split: string;
  readonly terms: DatasetTerms;
  /** Pictures among them of kinds that are not read. */
  readonly passedOver: readonly string[];
  /** What was left out of the data and why, in sentences. */
  readonly notes: readonly string[];
}

/** Good images that a category has for training, in the order of the category. */
export function goodTraining({ training }: DefectCategory): string[] {
  return training.filter(({ mask }) => mask === undefined).map(({ path }) => path);
}
