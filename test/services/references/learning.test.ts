import { describe, expect, test } from 'vitest';
import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import { fakeWorkstation, importedBatch, inspected, inspector } from '../../api/workstation-fixture.ts';
import { region } from '../../store/results-fixture.ts';
import type { FakeOptions } from '../runs/fake-inference.ts';

const product = { partNumber: '4711', revision: 'B' };
const triangle: [number, number][][] = [
  [
    [1, 1],
    [9, 1],
    [9, 9],
  ],
];
const second = { ...region, index: 2, polygons: [triangle] };

/** A run whose images are rejected for two regions each. */
async function rejected(use: 'automatic' | 'off' = 'automatic', options: FakeOptions = {}) {
  const fake = await fakeWorkstation({ ...options, result: () => ({ regions: [region, second] }) });
  const { client } = fake;
  const { batchId, imageIds } = await importedBatch(fake, 2);
  await client.batches.update({ id: batchId, changes: product, inspector });
  const recipe = {
    ...(await client.recipes.default({})),
    opinions: { ...DEFAULT_OPINION_SETTINGS, references: use },
  };
  const { hash } = await client.recipes.save({ recipe, parentHash: null, inspector });
  await client.batches.update({ id: batchId, changes: { recipeHash: hash }, inspector });
  const { run } = await inspected(fake, batchId);
  const of = (i: number) => ({ runId: run.id, imageId: imageIds[i]!, inspector });
  const marks = async () => {
    await expect.poll(async () => (await client.references.proposals()).length).toBe(0);
    const { harmless, counterExamples, references } = await client.references.get({ product });
    return {
      harmless: harmless.map(({ polygons }) => polygons),
      counterExamples: counterExamples.map(({ polygons }) => polygons),
      references: references.map(({ item }) => item.imageId),
    };
  };
  return { client, of, marks };
}

const accept = { verdict: 'accept', overturnReason: 'dust' } as const;
const nothing = { harmless: [], counterExamples: [], references: [] };

describe('what an inspector says', () => {
  test('of a region makes a harmless mark of it, until it is taken back', async () => {
    const { client, of, marks } = await rejected();
    const { id } = await client.review.annotate({ ...of(0), kind: 'false-positive', regionIndex: 1 });
    expect(await marks()).toEqual({ ...nothing, harmless: [region.polygons] });
    await client.review.retract({ id, inspector });
    expect(await marks()).toEqual(nothing);
    const [undo, made] = await client.references.history({ product });
    expect(made).toMatchObject({ origin: 'annotation', undoes: null, items: [{ item: { width: 64 } }] });
    expect(undo).toMatchObject({ origin: 'annotation', undoes: made!.id });
  });

  test('of what was drawn: harmless there, or a counter-example; a corrected outline teaches nothing', async () => {
    const { client, of, marks } = await rejected();
    const polygons = [triangle];
    await client.review.annotate({ ...of(0), kind: 'false-positive', regionIndex: 1, polygons });
    await client.review.annotate({ ...of(0), kind: 'missed-defect', polygons });
    await client.review.annotate({ ...of(0), kind: 'missed-defect', regionIndex: 2 });
    await client.review.annotate({ ...of(0), kind: 'corrected-region', regionIndex: 2, polygons });
    expect(await marks()).toEqual({ ...nothing, harmless: [polygons], counterExamples: [polygons] });
  });

  test('against the model makes all its regions harmless that were not marked, as long as it counts', async () => {
    const { client, of, marks } = await rejected();
    await client.review.annotate({ ...of(0), kind: 'false-positive', regionIndex: 1 });
    await client.review.judge({ ...of(0), ...accept });
    const both = { ...nothing, harmless: [region.polygons, second.polygons] };
    expect(await marks()).toEqual(both);
    // Said once more, it teaches nothing more.
    await client.review.judge({ ...of(0), ...accept, comment: 'sure' });
    expect(await marks()).toEqual(both);
    await client.review.judge({ ...of(0), verdict: 'withdrawn' });
    expect(await marks()).toEqual({ ...nothing, harmless: [region.polygons] });
    await client.review.judge({ ...of(0), ...accept });
    expect(await marks()).toEqual(both);
  });

  test('takes an image that is a defect after all from the references', async () => {
    const { client, of, marks } = await rejected();
    await client.review.judge({ ...of(0), ...accept });
    const { runId, imageId } = of(0);
    await client.references.add({ images: [{ runId, imageId }], inspector });
    expect(await marks()).toMatchObject({ references: [imageId], harmless: { length: 2 } });
    await client.review.judge({ ...of(0), verdict: 'reject' });
    expect(await marks()).toEqual(nothing);
  });

  test('while a change of it is open drops that', async () => {
    const rescore: FakeOptions['rescore'] = (_key, comparison) => (comparison?.harmless.length ? 0.1 : 0.9);
    const { client, of, marks } = await rejected('automatic', { rescore });
    await client.review.judge({ ...of(1), verdict: 'reject' });
    const { id } = await client.review.annotate({ ...of(0), kind: 'false-positive', regionIndex: 1 });
    await expect.poll(async () => (await client.references.proposals())[0]?.state).toBe('waiting');
    await client.review.retract({ id, inspector });
    expect(await marks()).toEqual(nothing);
    expect(await client.references.history({ product })).toMatchObject([
      { state: 'rejected', decision: { inspector } },
    ]);
  });

  test('is not learnt from where the recipe compares with nothing', async () => {
    const { client, of } = await rejected('off');
    await client.review.annotate({ ...of(0), kind: 'false-positive', regionIndex: 1 });
    await client.review.judge({ ...of(0), ...accept });
    expect(await client.references.products()).toEqual([]);
  });
});
