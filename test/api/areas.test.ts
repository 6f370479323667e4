import { expect, test } from 'vitest';
import type { AreaDraft } from '../../src-shared/contract/areas.ts';
import { fakeWorkstation, importedBatch, inspected, inspector } from './workstation-fixture.ts';

const product = { partNumber: '4711', revision: 'B' };
const square = (x: number, y: number, side: number): AreaDraft['include'][number] => [
  [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ],
];
const draft: AreaDraft = { width: 640, height: 480, include: [square(10, 10, 200)], ignore: [], part: null };
const refused = (code: string, which: string) =>
  expect.objectContaining({
    data: expect.objectContaining({ code, details: expect.objectContaining({ case: which }) }),
  });

test('where to look is saved by revision, told to every window, and taken back by an empty one', async () => {
  const { client } = await fakeWorkstation();
  expect(await client.areas.get({ product })).toBeNull();
  const events = await client.app.events();
  const told = (async () => {
    for await (const event of events) if (event.kind === 'areas') return true;
    return false;
  })();
  const saved = await client.areas.save({ product, after: 0, draft, inspector });
  expect(saved).toMatchObject({ revision: 1, area: { include: draft.include, part: null }, inspector });
  expect(await told).toBe(true);
  const empty = { ...draft, include: [] };
  expect(await client.areas.save({ product, after: 1, draft: empty, inspector })).toMatchObject({
    revision: 2,
    hash: null,
    area: null,
  });
  expect((await client.areas.history({ product })).map(({ revision }) => revision)).toEqual([2, 1]);
});

test('what leaves nothing to look at is refused', async () => {
  const { client } = await fakeWorkstation();
  const save = (changes: Partial<AreaDraft>) =>
    client.areas.save({ product, after: 0, draft: { ...draft, ...changes }, inspector });
  await expect(save({ ignore: [square(0, 0, 300)] })).rejects.toEqual(refused('input-invalid', 'area-empty'));
  await expect(save({ include: [square(700, 500, 50)] })).rejects.toEqual(
    refused('input-invalid', 'area-empty'),
  );
  await expect(save({ include: [], ignore: [square(-10, -10, 900)] })).rejects.toEqual(
    refused('input-invalid', 'area-empty'),
  );
  expect(await client.areas.get({ product })).toBeNull();
});

test('a part that is clicked is remembered with its image, and kept while polygons change', async () => {
  const fake = await fakeWorkstation();
  const { client } = fake;
  const { batchId, imageIds } = await importedBatch(fake, 1);
  const { run } = await inspected(fake, batchId);
  const part = { runId: run.id, imageId: imageIds[0]!, point: { x: 30, y: 40 }, level: 2 as const };
  const first = await client.areas.save({ product, after: 0, draft: { ...draft, part }, inspector });
  expect(first.area?.part).toMatchObject({
    path: expect.stringContaining('0000.png'),
    point: { x: 30, y: 40 },
    level: 2,
    seed: { share: 0.25 },
  });
  const kept = { ...draft, ignore: [square(50, 50, 20)], part: 'kept' as const };
  const second = await client.areas.save({ product, after: 1, draft: kept, inspector });
  expect(second.area?.part).toEqual(first.area?.part);
  const third = await client.areas.save({ product, after: 2, draft: { ...kept, part: null }, inspector });
  expect(third.area?.part).toBeNull();
});
