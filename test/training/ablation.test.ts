import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ablate, ablationVariants, sweepVariants } from '../../src-main/training/ablation.ts';
import type { ProtocolFigures } from '../../src-main/training/fold-figures.ts';
import { baseHead } from '../../src-main/training/head-config.ts';
import { paperOrder } from '../../src-main/training/paper-order.ts';
import { toyPack, toyProducts } from './toy-products.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ablation-'));
});
afterAll(() => rm(root, { recursive: true }));

it('trains every variant alike and measures each product once, by a head that did not learn from it', async () => {
  const parent = await toyPack();
  const products = await toyProducts(join(root, 'features'), ['tiles', 'nuts'], 4);
  const variants = ablationVariants(baseHead(parent.pack), 2, 100);
  const result = await ablate({
    ...{ parent, variants, folds: 2, steps: 1, threads: 1, cache: join(root, 'cache') },
    data: { folder: join(root, 'features'), products, leftOut: [] },
    language: () => Float32Array.of(1, 0, 0, 0.5, 0, 1, 0, -0.5),
    protocol: { batch: 1, learningRate: 0.02, seed: 1 },
  });
  expect(result.variants.map(({ name }) => name)).toEqual([
    'full',
    'without the strip path',
    'without the scale path',
    'without both paths',
    'without UMCI: linear layers and cosine',
    'with a novelty channel',
    'kernels of its own, not from the text',
  ]);
  for (const { products: measured } of result.variants) {
    expect(Object.keys(measured).sort()).toEqual(['nuts/part', 'tiles/part']);
  }
  expect(result.variants[0]!.against).toEqual({ better: 0, worse: 0 });
  // Worked by hand for stages of 4 and 3 channels and a text of 4: per stage (C + 1) · 4.
  expect(result.variants[4]!.parameters).toBe(5 * 4 + 4 * 4);
  const [full, , , neither, , , own] = result.variants;
  expect(neither!.parameters).toBeLessThan(full!.parameters);
  // Two kernels instead of one from each of the text's 4 channels, in two stages of d = 4.
  expect(full!.parameters - own!.parameters).toBe(2 * (4 - 2) * 4);
  expect(new Set(result.variants.map(({ mean }) => mean.pixelAuroc)).size).toBeGreaterThan(4);
});

it('sweeps hidden dimensions and kernels around the head', async () => {
  const umci = baseHead((await toyPack()).pack);
  const variants = sweepVariants(umci, [4, 8], [[3, 9]]);
  expect(variants.map(({ name, varies }) => [name, varies])).toEqual([
    ['full', 'full'],
    ['d 4', 'hidden'],
    ['d 8', 'hidden'],
    ['3 and 9', 'scale-kernels'],
  ]);
  expect(variants[2]!.head).toMatchObject({ umci: { hiddenDim: 8, scaleKernels: umci.scaleKernels } });
});

it('says where the order is the paper’s and where it is not', () => {
  const of = (name: string, varies: 'full' | 'paths' | 'umci' | 'hidden', pixelAp: number | null) => {
    const none = {
      pixelAuroc: null,
      pixelF1Max: null,
      pixelPro: null,
      imageAuroc: null,
      imageAp: null,
      imageF1Max: null,
    };
    const mean: ProtocolFigures = { ...none, pixelAp };
    return { name, varies, mean, parameters: 1, products: {}, against: { better: 0, worse: 0 } };
  };
  const variants = [
    of('full', 'full', 0.4),
    of('without the strip path', 'paths', 0.35),
    of('without the scale path', 'paths', 0.45),
    of('without UMCI', 'umci', 0.1),
    ...[0.1, 0.2, 0.3].map((ap, at) => of(`d ${at}`, 'hidden', ap)),
  ];
  const order = Object.fromEntries(paperOrder({ variants }).map(({ claim, agrees }) => [claim, agrees]));
  expect(order).toEqual({
    'The strip path helps': true,
    'The scale path helps': false,
    'The scale path helps more than the strip path': false,
    'Without UMCI it is worse than without any path': true,
    'A larger hidden dimension is better': true,
  });
});
