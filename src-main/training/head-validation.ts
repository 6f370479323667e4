import { encodeModel } from '../graph/model.ts';
import { createSession } from '../inference/ort.ts';
import { quantiseMap } from '../pipeline/map-codec.ts';
import { imageMetrics, PixelMetrics } from '../pipeline/metrics.ts';
import type { FeatureReader, FeatureRecord } from './feature-file.ts';
import type { TrainableHead } from './trainable-head.ts';
import type { Weights } from './weights.ts';

/** A head's figures on pictures it was not trained on, at map resolution; null where undefined. */
export interface HeadFigures {
  readonly pictures: number;
  readonly pixelAuroc: number | null;
  readonly pixelAp: number | null;
  readonly pixelF1Max: number | null;
  /** The threshold that reaches it. */
  readonly pixelF1Threshold: number | null;
  /** Exact, to a false-positive rate of 0.3. */
  readonly pixelPro: number | null;
  readonly imageAuroc: number | null;
  readonly imageAp: number | null;
  readonly imageF1Max: number | null;
  /** Peak of the coarse map of every good and every defective picture, 0..1, ascending. */
  readonly goodPeaks: readonly number[];
  readonly defectivePeaks: readonly number[];
}

/** Measures a head's coarse maps on cached features, group by group. */
export async function validateHead(options: {
  readonly head: TrainableHead;
  readonly weights: Weights;
  readonly records: readonly FeatureRecord[];
  readonly features: FeatureReader;
  readonly language: (names: readonly string[]) => Float32Array;
}): Promise<Record<string, HeadFigures>> {
  const { head, weights, records, features, language } = options;
  const model = encodeModel(head.model(weights.tensors));
  const session = await createSession(model, { device: 'cpu' });
  const figures: Record<string, HeadFigures> = {};
  try {
    for (const [group, list] of Map.groupBy(records, (record) => record.group)) {
      const pixels = new PixelMetrics();
      const peaks: number[] = [];
      for (const record of list) {
        const { stages, mask } = await features(record, head.stageWidths);
        const { grid } = record;
        const tokens = stages.map((stage, index) => [
          `stage_${index}`,
          {
            type: 'float32' as const,
            dims: [grid.height, grid.width, head.stageWidths[index]!],
            data: new Float32Array(stage),
          },
        ]);
        const { coarse } = await session.run({
          ...Object.fromEntries(tokens),
          ...head.matrices(grid),
          text: { type: 'float32', dims: [2, head.textWidth], data: language(record.names) },
        });
        if (coarse?.type !== 'float32') throw new TypeError('coarse map expected');
        const truth = mask.map((share) => (share > 127 ? 1 : 0));
        const map = { width: grid.mapWidth, height: grid.mapHeight, data: coarse.data };
        pixels.add(quantiseMap(map), truth, grid.mapWidth, grid.mapHeight);
        peaks.push(coarse.data.reduce((a, b) => Math.max(a, b), 0));
      }
      const labels = list.map((record) => record.area > 0);
      const { auroc, ap, f1Max, f1Threshold, pro } = pixels.result();
      const image = imageMetrics(peaks, labels);
      const sorted = (wanted: boolean) => peaks.filter((_, i) => labels[i] === wanted).sort((a, b) => a - b);
      figures[group] = {
        pictures: list.length,
        pixelAuroc: auroc,
        pixelAp: ap,
        pixelF1Max: f1Max,
        pixelF1Threshold: f1Threshold,
        pixelPro: pro,
        imageAuroc: image.auroc,
        imageAp: image.ap,
        imageF1Max: image.f1Max,
        goodPeaks: sorted(false),
        defectivePeaks: sorted(true),
      };
    }
  } finally {
    await session.release();
  }
  return figures;
}
