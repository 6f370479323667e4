import { readFile } from 'node:fs/promises';
import type { SampleRanges } from '../../../src-shared/batch-range.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../../src-shared/frame.ts';
import type { ArtifactRef, InspectionResult } from '../../../src-shared/result.ts';
import { decodeGrey16 } from '../../codec/image-codec.ts';
import { decodeMask, type LabelMask } from '../../codec/mask-codec.ts';
import { ArtifactStore } from '../../files/artifact-store.ts';
import { mapToImage } from '../../pipeline/bilinear.ts';
import { imageMetrics, PixelMetrics } from '../../pipeline/metrics.ts';
import type { DefectCategory, TestImage } from '../datasets/defect-category.ts';
import { type CategoryEvaluation, mean } from './evaluation-figures.ts';

/** Counts what the images of a category add up to. */
export class CategoryTally {
  readonly #category: DefectCategory;
  readonly #object: string;
  readonly #ranges: SampleRanges;
  readonly #coarse = new PixelMetrics();
  readonly #final = new PixelMetrics();
  readonly #images: {
    readonly score: number;
    readonly defective: boolean;
    readonly hasRegion: boolean;
    readonly accepted: boolean;
    readonly ms: number;
  }[] = [];
  readonly #maskValues = new Set<string>();
  failed = 0;

  constructor(category: DefectCategory, object: string, ranges: SampleRanges) {
    this.#category = category;
    this.#object = object;
    this.#ranges = ranges;
  }

  /**
   * @param artifactRoot the store with the image's maps
   * @returns the ground truth, 1 where it is defective, at image size
   */
  async add(
    image: TestImage,
    result: InspectionResult,
    artifactRoot: string,
    maxPixels: number,
  ): Promise<Uint8Array> {
    const { width, height } = result;
    const { data: truth, values } = await readTruth(image, width, height, maxPixels);
    const store = new ArtifactStore(artifactRoot);
    const frame = frameFor(width, height);
    // Both maps first: an image counts in all figures or in none.
    const coarse = await readMap(store, result.artifacts.coarseMap, frame);
    const final = await readMap(store, result.artifacts.finalMap, frame);
    this.#coarse.add(coarse, truth, width, height);
    this.#final.add(final, truth, width, height);
    for (const value of values) this.#maskValues.add(value);
    this.#images.push({
      score: result.score,
      defective: image.mask !== undefined,
      hasRegion: result.regions.length > 0,
      accepted: result.verdict === 'accept',
      ms: result.timings.total,
    });
    return truth;
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
      sampleRanges: this.#ranges,
      maskValues: [...this.#maskValues].sort(byMaskValue),
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

/**
 * The ground truth of an image, 1 where it is defective.
 * @throws ClipSamError `input-invalid` for a mask of another size, or of nothing
 */
export async function readTruth(
  { path, mask }: Pick<TestImage, 'path' | 'mask'>,
  width: number,
  height: number,
  maxPixels: number,
): Promise<Pick<LabelMask, 'data' | 'values'>> {
  if (!mask) return { data: new Uint8Array(width * height), values: [] };
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
  return truth;
}

/** A map of a result on the pixels of its image. */
export async function readMap(
  store: ArtifactStore,
  artifact: ArtifactRef,
  frame: Frame,
): Promise<Uint16Array> {
  return mapToImage(await decodeGrey16(await readFile(store.pathOf(artifact))), frame);
}

/** Orders what pixels of masks are called: numbers by size, colours behind them. */
export function byMaskValue(a: string, b: string): number {
  if (a.startsWith('#') || b.startsWith('#')) return a < b ? 1 : -1;
  return Number(a) - Number(b);
}
