import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openInference } from '../../src-main/inference/inference-client.ts';
import { mediaPaths } from '../../src-shared/media-urls.ts';
import { unpackLevels } from '../../src-shared/packed-levels.ts';
import { cameraPng } from '../deep-pictures.ts';
import {
  batchOf,
  drain,
  ended,
  type FakeWorkstation,
  fakeWorkstation,
  inspector,
} from './workstation-fixture.ts';

/** A sample as a camera of so many bits stores it in grey. */
async function sampleOf(bits: number, path: string): Promise<string> {
  const { data, info } = await sharp(join(SAMPLES, 'machined_metal/test/scratch/000.jpg'))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  await writeFile(path, await cameraPng(new Uint8Array(data), { ...info, bits }));
  return path;
}

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

test('the real pack, through the API alone: import, run, maps, SAM, verdict, profile, export; cameras of 10 and 12 bits', async () => {
  const fake = await fakeWorkstation({}, { openInference, threads: 1 });
  const { client, media } = fake;
  const { batchId, imageIds } = await batchOf(fake, [
    await sampleOf(8, join(fake.folder, 'part.png')),
    join(SAMPLES, 'fabric/test/good/000.jpg'),
  ]);
  const { run } = await client.runs.start({ batchId, inspector });
  expect(await ended(client, run.id, batchId)).toMatchObject({ run: { status: 'done' }, done: 2, failed: 0 });
  const { columns } = await client.review.table({ batchId });
  const imageId = imageIds[columns.regions.indexOf(Math.max(...columns.regions))]!;
  expect(imageId).toBe(imageIds[0]);
  const place = { runId: run.id, imageId };
  const { outcome, image } = await client.review.image(place);
  if (outcome.status !== 'done') throw new Error('not done');
  const { result } = outcome;
  const [region] = result.regions;

  // The highest value of the final map is the strongest region's.
  const map = await media(mediaPaths.map('final', run.id, imageId));
  const values = new Uint16Array(await map.arrayBuffer());
  expect(values).toHaveLength(
    Number(map.headers.get('x-map-width')) * Number(map.headers.get('x-map-height')),
  );
  expect(values.reduce((a, b) => Math.max(a, b)) / 65535).toBeCloseTo(region!.peak, 3);

  // Asked with the run's own prompts, SAM says the same again, from the embedding that was kept.
  const answer = await client.review.askSam({
    ...place,
    prompts: { ...region!.prompts, points: [...region!.prompts.points] },
  });
  const levels = unpackLevels(answer.levels);
  expect(levels.map(({ quality }) => quality)).toEqual(
    region!.levels.map(({ quality }) => expect.closeTo(quality, 3)),
  );
  expect(levels.map(({ area }) => area)).toEqual(region!.levels.map(({ area }) => area));
  const [point] = region!.prompts.points;
  const alone = await client.review.askSam({ ...place, prompts: { box: null, points: [point!] } });
  expect(unpackLevels(alone.levels)).toHaveLength(3);
  expect(alone.levels).not.toEqual(answer.levels);

  await client.review.judge({
    ...place,
    verdict: 'reject',
    defectClass: 'scratch',
    severity: 'major' as const,
    inspector,
  });
  const events = await drain(await client.whatIf.thetaProfile({ runId: run.id }));
  const last = events.at(-1)!;
  if (last.kind !== 'profile') throw new Error('no profile');
  expect(last.profile.images).toBe(2);
  expect(last.profile.regions.at(-1)).toBe(0);

  const folder = join(fake.folder, 'report');
  await mkdir(folder);
  await drain(await client.exports.run({ runId: run.id, formats: ['csv', 'coco'], folder }));
  const csv = await readFile(join(folder, 'results.csv'), 'utf8');
  expect(csv).toMatch(image.path.split('/').at(-1)!);
  expect(csv).toMatch(/scratch/);
  expect(await client.device.status()).toMatchObject({
    state: 'ready',
    report: { running: 'cpu' },
    restarts: 0,
  });
  expect(await client.packs.verify({ id: 'lite' })).toMatchObject({ ok: true });
  for (const bits of [10, 12]) {
    const deep = await foundOf(fake, bits);
    expect(deep).toMatchObject({ model: 'reject', regions: columns.regions[0] });
    expect(Math.abs(deep.score - columns.score[0]!)).toBeLessThan(0.01);
  }
  expect(fake.faults).toEqual([]);
});

/** What a run finds in a batch of its own with the sample in 16-bit files, as a camera of so many bits stores it. */
async function foundOf({ client, folder }: FakeWorkstation, bits: number) {
  const photos = join(folder, `photos-${bits}`);
  await mkdir(photos);
  await sampleOf(bits, join(photos, 'part.png'));
  const { id: batchId } = await client.batches.create({ metadata: { name: `${bits} bits` }, inspector });
  await drain(await client.imports.start({ id: batchId, paths: [photos], inspector }));
  const { run } = await client.runs.start({ batchId, inspector });
  await ended(client, run.id, batchId);
  const { columns } = await client.review.table({ batchId });
  return { model: columns.model[0], score: columns.score[0]!, regions: columns.regions[0]! };
}
