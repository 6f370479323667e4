import { describe, expect, it } from 'vitest';
import type { WeightSpec } from '../../src-main/graph/weight-spec.ts';
import { Weights } from '../../src-main/training/weights.ts';

const specs: WeightSpec[] = [
  { name: 'matrix', shape: [40, 50], fan: 16 },
  { name: 'gain', shape: [3], fan: -1 },
  { name: 'bias', shape: [2], fan: 0 },
];

describe('Weights', () => {
  it('are views of one vector, in order', () => {
    const weights = new Weights(
      specs,
      Float32Array.from({ length: 2005 }, (_, i) => i),
    );
    expect(weights.tensors.get('gain')).toEqual({ shape: [3], data: Float32Array.of(2000, 2001, 2002) });
    weights.vector[2003] = -1;
    expect(weights.tensors.get('bias')!.data[0]).toBe(-1);
    expect(() => new Weights(specs, new Float32Array(2004))).toThrow('expected 2005 weights, got 2004');
  });

  it('start normal with deviation 1 / √fan, gains at one, biases at zero', () => {
    const { tensors } = Weights.initial(specs, 'seed');
    const { data } = tensors.get('matrix')!;
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
    expect(mean).toBeCloseTo(0, 1);
    expect(deviation).toBeCloseTo(0.25, 1);
    expect([...tensors.get('gain')!.data]).toEqual([1, 1, 1]);
    expect([...tensors.get('bias')!.data]).toEqual([0, 0]);
  });

  it('depend on the seed, and on a name rather than on its place', () => {
    const first = Weights.initial(specs, 'seed');
    expect(Weights.initial(specs, 'seed').vector).toEqual(first.vector);
    expect(Weights.initial(specs, 'other').vector).not.toEqual(first.vector);
    const reordered = Weights.initial(specs.toReversed(), 'seed');
    expect(reordered.tensors.get('matrix')!.data).toEqual(first.tensors.get('matrix')!.data);
  });
});
