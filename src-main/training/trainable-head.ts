import type { GraphBuilder, Value } from '../graph/builder.ts';
import { buildLinearHeadGraph, linearHeadParameters, linearStageLogits } from '../graph/linear-head.ts';
import type { Model } from '../graph/model.ts';
import type { WeightTensor } from '../graph/safetensors.ts';
import {
  buildUmciGraph,
  declareUmciInputs,
  type UmciShape,
  umciParameters,
  umciStageLogits,
} from '../graph/umci.ts';
import { type ContentGrid, type FeedTensor, mapMatrices, umciMatrices } from '../graph/umci-feeds.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';

/** What the towers fix of a head. */
export type TowerWidths = Pick<UmciShape, 'stageWidths' | 'textWidth'>;

/** A head that can be trained and measured on cached features. */
export interface TrainableHead extends TowerWidths {
  readonly parameters: readonly WeightSpec[];
  /**
   * Declares the head's inputs; per stage the logit of "abnormal" against "normal" on the map grid, [map_h, map_w].
   * @param weight gives the value that stands for one of `parameters`
   */
  logits(b: GraphBuilder, weight: (name: string) => Value): Value[];
  /** What it takes besides tokens (`stage_0`, …) and `text`, for a content grid. */
  matrices(grid: ContentGrid): Record<string, FeedTensor>;
  /** The head with its weights: feeds as above, output `coarse` [map_h, map_w], 0..1. */
  model(weights: ReadonlyMap<string, WeightTensor>): Model;
}

/** UMCI. */
export function trainableUmci(shape: UmciShape): TrainableHead {
  return {
    stageWidths: shape.stageWidths,
    textWidth: shape.textWidth,
    parameters: umciParameters(shape),
    logits: (b, weight) => umciStageLogits(b, shape, declareUmciInputs(b, shape), weight),
    matrices: (grid) => umciMatrices(shape, grid),
    model: (weights) => buildUmciGraph(shape, weights),
  };
}

/** APRIL-GAN's linear layers. @param scale of the cosine */
export function trainableLinear({ stageWidths, textWidth }: TowerWidths, scale: number): TrainableHead {
  const widths = { stageWidths, textWidth };
  return {
    ...widths,
    parameters: linearHeadParameters(widths),
    logits: (b, weight) => linearStageLogits(b, widths, scale, weight),
    matrices: (grid) => mapMatrices(grid, 'corners'),
    model: (weights) => buildLinearHeadGraph(weights, { scale }),
  };
}
