import { Random } from '../../src-shared/random.ts';
import type { WeightTensor } from '../graph/safetensors.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';

/** Named weights that lie one after the other in one vector, so that an optimiser can treat them as one. */
export class Weights {
  readonly vector: Float32Array;
  readonly tensors: ReadonlyMap<string, WeightTensor>;

  constructor(specs: readonly WeightSpec[], vector?: Float32Array) {
    const size = specs.reduce((sum, { shape }) => sum + product(shape), 0);
    if (vector && vector.length !== size)
      throw new TypeError(`expected ${size} weights, got ${vector.length}`);
    this.vector = vector ?? new Float32Array(size);
    let at = 0;
    this.tensors = new Map(
      specs.map(({ name, shape }) => {
        const data = this.vector.subarray(at, at + product(shape));
        at += data.length;
        return [name, { shape, data }];
      }),
    );
  }

  /** Fresh weights that depend only on the specs and the seed. */
  static initial(specs: readonly WeightSpec[], seed: string): Weights {
    const weights = new Weights(specs);
    for (const { name, fan } of specs) {
      const random = new Random(`${seed}/${name}`);
      const { data } = weights.tensors.get(name)!;
      if (fan < 0) data.fill(1);
      else if (fan > 0) for (let i = 0; i < data.length; i++) data[i] = random.normal() / Math.sqrt(fan);
    }
    return weights;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
