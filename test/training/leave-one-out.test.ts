import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoadedPack } from '../../src-main/inference/pack-loader.ts';
import { featurePath } from '../../src-main/training/feature-file.ts';
import { innerParts, type LeaveOneOutOptions, leaveOneOut } from '../../src-main/training/leave-one-out.ts';
import { featuresOnlyOf, type ProductRecords } from '../../src-main/training/products.ts';
import { TOY_WIDTHS } from './toy-features.ts';
import { toyPack, toyProducts } from './toy-products.ts';

const tokens = Float32Array.of(1, 0, 0, 0.5, 0, 1, 0, -0.5);

let root = '';
let parent: LoadedPack;
let products: ProductRecords[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'leave-one-out-'));
  parent = await toyPack();
  products = await toyProducts(join(root, 'features'), ['tiles', 'nuts', 'caps'], 6);
});
afterAll(() => rm(root, { recursive: true }));

function run(name: string, options: Partial<LeaveOneOutOptions> = {}) {
  return leaveOneOut({
    ...{ parent, by: 'dataset', inner: 2, lengths: [2, 4], threads: 1 },
    data: { folder: join(root, 'features'), products, leftOut: [] },
    language: () => tokens,
    cache: join(root, name),
    candidates: [{ name: 'linear', head: { kind: 'linear', scale: 4 } }],
    protocol: { batch: 2, learningRate: 0.02, seed: 1 },
    ...options,
  });
}

let first: ReturnType<typeof run> | undefined;
/** Run once. */
function whole() {
  first ??= run('whole');
  return first;
}

describe('leaveOneOut', () => {
  it('measures each target by a head that learned from all others, chosen on products left out among them', async () => {
    const { targets, mean } = await whole();
    expect(targets.map(({ target, trainedOn }) => [target, trainedOn])).toEqual([
      ['tiles', ['nuts/part', 'caps/part']],
      ['nuts', ['tiles/part', 'caps/part']],
      ['caps', ['tiles/part', 'nuts/part']],
    ]);
    for (const { target, inner, chosen, products: figures } of targets) {
      expect(inner.map(({ candidate, steps }) => [candidate, steps])).toEqual([
        ['linear', 2],
        ['linear', 4],
      ]);
      const best = Math.max(...inner.map(({ figures: { pixelAp } }) => pixelAp!));
      expect(chosen.by).toBe('left-out-products');
      expect(inner.find(({ steps }) => steps === chosen.steps)!.figures.pixelAp).toBe(best);
      expect(Object.keys(figures)).toEqual([`${target}/part`]);
      expect(figures[`${target}/part`]!.pictures).toBe(6);
    }
    const aps = targets.map((target) => target.mean.pixelAp!);
    expect(mean.pixelAp).toBeCloseTo(aps.reduce((sum, ap) => sum + ap, 0) / 3, 12);
  });

  it('lets nothing of a target decide: other masks on it change its figures and nothing else', async () => {
    const { targets } = await whole();
    const features = join(root, 'other-features');
    await cp(join(root, 'features'), features, { recursive: true });
    const [target] = products;
    for (const record of target!.records) {
      const path = featurePath(features, record.id);
      const bytes = await readFile(path);
      const cells = record.grid.mapHeight * record.grid.mapWidth;
      bytes.subarray(bytes.length - cells).forEach((share, i, mask) => {
        mask[i] = 255 - share;
      });
      await writeFile(path, bytes);
    }
    const relabelled: ProductRecords = {
      ...target!,
      records: target!.records.map((record) => ({ ...record, area: 1 - record.area, defects: ['x'] })),
    };
    const data = { folder: features, products: [relabelled, ...products.slice(1)], leftOut: [] };
    const other = await run('other', { data });
    const [before, after] = [targets[0]!, other.targets[0]!];
    expect(after.target).toBe('tiles');
    expect(after.weights).toBe(before.weights);
    expect(after.chosen).toEqual(before.chosen);
    expect(after.inner).toEqual(before.inner);
    expect(after.mean.pixelAuroc).not.toBe(before.mean.pixelAuroc);
    // Of the others it is data to learn from: there the masks do count.
    expect(other.targets[1]!.weights).not.toBe(targets[1]!.weights);
  });

  it('refuses to read a picture that is left out', async () => {
    const [target, other] = products;
    const reader = featuresOnlyOf(other!.records, join(root, 'features'));
    await expect(reader(other!.records[0]!, TOY_WIDTHS)).resolves.toMatchObject({
      mask: expect.any(Uint8Array),
    });
    await expect(reader(target!.records[0]!, TOY_WIDTHS)).rejects.toMatchObject({ code: 'not-permitted' });
  });

  it('goes on after it was cancelled in the middle of a training, with the same figures', async () => {
    const controller = new AbortController();
    let folds = 0;
    const cancelled = run('cancelled', {
      signal: controller.signal,
      onProgress(progress) {
        if (progress.kind === 'fold') folds = progress.fold;
        else if (folds === 4 && progress.step === 3) controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const steps: number[] = [];
    const resumed = await run('cancelled', {
      onProgress: (progress) => progress.kind === 'head' && steps.push(progress.step),
    });
    // What was measured is not trained again, and what was cut off goes on.
    expect(steps[0]).toBe(4);
    expect(resumed).toEqual(await whole());
  });

  it('has nothing to choose by with one product to learn from, and says so; one target alone is refused', async () => {
    const data = { folder: join(root, 'features'), products: products.slice(0, 2), leftOut: [] };
    const { targets } = await run('two', { data });
    for (const { chosen, inner } of targets) {
      expect(inner).toEqual([]);
      expect(chosen).toMatchObject({ by: 'nothing', steps: 4, theta: 0.73, thetaBy: 'recipe' });
    }
    const alone = run('one', { data: { ...data, products: products.slice(0, 1) } });
    await expect(alone).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

it('puts products into parts as wholes', () => {
  const parts = innerParts(products, 2).map((part) => part.map(({ dataset }) => dataset));
  expect(parts).toEqual([['tiles', 'caps'], ['nuts']]);
  expect(innerParts(products, 8)).toHaveLength(3);
  expect(innerParts(products.slice(0, 1), 2)).toEqual([]);
});
