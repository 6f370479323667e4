import { describe, expect, it } from 'vitest';
import { AdamW, type AdamWOptions, learningRateAt } from '../../src-main/training/adamw.ts';

const constant: AdamWOptions = {
  learningRate: 0.1,
  warmup: 0,
  steps: 1e12,
  weightDecay: 0,
  clip: Number.POSITIVE_INFINITY,
};
const one = [{ name: 'w', shape: [1], fan: 1 }];

describe('the learning rate', () => {
  it('rises linearly, then falls as a half cosine to zero', () => {
    const options = { ...constant, learningRate: 1, warmup: 4, steps: 12 };
    const rates = Array.from({ length: 13 }, (_, step) => learningRateAt(step, options));
    expect(rates.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rates[6]).toBeCloseTo(0.5 + Math.SQRT1_2 / 2);
    expect(rates[8]).toBeCloseTo(0.5);
    expect(rates[12]).toBeCloseTo(0);
  });

  it('begins anew at every restart, with its warm-up, and ends each cosine there', () => {
    const options = { ...constant, learningRate: 1, warmup: 2, steps: 16, restarts: [6, 10] };
    const rates = Array.from({ length: 17 }, (_, step) => learningRateAt(step, options));
    // From 2 to 6 a half cosine of four steps, from 8 to 10 one of two, from 12 to 16 one of four.
    const half = [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2];
    const expected = [0.5, 1, ...half, 0.5, 1, 1, 0.5, 0.5, 1, ...half, 0];
    expect(rates).toEqual(expected.map((rate) => expect.closeTo(rate)));
  });

  it('stays where it is when it is constant', () => {
    const options = { ...constant, learningRate: 1, warmup: 2, steps: 8, isConstant: true };
    expect([0, 1, 2, 5, 7].map((step) => learningRateAt(step, options))).toEqual([0.5, 1, 1, 1, 1]);
  });

  it('needs no warm-up', () => {
    expect(learningRateAt(0, { ...constant, steps: 10 })).toBe(0.1);
    expect(learningRateAt(0, { ...constant, steps: 1, warmup: 1 })).toBe(0.1);
  });
});

describe('AdamW', () => {
  it('takes the steps worked out by hand', () => {
    const optimizer = new AdamW(one, constant);
    const weights = Float32Array.of(1);
    // m = 0.2, v = 0.004; corrected 2 and 4: the step is the learning rate itself.
    optimizer.update(weights, Float32Array.of(2));
    expect(weights[0]).toBeCloseTo(0.9, 6);
    // m = 0.9·0.2 + 0.1·(−1) = 0.08, v = 0.999·0.004 + 0.001 = 0.004996; corrected 0.08/0.19 and 0.004996/0.001999.
    optimizer.update(weights, Float32Array.of(-1));
    expect(weights[0]).toBeCloseTo(0.9 - (0.1 * (0.08 / 0.19)) / Math.sqrt(0.004996 / 0.001999), 6);
    expect(optimizer.step).toBe(2);
    expect(optimizer.mean[0]).toBeCloseTo(0.08, 6);
    expect(optimizer.variance[0]).toBeCloseTo(0.004996, 6);
  });

  it('decays weights apart from their gradient, but no gains and biases', () => {
    const specs = [
      { name: 'weight', shape: [1, 2], fan: 2 },
      { name: 'gain', shape: [2], fan: -1 },
      { name: 'bias', shape: [1], fan: 0 },
    ];
    const optimizer = new AdamW(specs, { ...constant, weightDecay: 0.5 });
    const weights = Float32Array.of(2, -4, 1, 1, 3);
    optimizer.update(weights, new Float32Array(5));
    // w −= 0.1 · 0.5 · w
    expect(Array.from(weights)).toEqual([1.9, -3.8, 1, 1, 3].map((value) => expect.closeTo(value, 6)));
  });

  it('clips the gradient to the norm, and tells the norm it had', () => {
    const specs = [{ name: 'w', shape: [2], fan: 1 }];
    const clipped = new AdamW(specs, { ...constant, clip: 1 });
    const gradient = Float32Array.of(3, 4);
    expect(clipped.update(new Float32Array(2), gradient)).toBeCloseTo(5);
    expect(Array.from(gradient)).toEqual([3, 4]);
    expect(Array.from(clipped.mean)).toEqual([0.06, 0.08].map((value) => expect.closeTo(value, 6)));
    const free = new AdamW(specs, { ...constant, clip: 5.1 });
    free.update(new Float32Array(2), gradient);
    expect(Array.from(free.mean)).toEqual([0.3, 0.4].map((value) => expect.closeTo(value, 6)));
  });

  it('refuses a gradient that is not finite and keeps what it has', () => {
    const optimizer = new AdamW(one, constant);
    const weights = Float32Array.of(1);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => optimizer.update(weights, Float32Array.of(bad))).toThrow('at step 0');
    }
    expect([weights[0], optimizer.step, optimizer.mean[0], optimizer.variance[0]]).toEqual([1, 0, 0, 0]);
  });

  it('finds the minimum of a bowl that is a hundred times steeper one way', () => {
    const optimizer = new AdamW([{ name: 'w', shape: [2], fan: 1 }], { ...constant, warmup: 10, steps: 400 });
    const weights = Float32Array.of(3, -2);
    for (let step = 0; step < 400; step++) {
      optimizer.update(weights, Float32Array.of(weights[0]! - 1, 100 * (weights[1]! - 2)));
    }
    expect(weights[0]).toBeCloseTo(1, 2);
    expect(weights[1]).toBeCloseTo(2, 2);
  });
});
