import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { exportBatch } from '../../../src-main/services/exports/export-batch.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages } from '../../../src-main/store/images.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { startRun } from '../../../src-main/store/run-lifecycle.ts';
import type { Outcome } from '../../../src-shared/outcome.ts';
import {
  context,
  inspectionResult,
  recipe,
  temporaryFolder,
  temporaryWorkspace,
} from '../../store/fixtures.ts';

const done: Outcome = { status: 'done', result: inspectionResult() };
const failed: Outcome = { status: 'failed', error: { code: 'image-not-found', message: 'gone' } };

/** A batch with one image and a run per outcome. */
async function batchWith(...outcomes: Outcome[]) {
  const workspace = await temporaryWorkspace();
  const { id } = await createBatch(workspace, { name: 'B' }, 'ana');
  await addImages(workspace, id, [{ path: '/data/a.png', contentHash: null, bytes: null }], 'ana');
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  for (const outcome of outcomes) {
    const claim = await startRun(workspace, id, hash, context);
    await recordOutcome(workspace, claim, 1, outcome);
  }
  const folder = await temporaryFolder();
  return exportBatch({ workspaceFolder: workspace.folder, formats: ['json'], folder, inspector: 'ana' });
}

test('the newest run that inspected something is exported, and newer ones that only failed are named', async () => {
  const { run, passedOver, files } = await batchWith(done, done, failed, failed);
  expect([run.id, passedOver.map(({ id }) => id)]).toEqual([2, [4, 3]]);
  const { results } = JSON.parse(await readFile(files[0]!.path, 'utf8'));
  expect(results).toHaveLength(1);
  expect(results[0].resultContent).toMatchObject({ verdict: 'reject' });
});

test('where every run only failed, the newest is exported', async () => {
  expect(await batchWith(failed, failed)).toMatchObject({ run: { id: 2 }, passedOver: [] });
});
