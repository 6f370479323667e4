import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { mediaPaths } from '../../src-shared/media-urls.ts';
import type { FakeOptions } from '../services/runs/fake-inference.ts';
import {
  batchOf,
  type FakeWorkstation,
  fakeWorkstation,
  importedBatch,
  inspected,
  inspector,
} from './workstation-fixture.ts';

const refused = (which: string) =>
  expect.objectContaining({
    code: 'CLIPSAM',
    data: expect.objectContaining({ details: expect.objectContaining({ case: which }) }),
  });

/** The model has no objection: nothing is learnt from an accept. */
const good: FakeOptions = { result: () => ({ score: 0.1, verdict: 'accept', regions: [] }) };

/** A batch of a product, inspected, whose first images are accepted. */
async function reviewed(fake: FakeWorkstation, accepted: number, name = 'Lot 7') {
  const { client } = fake;
  const batch = await importedBatch(fake, 4, name);
  const metadata = { partNumber: '4711', revision: 'B' };
  await client.batches.update({ id: batch.batchId, changes: metadata, inspector });
  const { run } = await inspected(fake, batch.batchId);
  const images = batch.imageIds.map((imageId) => ({ runId: run.id, imageId }));
  for (const image of images.slice(0, accepted)) {
    await client.review.judge({ ...image, inspector, verdict: 'accept' });
  }
  return { ...batch, runId: run.id, images };
}

const product = { partNumber: '4711', revision: 'B' };

describe('references', () => {
  test('are accepted images, whose pictures outlive their batch', async () => {
    const fake = await fakeWorkstation(good);
    const { client, workstation } = fake;
    const { batchId, images, names, photos, runId } = await reviewed(fake, 2);
    expect(await client.references.ofRun({ runId })).toEqual({
      product,
      references: 0,
      waiting: 0,
      images: [],
    });
    await expect(client.references.add({ images: images.slice(0, 3), inspector })).rejects.toEqual(
      refused('reference-not-accepted'),
    );
    const change = await client.references.add({ images: images.slice(0, 2), inspector });
    expect(change).toMatchObject({ product, state: 'effective', origin: 'hand', inspector });
    const set = await client.references.get({ product });
    expect(set).toMatchObject({
      references: [
        { item: { source: join(photos, names[0]!), imageId: images[0]!.imageId }, verdict: 'accept' },
        { item: { source: join(photos, names[1]!), imageId: images[1]!.imageId }, verdict: 'accept' },
      ],
      tightness: null,
    });
    expect(await client.references.ofRun({ runId })).toMatchObject({
      references: 2,
      images: [
        { imageId: images[0]!.imageId, counts: true },
        { imageId: images[1]!.imageId, counts: true },
      ],
    });
    const { item } = set.references[0]!;
    const kept = workstation.workspace.artifacts.pathOf(item.contentHash);
    const content = await readFile(kept);
    expect(sha256(content)).toBe(item.contentHash);

    await client.batches.delete({ id: batchId, deleted: true, inspector });
    for await (const _ of await client.batches.purge({ id: batchId, inspector }));
    await rm(photos, { recursive: true });
    await workstation.housekeeping.tidy();
    expect(await readFile(kept)).toEqual(content);
    expect((await client.references.get({ product })).references).toMatchObject([
      { item: { imageId: null, runId: null, source: join(photos, names[0]!) }, verdict: null },
      { item: { imageId: null } },
    ]);
    expect((await client.references.get({ product })).hash).toBe(set.hash);
  });

  test('are not taken from a file that is not what was judged', async () => {
    const fake = await fakeWorkstation(good);
    const { client } = fake;
    const { images, names, photos } = await reviewed(fake, 2);
    await writeFile(join(photos, names[0]!), 'another part');
    await expect(client.references.add({ images: [images[0]!], inspector })).rejects.toEqual(
      refused('changed-since-inspected'),
    );
    await rm(join(photos, names[1]!));
    await expect(client.references.add({ images: [images[1]!], inspector })).rejects.toEqual(
      refused('file-missing'),
    );
    expect(await client.references.products()).toEqual([]);
  });

  test('of several products are not added at once', async () => {
    const fake = await fakeWorkstation(good);
    const { client } = fake;
    const first = await reviewed(fake, 1);
    const second = await reviewed(fake, 1, 'Lot 8');
    await client.batches.update({ id: second.batchId, changes: { revision: 'C' }, inspector });
    const images = [first.images[0]!, second.images[0]!];
    await expect(client.references.add({ images, inspector })).rejects.toEqual(refused('references-mixed'));
  });

  test('go and come back, and the hash of the set with them', async () => {
    const fake = await fakeWorkstation(good);
    const { client } = fake;
    const { images } = await reviewed(fake, 2);
    const hashes = new Set<string>();
    const hash = async () => (await client.references.get({ product })).hash;
    await client.references.add({ images: [images[0]!], inspector });
    const one = await hash();
    await client.references.add({ images: [images[1]!], inspector });
    const both = await hash();
    const [a] = (await client.references.get({ product })).references;
    const removed = await client.references.remove({ items: [a!.item.id], inspector });
    expect(removed).toMatchObject({ state: 'effective', items: [{ effect: 'remove' }] });
    hashes
      .add(one)
      .add(both)
      .add(await hash());
    expect(hashes.size).toBe(3);
    await client.references.undo({ id: removed.id, inspector });
    expect(await hash()).toBe(both);
    // In another order, by other people, the same set.
    await client.references.remove({ items: [a!.item.id], inspector });
    await client.references.add({ images: [images[0]!], inspector: 'bo' });
    expect(await hash()).toBe(both);
    const history = await client.references.history({ product });
    expect(history.map(({ items }) => items.map(({ effect }) => effect))).toEqual([
      ['add'],
      ['remove'],
      ['add'],
      ['remove'],
      ['add'],
      ['add'],
    ]);
    expect(history[2]).toMatchObject({ undoes: removed.id });
  });

  test('change, and every window hears of it', async () => {
    const fake = await fakeWorkstation(good);
    const { client, workstation } = fake;
    const { images } = await reviewed(fake, 1);
    const listening = workstation.hub.subscribe();
    await client.references.add({ images: [images[0]!], inspector });
    expect(await listening.next()).toEqual({ kind: 'references', product });
  });
});

test('the address of what is remembered is of the picture that was kept, when the file is gone', async () => {
  const fake = await fakeWorkstation(good);
  const { client, media, folder } = fake;
  const file = 'resources/samples/tablet/test/good/000.jpg';
  const { batchId, imageIds } = await batchOf(fake, [file]);
  const { run } = await inspected(fake, batchId);
  const image = { runId: run.id, imageId: imageIds[0]! };
  await client.review.judge({ ...image, inspector, verdict: 'accept' });
  const { product: another } = await client.references.add({ images: [image], inspector });
  await rm(join(folder, 'photos'), { recursive: true });
  const { references } = await client.references.get({ product: another });
  const { id, version } = references[0]!.item;
  const answer = await media(mediaPaths.memory(id, version));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('image/webp');
  expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(500);
  expect((await media(mediaPaths.memory(id + 1, version))).status).toBe(404);
});
