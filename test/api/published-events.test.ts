import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { PUBLISHED_EVENTS } from '../../src-main/api/published-events.ts';
import { contract } from '../../src-shared/contract/index.ts';
import { type Action, LEAST_ROLE } from '../../src-shared/permissions.ts';
import {
  drain,
  type FakeWorkstation,
  fakeWorkstation,
  importedBatch,
  inspected,
  inspector,
} from './workstation-fixture.ts';

const pathsOf = (groups: Readonly<Record<string, object>>) =>
  Object.entries(groups).flatMap(([group, all]) => Object.keys(all).map((name) => `${group}.${name}`));

test('every procedure that may change something says what it publishes, or that it publishes nothing', () => {
  const mayChange = pathsOf(contract).filter((path) => LEAST_ROLE[path as Action] !== null);
  expect(mayChange).toContain('review.judge');
  expect(pathsOf(PUBLISHED_EVENTS).sort()).toEqual(mayChange.sort());
});

/** What was published by one call. */
async function publishedBy({ workstation }: FakeWorkstation, call: () => Promise<unknown>) {
  const publish = vi.spyOn(workstation.hub, 'publish');
  await call();
  const events = publish.mock.calls.map(([event]) => event);
  publish.mockRestore();
  return events;
}

test('a change is published once with what it is about, after its success', async () => {
  const fake = await fakeWorkstation();
  const { client } = fake;
  const { batchId: id, imageIds } = await importedBatch(fake, 1);
  const { run } = await inspected(fake, id);
  const at = { runId: run.id, imageId: imageIds[0]!, inspector };
  const reviewed = [{ kind: 'reviewed', runId: run.id, imageId: imageIds[0] }];
  const by = (call: () => Promise<unknown>) => publishedBy(fake, call);
  let created = 0;
  const create = async () => {
    created = (await client.batches.create({ metadata: { name: 'B' }, inspector })).id;
  };
  expect(await by(create)).toEqual([{ kind: 'batch', batchId: created }]);
  const batch = [{ kind: 'batch', batchId: id }];
  expect(await by(() => client.batches.update({ id, changes: { lot: '8' }, inspector }))).toEqual(batch);
  expect(await by(() => client.batches.archive({ id, archived: true, inspector }))).toEqual(batch);
  expect(
    await by(() => client.batches.archive({ id: 99, archived: true, inspector }).catch(() => 0)),
  ).toEqual([]);
  expect(await by(() => client.review.judge({ ...at, verdict: 'reject' }))).toEqual(reviewed);
  let annotation = 0;
  const annotate = async () => {
    annotation = (await client.review.annotate({ ...at, kind: 'corrected-region', regionIndex: 1 })).id;
  };
  expect(await by(annotate)).toEqual(reviewed);
  expect(await by(() => client.review.retract({ id: annotation, inspector }))).toEqual(reviewed);
  expect(await by(() => client.batches.list({}))).toEqual([]);
});

test('of a stream it is published when its work has ended, whether it succeeded or was cancelled', async () => {
  const fake = await fakeWorkstation();
  const { client, folder } = fake;
  const photos = join(folder, 'photos');
  await mkdir(photos);
  await Promise.all(Array.from({ length: 600 }, (_, i) => writeFile(join(photos, `${i}.png`), `${i}`)));
  const { id } = await client.batches.create({ metadata: { name: 'B' }, inspector });
  const input = { id, paths: [photos], inspector };
  const batch = [{ kind: 'batch', batchId: id }];
  const cancelled = async () => {
    const events = await client.imports.start(input);
    await events.next();
    expect(fake.workstation.hub.publish).not.toHaveBeenCalled();
    await events.return?.();
    await expect.poll(() => fake.workstation.isBusy()).toBe(false);
  };
  expect(await publishedBy(fake, cancelled)).toEqual(batch);
  expect(await publishedBy(fake, async () => drain(await client.imports.start(input)))).toEqual(batch);
});
