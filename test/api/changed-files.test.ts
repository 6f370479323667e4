import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mediaPaths } from '../../src-shared/media-urls.ts';
import { drain, fakeWorkstation, importedBatch, inspected, inspector } from './workstation-fixture.ts';

const changed = expect.objectContaining({
  data: expect.objectContaining({
    code: 'image-changed',
    details: expect.objectContaining({ case: 'changed-since-inspected' }),
  }),
});
const prompts = { box: { x: 1, y: 1, width: 5, height: 5 }, points: [] };

/** An inspected batch of three; what is done to the file of its first image is told apart from the other two. */
async function inspectedBatch() {
  const fake = await fakeWorkstation();
  const { batchId, imageIds, names, photos } = await importedBatch(fake, 3);
  const { run } = await inspected(fake, batchId);
  const of = { runId: run.id, imageId: imageIds[0]!, inspector };
  return { ...fake, batchId, imageIds, runId: run.id, of, path: join(photos, names[0]!), photos };
}

describe('a file that was overwritten after its inspection', () => {
  test('is known, and no verdict, annotation or question to SAM is taken', async () => {
    const { client, of, path, media, imageIds, runId } = await inspectedBatch();
    await client.review.judge({ ...of, verdict: 'reject' });
    const annotation = await client.review.annotate({ ...of, kind: 'false-positive', regionIndex: 1 });
    expect((await client.review.image(of)).file).toBe('same');
    await writeFile(path, 'another part');
    const { verdicts } = await client.review.remarks(of);
    expect((await client.review.image(of)).file).toBe('changed');
    for (const verdict of ['accept', 'reject', 'uncertain'] as const) {
      const judged = client.review.judge({ ...of, verdict, overturnReason: 'dust' });
      await expect(judged).rejects.toEqual(changed);
    }
    const drawn = [[[1, 1] as [number, number], [9, 1] as [number, number], [9, 9] as [number, number]]];
    const annotations = [
      { ...of, kind: 'false-positive' as const, regionIndex: 1 },
      { ...of, kind: 'missed-defect' as const, polygons: [drawn] },
    ];
    for (const one of annotations) await expect(client.review.annotate(one)).rejects.toEqual(changed);
    await expect(client.review.askSam({ ...of, prompts })).rejects.toEqual(changed);
    expect((await media(mediaPaths.seenThumbnail(of.imageId, runId))).status).toBe(409);
    expect((await client.review.remarks(of)).verdicts).toEqual(verdicts);
    // What was said of the old picture may be taken back.
    await client.review.retract({ id: annotation.id, inspector });
    await client.review.judge({ ...of, verdict: 'withdrawn' });
    // The other images are as they were.
    await client.review.judge({ ...of, imageId: imageIds[1]!, verdict: 'reject' });
  });

  test('stays so for the old run after it was imported again, and is judged in the next one', async () => {
    const { client, of, path, batchId, photos, media, runId } = await inspectedBatch();
    await writeFile(path, 'another part');
    await drain(await client.imports.start({ id: batchId, paths: [photos], inspector }));
    expect((await client.review.image(of)).file).toBe('changed');
    await expect(client.review.judge({ ...of, verdict: 'reject' })).rejects.toEqual(changed);
    expect((await media(mediaPaths.seenThumbnail(of.imageId, runId))).status).toBe(409);
    const { run } = await inspected({ client }, batchId);
    expect((await client.review.image({ ...of, runId: run.id })).file).toBe('same');
    await client.review.judge({ ...of, runId: run.id, verdict: 'reject' });
    await expect(client.review.judge({ ...of, verdict: 'reject' })).rejects.toEqual(changed);
  });

  test('is judged again when the old content is back', async () => {
    const { client, of, path, photos } = await inspectedBatch();
    const aside = join(photos, 'aside');
    await rename(path, aside);
    await writeFile(path, 'another part');
    await expect(client.review.judge({ ...of, verdict: 'reject' })).rejects.toEqual(changed);
    await rename(aside, path);
    await client.review.judge({ ...of, verdict: 'reject' });
  });
});

test('a file that is gone is told apart from one that changed, and can still be judged', async () => {
  const { client, of, path } = await inspectedBatch();
  await rm(path);
  expect((await client.review.image(of)).file).toBe('missing');
  await client.review.judge({ ...of, verdict: 'reject' });
});

test('an export says which files changed and which are gone', async () => {
  const { client, path, photos, runId } = await inspectedBatch();
  await writeFile(path, 'another part');
  await rm(join(photos, '0001.png'));
  const events = await drain(await client.exports.run({ runId, formats: ['csv', 'json'] }));
  expect(events.at(-1)).toMatchObject({
    kind: 'finished',
    summary: { images: 3, failed: 0, changed: 1, missing: 1, pending: 0 },
  });
});

test('a folder that cannot be called so is refused before anything is written', async () => {
  const { client, runId, folder } = await inspectedBatch();
  const impossible = expect.objectContaining({
    data: expect.objectContaining({
      code: 'input-invalid',
      details: { case: 'name-impossible', path: expect.any(String) },
    }),
  });
  const into = drain(await client.exports.run({ runId, formats: ['csv'], folder: join(folder, 'a\0b') }));
  await expect(into).rejects.toEqual(impossible);
});
