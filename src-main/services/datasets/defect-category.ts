/** A test image of a data set with its ground truth. */
export interface TestImage {
  readonly path: string;
  /** Path of the ground-truth mask; undefined for good images. */
  readonly mask: string | undefined;
}

/** One category of a data set with known defects. */
export interface DefectCategory {
  /** Name of the folder that holds the category. */
  readonly dataset: string;
  readonly category: string;
  readonly folder: string;
  /** Good images first, then by defect folder; within a folder by name. */
  readonly images: readonly TestImage[];
  /** Pictures among them of kinds that are not read. */
  readonly passedOver: readonly string[];
}
