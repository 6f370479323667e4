import type { Pack, UmciConfig } from '../../src-shared/pack.ts';
import { CLIP_SCALE } from '../methods/joint-space.ts';
import { PAPER_SETTINGS, paperHead } from './head-settings.ts';
import { type TowerWidths, type TrainableHead, trainableLinear, trainableUmci } from './trainable-head.ts';

/** A head as plain data: what it is called in a cache and in a table of results follows from it. */
export type HeadConfig =
  | { readonly kind: 'umci'; readonly umci: UmciConfig; readonly kernels?: 'own' }
  /** APRIL-GAN's linear layers. */
  | { readonly kind: 'linear'; readonly scale: number };

/**
 * Factor of the cosine in linear layers: CLIP's, as in APRIL-GAN's code, or what the pack's projection learned with its own
 * text tower. One that is too large for it makes maps of nearly 0 and 1 alone, in which nothing is told apart.
 */
export function layerScale({ methodWeights }: Pick<Pack, 'methodWeights'>): number {
  return methodWeights?.projection?.scale ?? CLIP_SCALE;
}

/** The UMCI that is compared with others: the pack's own where it has one, else the paper's. */
export function baseHead({ head }: Pick<Pack, 'head'>): UmciConfig {
  if (head.kind !== 'umci') return paperHead(PAPER_SETTINGS);
  const { hiddenDim, scaleKernels, stripKernel, paths, separable, novelty } = head;
  return { hiddenDim, scaleKernels, stripKernel, paths, separable, novelty };
}

/** The head that a description stands for. */
export function trainableHead(config: HeadConfig, widths: TowerWidths): TrainableHead {
  if (config.kind === 'linear') return trainableLinear(widths, config.scale);
  return trainableUmci({ ...config.umci, ...widths, ...(config.kernels && { kernels: config.kernels }) });
}
