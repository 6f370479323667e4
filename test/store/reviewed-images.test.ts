import { expect, test } from 'vitest';
import { createBatch, updateBatch } from '../../src-main/store/batches.ts';
import { addImages, listImages } from '../../src-main/store/images.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { recordOutcome } from '../../src-main/store/results.ts';
import { lastVerdicts, newestRecipe, reviewedImages } from '../../src-main/store/reviewed-images.ts';
import { startRun } from '../../src-main/store/run-lifecycle.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { context, inspectionResult, recipe, temporaryWorkspace } from './fixtures.ts';

const inspector = 'ana';
const product = { partNumber: '4711', revision: 'B' };

/** A batch whose images are inspected with the recipe. */
async function batchOf(workspace: Workspace, name: string, partNumber: string, changes = {}) {
  const batch = await createBatch(workspace, { name, partNumber, revision: 'B' }, inspector);
  const files = [1, 2, 3].map((n) => ({ path: `/${name}/${n}.png`, contentHash: 'a'.repeat(64), bytes: 5 }));
  await addImages(workspace, batch.id, files, inspector);
  const ids = (await listImages(workspace, batch.id)).map(({ id }) => id);
  const { hash } = await saveRecipe(workspace, { ...recipe, ...changes }, { inspector });
  const run = async () => {
    const claim = await startRun(workspace, batch.id, hash, context);
    for (const id of ids)
      await recordOutcome(workspace, claim, id, { status: 'done', result: inspectionResult() });
    return claim.runId;
  };
  return { id: batch.id, ids, run };
}

test('confirmed defects of a product are those whose last verdict says so, in whichever run, the newest first', async () => {
  const workspace = await temporaryWorkspace();
  const one = await batchOf(workspace, 'one', '4711');
  const other = await batchOf(workspace, 'other', '4712');
  const [first, second] = [await one.run(), await one.run()];
  const judge = (runId: number, imageId: number, verdict: 'reject' | 'accept' | 'withdrawn') =>
    addVerdict(workspace, { runId, imageId, verdict, overturnReason: 'dust', inspector });
  const [a, b, c] = one.ids as [number, number, number];
  await judge(first, a, 'reject');
  await judge(first, b, 'reject');
  await judge(second, c, 'reject');
  await judge(await other.run(), other.ids[0]!, 'reject');
  const ofProduct = async (limit = 10) => {
    const { total, images } = await reviewedImages(workspace, product, { verdict: 'reject', limit });
    return { total, images: images.map(({ runId, imageId }) => [runId, imageId]) };
  };
  expect(await ofProduct()).toEqual({
    total: 3,
    images: [
      [second, c],
      [first, b],
      [first, a],
    ],
  });
  expect(await ofProduct(1)).toEqual({ total: 3, images: [[second, c]] });
  await judge(second, b, 'accept');
  await judge(second, c, 'withdrawn');
  expect(await ofProduct()).toEqual({ total: 1, images: [[first, a]] });
  expect((await reviewedImages(workspace, product, { limit: 10 })).total).toBe(2);
  expect(await lastVerdicts(workspace, [a, b, c])).toEqual(
    new Map([
      [a, 'reject'],
      [b, 'accept'],
    ]),
  );
  await updateBatch(workspace, one.id, { revision: 'C' }, inspector);
  expect(await ofProduct()).toEqual({ total: 0, images: [] });
});

test('without a part number the recipe about its object is the product', async () => {
  const workspace = await temporaryWorkspace();
  const nuts = await batchOf(workspace, 'nuts', ' ');
  const bottles = await batchOf(workspace, 'bottles', '', { object: 'bottle' });
  const verdict = { verdict: 'reject', inspector } as const;
  await addVerdict(workspace, { runId: await nuts.run(), imageId: nuts.ids[0]!, ...verdict });
  await addVerdict(workspace, { runId: await bottles.run(), imageId: bottles.ids[0]!, ...verdict });
  const ofNuts = { recipeName: recipe.name, object: recipe.object };
  expect((await reviewedImages(workspace, ofNuts, { limit: 10 })).images).toMatchObject([
    { imageId: nuts.ids[0] },
  ]);
  const ofBottles = { ...ofNuts, object: 'bottle' };
  expect(await newestRecipe(workspace, ofBottles)).toEqual({ ...recipe, object: 'bottle' });
  expect(await newestRecipe(workspace, product)).toBeUndefined();
});
