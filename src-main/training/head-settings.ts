import type { UmciConfig } from '../../src-shared/pack.ts';
import type { HeadSchedule } from './head-training.ts';

/** What may be chosen for training UMCI on a pack's towers; everything else is the paper's, or APRIL-GAN's. */
export interface HeadSettings {
  /** d: channels of V and T. */
  readonly hiddenDim: number;
  readonly epochs: number;
  /** Pictures per step. */
  readonly batch: number;
  readonly learningRate: number;
  /** Pictures made of four others are learned from as well. */
  readonly mosaics: boolean;
  readonly seed: number;
}

/** Of arXiv 2401.12665 and, where it says nothing, of APRIL-GAN's code; d and the seed are ours. */
export const PAPER_SETTINGS: Omit<HeadSettings, 'epochs' | 'mosaics'> = {
  hiddenDim: 256,
  batch: 8,
  learningRate: 1e-3,
  seed: 1,
};

/** Epochs on VisA, and on MVTec AD or anything else. */
export const PAPER_EPOCHS = { visa: 15, other: 3 } as const;

/** The head's shape: both paths, two scales, whole kernels, nothing that the paper doesn't have. */
export function paperHead({ hiddenDim }: Pick<HeadSettings, 'hiddenDim'>): UmciConfig {
  return {
    hiddenDim,
    scaleKernels: [3, 9],
    stripKernel: 3,
    paths: { strip: true, scale: true },
    separable: false,
    novelty: [],
  };
}

/** Adam at a constant rate, the last weights kept. @param pictures of an epoch */
export function paperSchedule(
  settings: Pick<HeadSettings, 'batch' | 'epochs' | 'learningRate'>,
  pictures: number,
): HeadSchedule {
  const { batch, epochs, learningRate } = settings;
  return {
    protocol: 'paper',
    batch,
    steps: Math.max(1, Math.ceil((epochs * pictures) / batch)),
    warmup: 0,
    restarts: [],
    learningRate,
    weightDecay: 0,
    clip: 1,
    gamma: 2,
    dice: 1,
    image: 0,
    average: 0,
  };
}
