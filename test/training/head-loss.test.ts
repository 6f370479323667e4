import { describe, expect, it } from 'vitest';
import {
  declareUmciInputs,
  type UmciShape,
  umciParameters,
  umciStageLogits,
} from '../../src-main/graph/umci.ts';
import type { Tensor } from '../../src-main/inference/ort.ts';
import { type HeadLossOptions, headLoss, paperLoss } from '../../src-main/training/head-loss.ts';
import { TrainingGraph } from '../../src-main/training/training-graph.ts';
import { Weights } from '../../src-main/training/weights.ts';
import { type FeedSet, forward, type Numbers, numbers } from '../graph/graph-check.ts';
import { naiveUmci } from '../graph/naive-umci.ts';
import { TINY_UMCI, tinyPicture, tinyUmciWeights } from '../graph/umci-fixture.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The loss from its definition, in double precision. */
function naiveLoss(
  logits: readonly (readonly number[])[],
  target: readonly number[],
  defective: boolean,
  { gamma, dice, image }: HeadLossOptions,
): number {
  const cells = sum(target);
  const share = cells / (cells + 48);
  const perStage = logits.map((stage) => {
    const p = stage.map((z) => 1 / (1 + Math.exp(-z)));
    const missed = sum(p.map((value, i) => -target[i]! * (1 - value) ** gamma * Math.log(value)));
    const invented = sum(p.map((value, i) => -(1 - target[i]!) * value ** gamma * Math.log(1 - value)));
    const focal = missed / (cells + 48) + invented / (target.length - cells + 1);
    const overlap = (2 * sum(p.map((value, i) => value * target[i]!)) + 1) / (sum(p) + cells + 1);
    return focal + dice * share * (1 - overlap);
  });
  const mean = target.map((_, i) => sum(logits.map((stage) => stage[i]!)) / logits.length);
  const strongest = (outside: (i: number) => number) => {
    const weights = mean.map((z, i) => Math.exp(4 * (z - 30 * outside(i))));
    return sum(mean.map((z, i) => (z * weights[i]!) / sum(weights)));
  };
  const wrong = defective
    ? share * Math.log1p(Math.exp(-strongest((i) => 1 - target[i]!)))
    : Math.log1p(Math.exp(strongest((i) => target[i]!)));
  return sum(perStage) + image * wrong;
}

async function graphLosses(feedSets: readonly FeedSet[], options: HeadLossOptions): Promise<number[]> {
  const losses = await forward(
    (b, v) => headLoss(b, [v.first!, v.second!], v.target!, v.defective!, options),
    feedSets,
    { first: ['h', 'w'], second: ['h', 'w'], target: ['h', 'w'] },
  );
  return losses.map(({ data }) => data[0]!);
}

const full: HeadLossOptions = { gamma: 2, dice: 1, image: 0.3 };
const scalar = (value: number): Numbers => ({ dims: [], data: [value] });

/** Logits of two stages and the mask that has defects where `hit` says. */
function example(dims: readonly [number, number], share: (cell: number) => number) {
  const target = { dims, data: numbers(dims, 1).data.map((_, i) => share(i)) };
  return {
    first: numbers(dims, 2, 3, -1),
    second: numbers(dims, 3, 3, -1),
    target,
    defective: scalar(target.data.some((value) => value > 0) ? 1 : 0),
  };
}

const pictures = {
  good: example([9, 12], () => 0),
  'with a tiny defect': example([9, 12], (i) => (i === 40 ? 0.7 : 0)),
  'half defective, shares between 0 and 1': example([20, 10], (i) => (i % 3 ? 0 : (i % 7) / 6)),
  'wholly defective': example([3, 4], () => 1),
};

describe('headLoss', () => {
  it('has the value worked out by hand', async () => {
    // Two cells, one defective, undecided everywhere: focal (ln 2)/4 · (1/49 + 1/2), Dice 1 − 2/3, share 1/49.
    const half = (Math.log(2) / 4) * (1 / 49 + 1 / 2) + 1 / 3 / 49;
    const zeros = { dims: [1, 2], data: [0, 0] };
    const feeds = {
      first: zeros,
      second: zeros,
      target: { dims: [1, 2], data: [1, 0] },
      defective: scalar(1),
    };
    expect((await graphLosses([feeds], { gamma: 2, dice: 1, image: 0 }))[0]).toBeCloseTo(2 * half, 6);
    const image = Math.log(2) / 49;
    expect((await graphLosses([feeds], { gamma: 2, dice: 1, image: 0.5 }))[0]).toBeCloseTo(
      2 * half + 0.5 * image,
      6,
    );
  });

  it.each(Object.entries(pictures))('follows its definition for a picture %s', async (_, feeds) => {
    for (const options of [full, { gamma: 1.5, dice: 0.5, image: 0 }, { gamma: 1, dice: 0, image: 2 }]) {
      const [loss] = await graphLosses([feeds], options);
      const { first, second, target, defective } = feeds;
      const expected = naiveLoss([first.data, second.data], target.data, defective.data[0] === 1, options);
      expect(loss! / expected).toBeCloseTo(1, 5);
    }
  });

  it('has no Dice term for good pictures', async () => {
    const [withDice] = await graphLosses([pictures.good], { gamma: 2, dice: 5, image: 0 });
    const [without] = await graphLosses([pictures.good], { gamma: 2, dice: 0, image: 0 });
    expect(withDice).toBe(without);
  });

  it('stays finite when the head is far too sure of itself', async () => {
    const dims = [2, 2];
    for (const z of [-90, 90]) {
      const sure = { dims, data: [z, z, z, z] };
      const feeds = { first: sure, second: sure, target: { dims, data: [1, 0, 0, 0] }, defective: scalar(1) };
      expect((await graphLosses([feeds], full))[0]).toBeLessThan(300);
    }
  });
});

describe('paperLoss', () => {
  const lossOf = async (feeds: FeedSet, gamma: number, dice: number) => {
    const [loss] = await forward(
      (b, v) => paperLoss(b, [v.first!, v.second!], v.target!, { gamma, dice }),
      [feeds],
      { first: ['h', 'w'], second: ['h', 'w'], target: ['h', 'w'] },
    );
    return loss!.data[0]!;
  };

  it('has the value worked out by hand', async () => {
    const zeros = { dims: [1, 2], data: [0, 0] };
    // Focal (ln 2)/4 on both cells, Dice 1 − (2·½ + 1)/(1 + 1 + 1), on two stages.
    const feeds = { first: zeros, second: zeros, target: { dims: [1, 2], data: [1, 0] } };
    expect(await lossOf(feeds, 2, 1)).toBeCloseTo(2 * (Math.log(2) / 4 + 1 / 3), 6);
    // A good picture counts too: 1 − 1/(1 + 0 + 1).
    const good = { first: zeros, second: zeros, target: { dims: [1, 2], data: [0, 0] } };
    expect(await lossOf(good, 2, 1)).toBeCloseTo(2 * (Math.log(2) / 4 + 1 / 2), 6);
  });

  it.each(Object.entries(pictures))(
    'is APRIL-GAN’s focal and Dice of a softmax for a picture %s',
    async (_, feeds) => {
      const { first, second, target } = feeds;
      const expected = [first.data, second.data].map((stage) => {
        // Their two channels, of which only the difference counts.
        const softmax = stage.map((z) => Math.exp(z / 2) / (Math.exp(z / 2) + Math.exp(-z / 2)));
        const focal = softmax.map((p, i) => {
          const t = target.data[i]!;
          return -t * (1 - p) ** 2 * Math.log(p) - (1 - t) * p ** 2 * Math.log(1 - p);
        });
        const both = sum(softmax.map((p, i) => p * target.data[i]!));
        return sum(focal) / focal.length + 1 - (2 * both + 1) / (sum(softmax) + sum(target.data) + 1);
      });
      expect((await lossOf({ first, second, target }, 2, 1)) / sum(expected)).toBeCloseTo(1, 5);
    },
  );
});

describe('the gradient of UMCI and its loss', () => {
  const size = { height: 5, width: 7, mapHeight: 20, mapWidth: 28 };
  const variants: readonly (readonly [string, Partial<UmciShape>])[] = [
    ['separable kernels', {}],
    ['full kernels', { separable: false }],
  ];

  it.each(variants)('equals finite differences of the naive computation: %s', async (_, change) => {
    const shape = { ...TINY_UMCI, ...change };
    const specs = umciParameters(shape);
    const values = tinyUmciWeights(shape);
    const weights = new Weights(
      specs,
      Float32Array.from(specs.flatMap(({ name }) => values.get(name)!.data)),
    );
    const target = numbers([20, 28], 8).data.map((value, i) => (i % 28 > 20 ? Math.abs(value) : 0));
    const graph = await TrainingGraph.create(
      specs,
      (b, weight) => {
        const inputs = declareUmciInputs(b, shape);
        const mask = b.input('target', 'float32', ['map_h', 'map_w']);
        const defective = b.input('defective', 'float32', []);
        return headLoss(b, umciStageLogits(b, shape, inputs, weight), mask, defective, full);
      },
      { threads: 1 },
    );
    const { picture, feeds } = tinyPicture(shape, size, 5);
    const all: FeedSet = { ...feeds, target: { dims: [20, 28], data: target }, defective: scalar(1) };
    const tensors = Object.entries(all).map(([name, feed]): [string, Tensor] => {
      if ('type' in feed) return [name, feed];
      const { dims, data } = feed;
      return [name, { type: 'float32', dims, data: Float32Array.from(data) }];
    });
    const gradient = new Float32Array(weights.vector.length);
    const loss = await graph.run(weights, Object.fromEntries(tensors), gradient);
    await graph.release();

    const lossWith = (changed?: string, vector?: ArrayLike<number>) => {
      const stages = naiveUmci(
        shape,
        (name) => (name === changed ? vector! : weights.tensors.get(name)!.data),
        picture,
      );
      const logits = stages.map((stage) => stage.flat().map(([normal, abnormal]) => abnormal! - normal!));
      return naiveLoss(logits, target, true, full);
    };
    expect(loss / lossWith()).toBeCloseTo(1, 5);
    let start = 0;
    for (const { name } of specs) {
      const { data } = weights.tensors.get(name)!;
      const own = gradient.subarray(start, start + data.length);
      start += data.length;
      const largest = Math.max(1e-3, ...Array.from(own, Math.abs));
      for (let at = 0; at < data.length; at += Math.ceil(data.length / 3)) {
        const moved = (by: number) => lossWith(name, Array.from(data).with(at, data[at]! + by));
        const numeric = (moved(1e-4) - moved(-1e-4)) / 2e-4;
        expect(Math.abs(own[at]! - numeric) / largest, `${name}[${at}]`).toBeLessThan(2e-3);
      }
    }
  });
});
