import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { InspectJob } from '../../../src-main/inference/inference-client.ts';
import { importImages } from '../../../src-main/services/imports/import-images.ts';
import { resumeBatchRun, startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { saveArea } from '../../../src-main/store/areas.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { type InspectionArea, inspectionAreaSchema } from '../../../src-shared/inspection-area.ts';
import { inspectedProduct } from '../../../src-shared/product.ts';
import { recipe, temporaryWorkspace } from '../../store/fixtures.ts';
import { fakeInference } from './fake-inference.ts';

const inspector = 'ana';
const strip = (right: number): InspectionArea =>
  inspectionAreaSchema.parse({
    width: 200,
    height: 100,
    include: [
      [
        [
          [0, 0],
          [right, 0],
          [right, 100],
        ],
      ],
    ],
  });

async function batchOf(partNumber: string) {
  const workspace = await temporaryWorkspace();
  const folder = join(workspace.folder, 'photos');
  await mkdir(folder);
  for (const name of ['a.png', 'b.png', 'c.png', 'd.png']) await writeFile(join(folder, name), name);
  const batch = await createBatch(workspace, { name: 'B', partNumber, revision: 'A' }, inspector);
  await importImages({ workspace, batchId: batch.id, paths: [folder], inspector });
  return { workspace, batch };
}

test.each(['4711', ''])(
  'a run looks where its product "%s" was looked at when it began, resumed too',
  async (part) => {
    const { workspace, batch } = await batchOf(part);
    const product = inspectedProduct(batch, recipe);
    await saveArea(workspace, { product, area: strip(50), after: 0, inspector });
    const jobs: InspectJob[] = [];
    const onInspect = (_name: string, job: InspectJob) => jobs.push(job);
    const stop = new AbortController();
    const options = { workspace, inspector, inference: fakeInference({ onInspect }) };
    const job = await startBatchRun({
      ...options,
      batchId: batch.id,
      recipe,
      signal: stop.signal,
      onEvent: ({ kind }) => kind === 'image' && stop.abort(),
    });
    expect((await job.done).status).toBe('interrupted');
    await saveArea(workspace, { product, area: strip(120), after: 1, inspector });
    expect(await (await resumeBatchRun({ ...options, runId: 1 })).done).toMatchObject({ status: 'done' });
    expect(jobs.length).toBeGreaterThanOrEqual(4);
    expect(jobs.map(({ area }) => area)).toEqual(Array(jobs.length).fill(strip(50)));

    jobs.length = 0;
    await (await startBatchRun({ ...options, batchId: batch.id, recipe })).done;
    expect(jobs.map(({ area }) => area)).toEqual(Array(4).fill(strip(120)));
    jobs.length = 0;
    await (await startBatchRun({ ...options, batchId: batch.id, recipe, area: null })).done;
    expect(jobs.map(({ area }) => area)).toEqual(Array(4).fill(undefined));
  },
);
