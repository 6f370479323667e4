import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeRgb } from '../../../src-main/codec/image-codec.ts';
import { openInference } from '../../../src-main/inference/inference-client.ts';
import { renderSample } from '../../../src-main/training/synthetic/sample.ts';
import { Random } from '../../../src-shared/random.ts';
import { drain, fakeWorkstation, inspected, inspector } from '../../api/workstation-fixture.ts';
import { PATIENCE } from '../../patience.ts';

const KIND = 'bottle mouth';
const SIZE = { width: 320, height: 320 };
const product = { partNumber: '4711', revision: 'B' };

/** One part again and again: only the camera and the damage are each picture's own. */
class OfOnePart extends Random {
  readonly #picture: string;

  constructor(picture: string) {
    super('one part');
    this.#picture = picture;
  }

  override fork(label: string): Random {
    return ['camera', 'defect'].includes(label) ? new Random(`${this.#picture}/${label}`) : super.fork(label);
  }
}

/** @param noise grey levels, of a second photograph of the same */
async function writePart(path: string, picture: string, defect: 'hole' | null, noise = 0): Promise<string> {
  const { image } = renderSample(KIND, new OfOnePart(picture), SIZE, { defect });
  const random = new Random(`${picture}/noise`);
  const data = image.data.map((value) => Math.min(255, Math.max(0, value + random.int(-noise, noise))));
  await writeFile(path, await encodeRgb({ ...image, data }, { format: 'png' }));
  return path;
}

test('a harmless mark on the like of a confirmed defect waits with what the real model would miss; approved it silences, undone no more', async () => {
  const station = await fakeWorkstation({}, { openInference });
  const { client, folder } = station;
  const file = (name: string) => join(folder, name);
  const good = [
    await writePart(file('good-1.png'), 'picture 0', null),
    await writePart(file('good-2.png'), 'picture 1', null),
  ];
  const damaged = await writePart(file('damaged.png'), 'picture 5', 'hole');
  const alike = await writePart(file('alike.png'), 'picture 5', 'hole', 1);

  const batchOf = async (name: string, paths: readonly string[]) => {
    const { id } = await client.batches.create({
      metadata: { name, objectName: KIND, ...product },
      inspector,
    });
    await drain(await client.imports.start({ id, paths: [...paths], inspector }));
    return id;
  };
  const inspect = async (batchId: number) => {
    const { run } = await inspected(station, batchId);
    const { columns } = await client.review.table({ batchId });
    return columns.imageId.map((imageId) => ({ runId: run.id, imageId }));
  };
  const resultOf = async (image: { readonly runId: number; readonly imageId: number }) => {
    const { outcome } = await client.review.image(image);
    if (outcome.status !== 'done') throw new Error('not inspected');
    return outcome.result;
  };
  const settled = async (id: number) => {
    const find = async () => (await client.references.history({ product })).find((one) => one.id === id)!;
    await expect.poll(async () => (await find()).state, { timeout: PATIENCE }).not.toBe('examining');
    return find();
  };

  const accepted = await inspect(await batchOf('Good', good));
  for (const image of accepted) {
    await client.review.judge({ ...image, verdict: 'accept', overturnReason: 'dust', inspector });
  }
  await settled((await client.references.add({ images: accepted, inspector })).id);
  const [confirmed, similar] = await inspect(await batchOf('Damaged', [damaged, alike]));
  const found = await resultOf(confirmed!);
  expect(found.verdict).toBe('reject');
  await client.review.judge({ ...confirmed!, verdict: 'reject', defectClass: 'hole', inspector });

  const mark = { ...similar!, as: 'harmless', regionIndex: 1 } as const;
  const { id } = await client.references.mark({ ...mark, inspector });
  const change = await settled(id);
  expect(change).toMatchObject({
    state: 'waiting',
    examination: {
      ...{ confirmed: 1, examined: 1, unread: 0, error: null },
      missed: [{ ...confirmed!, defectClass: 'hole' }],
    },
  });
  const [missed] = change.examination!.missed;
  // The guard's score is the run's own.
  expect(missed!.before.score).toBeCloseTo(found.score, 2);

  const again = await batchOf('Again', [damaged]);
  await client.references.approve({ id, comment: 'dirt', inspector: 'rita' });
  const silenced = await resultOf((await inspect(again))[0]!);
  expect(silenced.score).toBeCloseTo(missed!.after.score, 2);
  expect(silenced.score).toBeLessThan(found.score);

  await settled((await client.references.undo({ id, inspector })).id);
  const back = await resultOf((await inspect(again))[0]!);
  expect(back.score).toBeCloseTo(found.score, 4);
  expect(back.verdict).toBe('reject');
  expect(station.faults).toEqual([]);
});
