import type { SampleRanges } from '../../../src-shared/batch-range.ts';
import { frameFor } from '../../../src-shared/frame.ts';
import type { Opinion } from '../../../src-shared/opinion.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';
import { ArtifactStore } from '../../files/artifact-store.ts';
import { imageMetrics, PixelMetrics } from '../../pipeline/metrics.ts';
import type { DefectCategory, TestImage } from '../datasets/defect-category.ts';
import { CategoryTally, readMap } from './category-tally.ts';
import type { CategoryEvaluation } from './evaluation-figures.ts';
import type { FiguresWithOpinions } from './opinion-figures.ts';

/** Counts what the images of a category add up to, and what each opinion says of them. */
export class OpinionTally {
  readonly #tally: CategoryTally;
  readonly #opinions = new Map<
    Opinion,
    { readonly map: PixelMetrics; readonly scores: number[]; readonly defective: boolean[] }
  >();

  constructor(category: DefectCategory, object: string, ranges: SampleRanges) {
    this.#tally = new CategoryTally(category, object, ranges);
  }

  /** Of an image that is in no figure. */
  fail(): void {
    this.#tally.failed++;
  }

  /** @param artifactRoot the store with the image's maps */
  async add(
    image: TestImage,
    result: InspectionResult,
    artifactRoot: string,
    maxPixels: number,
  ): Promise<void> {
    const { artifacts, opinions, score, width, height } = result;
    const store = new ArtifactStore(artifactRoot);
    const maps = {
      // Alone, language is what the coarse map says.
      language: artifacts.languageMap ?? artifacts.coarseMap,
      consensus: artifacts.consensusMap,
      references: artifacts.referencesMap,
    };
    const said = opinions ?? [{ opinion: 'language' as const, score }];
    const read: { readonly opinion: Opinion; readonly score: number; readonly map: Uint16Array }[] = [];
    for (const one of said) {
      const map = maps[one.opinion];
      if (map) read.push({ ...one, map: await readMap(store, map, frameFor(width, height)) });
    }
    // All or nothing: what cannot be read ends here.
    const truth = await this.#tally.add(image, result, artifactRoot, maxPixels);
    for (const { opinion, score: own, map } of read) {
      const tally = this.#of(opinion);
      tally.map.add(map, truth, width, height);
      tally.scores.push(own);
      tally.defective.push(image.mask !== undefined);
    }
  }

  result(): CategoryEvaluation & FiguresWithOpinions {
    const opinions = [...this.#opinions].map(([opinion, { map, scores, defective }]) => [
      opinion,
      { map: map.result(), image: imageMetrics(scores, defective) },
    ]);
    return { ...this.#tally.result(), opinions: Object.fromEntries(opinions) };
  }

  #of(opinion: Opinion) {
    const known = this.#opinions.get(opinion) ?? { map: new PixelMetrics(), scores: [], defective: [] };
    this.#opinions.set(opinion, known);
    return known;
  }
}
