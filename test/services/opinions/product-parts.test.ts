import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256OfFile } from '../../../src-main/files/hash.ts';
import type { InspectJob } from '../../../src-main/inference/inference-client.ts';
import { fakeWorkstation, importedBatch, inspected, inspector } from '../../api/workstation-fixture.ts';

test('a run compares with what is remembered of the product when it begins, and of no other', async () => {
  const jobs: InspectJob[] = [];
  const station = await fakeWorkstation({ onInspect: (_name, job) => void jobs.push(job) });
  const { client } = station;
  const product = { partNumber: '4711', revision: 'B' };
  const { batchId, imageIds, photos, names } = await importedBatch(station, 3);
  await client.batches.update({ id: batchId, changes: product, inspector });
  const first = await inspected(station, batchId);
  expect(jobs.map(({ comparison }) => comparison)).toEqual([undefined, undefined, undefined]);
  expect(first.run.comparison).toBeNull();

  const of = (i: number) => ({ runId: first.run.id, imageId: imageIds[i]! });
  await client.review.judge({ ...of(0), verdict: 'accept', overturnReason: 'dust', inspector });
  await client.references.add({ images: [of(0)], inspector });
  await client.references.mark({ ...of(1), as: 'harmless', regionIndex: 1, inspector });
  await expect.poll(async () => (await client.references.get({ product })).harmless.length).toBe(2);
  jobs.length = 0;
  const second = await inspected(station, batchId);
  const [good, marked] = await Promise.all(names.slice(0, 2).map((name) => sha256OfFile(join(photos, name))));
  const { comparison } = jobs[0]!;
  expect(comparison!.references.map(({ key }) => key)).toEqual([good]);
  // What was found on the accepted part is harmless as well.
  expect(comparison!.harmless.map(({ key }) => key).sort()).toEqual([good, marked].sort());
  expect(new Set(jobs.map((job) => job.comparison)).size).toBe(1);
  expect(second.run.comparison).toMatchObject({ with: { references: 1, harmless: 2, crowd: 0 } });

  const other = await importedBatch(station, 1, 'Lot 8');
  await client.batches.update({ id: other.batchId, changes: { partNumber: '4712' }, inspector });
  expect((await inspected(station, other.batchId)).run.comparison).toBeNull();
});
