import { ClipSamError } from '../../src-shared/errors.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';

export interface AdamWOptions {
  /** Highest learning rate, reached after `warmup` steps and followed by a cosine to zero at the next restart, or at `steps`. */
  readonly learningRate: number;
  readonly warmup: number;
  readonly steps: number;
  /** Steps, ascending, at which warm-up and cosine begin anew (SGDR, Loshchilov & Hutter 2017). None by default. */
  readonly restarts?: readonly number[];
  /** The learning rate stays at its highest after the warm-up. */
  readonly isConstant?: boolean;
  /** Decoupled decay; gains and biases (fan ≤ 0) are exempt. */
  readonly weightDecay: number;
  /** Gradients with a larger L2 norm are scaled down to it. */
  readonly clip: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** The learning rate of step `step` (from 0): linear warm-up, then cosine unless constant, from the last restart to the next. */
export function learningRateAt(step: number, options: AdamWOptions): number {
  const { learningRate, warmup, restarts = [] } = options;
  const begin = restarts.findLast((restart) => restart <= step) ?? 0;
  const end = restarts.find((restart) => restart > step) ?? options.steps;
  const at = step - begin;
  if (at < warmup) return (learningRate * (at + 1)) / warmup;
  if (options.isConstant) return learningRate;
  return learningRate * 0.5 * (1 + Math.cos((Math.PI * (at - warmup)) / Math.max(1, end - begin - warmup)));
}

/** AdamW (Loshchilov & Hutter 2019) over one vector of weights; `mean`, `variance` and `step` are its state. */
export class AdamW {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  step = 0;
  readonly #options: AdamWOptions;
  readonly #decay: Uint8Array;

  constructor(specs: readonly WeightSpec[], options: AdamWOptions) {
    this.#options = options;
    this.#decay = Uint8Array.from(
      specs.flatMap(({ shape, fan }) =>
        new Array<number>(shape.reduce((size, dim) => size * dim, 1)).fill(fan > 0 ? 1 : 0),
      ),
    );
    this.mean = new Float32Array(this.#decay.length);
    this.variance = new Float32Array(this.#decay.length);
  }

  /**
   * Moves `weights` one step against `gradient`; returns the gradient's norm before clipping.
   * @throws ClipSamError `training-data-invalid` for a gradient that is not finite; nothing is changed then
   */
  update(weights: Float32Array, gradient: Float32Array): number {
    const { clip, weightDecay } = this.#options;
    let squares = 0;
    for (const value of gradient) squares += value * value;
    const norm = Math.sqrt(squares);
    if (!Number.isFinite(norm)) {
      throw new ClipSamError(
        'training-data-invalid',
        `Training went astray at step ${this.step}: the gradient is not finite. Lower the plan's learning rate, and compute the features again if that doesn't help.`,
      );
    }
    const rate = learningRateAt(this.step++, this.#options);
    const scale = norm > clip ? clip / norm : 1;
    const correct1 = 1 - BETA1 ** this.step;
    const correct2 = 1 - BETA2 ** this.step;
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]! * scale;
      const m = BETA1 * this.mean[i]! + (1 - BETA1) * g;
      const v = BETA2 * this.variance[i]! + (1 - BETA2) * g * g;
      this.mean[i] = m;
      this.variance[i] = v;
      const move = m / correct1 / (Math.sqrt(v / correct2) + EPSILON);
      weights[i]! -= rate * (move + this.#decay[i]! * weightDecay * weights[i]!);
    }
    return norm;
  }
}
