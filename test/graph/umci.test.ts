import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import { buildUmciGraph, type UmciPath, type UmciShape, umciParameters } from '../../src-main/graph/umci.ts';
import { createSession, type Tensor } from '../../src-main/inference/ort.ts';
import { expectClose, type FeedSet, type Numbers } from './graph-check.ts';
import { naiveCoarseMap, naiveUmci } from './naive-umci.ts';
import { TINY_UMCI, tinyPicture, tinyUmciWeights } from './umci-fixture.ts';

function tensorsOf(weights: ReadonlyMap<string, Numbers>) {
  return new Map(
    [...weights].map(([name, { dims, data }]) => [name, { shape: dims, data: Float32Array.from(data) }]),
  );
}

async function coarseMaps(
  shape: UmciShape,
  feedSets: readonly FeedSet[],
  without?: UmciPath,
): Promise<Numbers[]> {
  const model = buildUmciGraph(shape, tensorsOf(tinyUmciWeights(shape)), without ? { without } : {});
  const session = await createSession(encodeModel(model), { device: 'cpu', threads: 1 });
  try {
    const maps: Numbers[] = [];
    for (const feeds of feedSets) {
      const tensors = Object.entries(feeds).map(([name, feed]): [string, Tensor] => [
        name,
        'type' in feed ? feed : { type: 'float32', dims: feed.dims, data: Float32Array.from(feed.data) },
      ]);
      const { coarse } = await session.run(Object.fromEntries(tensors));
      maps.push({ dims: coarse!.dims, data: Array.from(coarse!.data as Float32Array) });
    }
    return maps;
  } finally {
    await session.release();
  }
}

const wide = { height: 5, width: 7, mapHeight: 20, mapWidth: 28 };
const tall = { height: 6, width: 2, mapHeight: 22, mapWidth: 5 };

const variants: readonly (readonly [string, Partial<UmciShape>])[] = [
  ['both paths, separable', {}],
  ['full 3×3 kernels', { separable: false }],
  ['two scales', { scaleKernels: [3, 5] }],
  ['a longer strip kernel', { stripKernel: 5 }],
  ['only the strip path', { paths: { strip: true, scale: false } }],
  ['only the scale path', { paths: { strip: false, scale: true } }],
  ['no novelty', { novelty: [] }],
  ['neither path', { paths: { strip: false, scale: false } }],
];

describe('UMCI', () => {
  it.each(variants)('computes what the specification says: %s', async (_, change) => {
    const shape = { ...TINY_UMCI, ...change };
    const weights = tinyUmciWeights(shape);
    const pictures = [tinyPicture(shape, wide, 5), tinyPicture(shape, tall, 6)];
    const maps = await coarseMaps(
      shape,
      pictures.map(({ feeds }) => feeds),
    );
    for (const [i, size] of [wide, tall].entries()) {
      const expected = naiveCoarseMap(
        naiveUmci(shape, (name) => weights.get(name)!.data, pictures[i]!.picture),
      );
      expectClose(maps[i]!, { dims: [size.mapHeight, size.mapWidth], data: expected });
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.05);
      for (const value of maps[i]!.data) expect(value >= 0 && value <= 1).toBe(true);
    }
  });

  it.each(['strip', 'scale'] as const)(
    'without the %s path is the head whose fusion has no weights for it',
    async (path) => {
      const shape = { ...TINY_UMCI, separable: false };
      const d = shape.hiddenDim;
      const at = path === 'strip' ? d : 2 * d;
      const weights = tinyUmciWeights(shape);
      const { feeds, picture } = tinyPicture(shape, wide, 5);
      const { feeds: needed } = tinyPicture({ ...shape, paths: { ...shape.paths, [path]: false } }, wide, 5);
      const [map] = await coarseMaps(shape, [needed], path);
      const cut = (name: string) => {
        const { dims, data } = weights.get(name)!;
        if (!name.endsWith('.fuse.weight')) return data;
        const channel = (i: number) => Math.floor(i / 9) % dims[1]!;
        return data.map((value, i) => (channel(i) >= at && channel(i) < at + d ? 0 : value));
      };
      const expected = naiveCoarseMap(naiveUmci(shape, cut, picture));
      expectClose(map!, { dims: [wide.mapHeight, wide.mapWidth], data: expected });
      const [whole] = await coarseMaps(shape, [feeds]);
      expect(Math.max(...map!.data.map((value, i) => Math.abs(value - whole!.data[i]!)))).toBeGreaterThan(
        0.001,
      );
    },
  );

  it('listens to the language tokens', async () => {
    const { feeds } = tinyPicture(TINY_UMCI, wide, 5);
    const { feeds: other } = tinyPicture(TINY_UMCI, wide, 17);
    const [one, two] = await coarseMaps(TINY_UMCI, [feeds, { ...feeds, text: other.text! }]);
    expect(Math.max(...one!.data.map((value, i) => Math.abs(value - two!.data[i]!)))).toBeGreaterThan(0.01);
  });

  it('gives the complement when normal and abnormal are exchanged', async () => {
    const { feeds } = tinyPicture(TINY_UMCI, wide, 5);
    const { dims, data } = feeds.text as Numbers;
    const half = data.length / 2;
    const exchanged = { ...feeds, text: { dims, data: [...data.slice(half), ...data.slice(0, half)] } };
    const [one, two] = await coarseMaps(TINY_UMCI, [feeds, exchanged]);
    expectClose(two!, { dims: one!.dims, data: one!.data.map((value) => 1 - value) });
    expect(Math.max(...one!.data.map((value) => Math.abs(value - 0.5)))).toBeGreaterThan(0.03);
  });

  it('refuses weights of another head', () => {
    const weights = tensorsOf(tinyUmciWeights(TINY_UMCI));
    const { name } = umciParameters(TINY_UMCI)[2]!;
    expect(() =>
      buildUmciGraph(TINY_UMCI, new Map(weights).set(name, { shape: [1], data: new Float32Array(1) })),
    ).toThrow(`"${name}" should be [3,4], found [1]`);
    weights.delete(name);
    expect(() => buildUmciGraph(TINY_UMCI, weights)).toThrow('found none');
  });
});
