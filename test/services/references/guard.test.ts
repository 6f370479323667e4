import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashOfArea } from '../../../src-main/files/area-hash.ts';
import type { Comparison } from '../../../src-main/inference/comparison.ts';
import type { RescoreJob } from '../../../src-main/inference/inference-protocol.ts';
import { tokenFilesOf } from '../../../src-main/services/opinions/token-files.ts';
import type { ReferenceWhatIfEvent } from '../../../src-shared/contract/references.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import {
  drain,
  ended,
  fakeWorkstation,
  importedBatch,
  inspected,
  inspector,
} from '../../api/workstation-fixture.ts';
import { recipe } from '../../store/fixtures.ts';
import type { FakeOptions } from '../runs/fake-inference.ts';

const product = { partNumber: '4711', revision: 'B' };
const accept = { verdict: 'accept', overturnReason: 'dust', inspector } as const;

/** A run over five images that are rejected for a region each; the first is a confirmed defect. */
async function withDefect(fake: FakeOptions, images = 5) {
  const station = await fakeWorkstation(fake);
  const { client } = station;
  const { batchId, imageIds, photos, names } = await importedBatch(station, images);
  await client.batches.update({ id: batchId, changes: product, inspector });
  const { run } = await inspected(station, batchId);
  const of = (i: number) => ({ runId: run.id, imageId: imageIds[i]! });
  await client.review.judge({ ...of(0), verdict: 'reject', defectClass: 'dent', inspector });
  const mark = (i: number) => ({ ...of(i), as: 'harmless', regionIndex: 1, inspector }) as const;
  return { ...station, of, mark, photos, names, imageIds, runId: run.id };
}

type Station = Awaited<ReturnType<typeof withDefect>>;

async function settled({ client }: Pick<Station, 'client'>, id: number) {
  const find = async () => (await client.references.history({ product })).find((change) => change.id === id)!;
  await expect.poll(async () => (await find()).state).not.toBe('examining');
  return find();
}

/** Any mark silences what the run found. */
const silenced = (_key: string, comparison: Comparison | null) =>
  (comparison?.harmless.length ?? 0) > 0 ? 0.1 : 0.9;

describe('a change that would silence a confirmed defect', () => {
  test('waits with what would be missed, until somebody lets it through', async () => {
    const station = await withDefect({ rescore: silenced });
    const { client, mark, of, names } = station;
    const { id } = await client.references.mark(mark(1));
    const change = await settled(station, id);
    expect(change).toMatchObject({
      state: 'waiting',
      decision: null,
      examination: {
        confirmed: 1,
        examined: 1,
        unread: 0,
        error: null,
        missed: [
          {
            ...of(0),
            name: names[0],
            defectClass: 'dent',
            before: { score: 0.9, verdict: 'reject' },
            after: { score: 0.1, verdict: 'accept' },
            regions: [{ regionIndex: 1, before: 0.9, after: 0.1 }],
          },
        ],
      },
    });
    expect((await client.references.get({ product })).harmless).toEqual([]);
    expect(await client.references.products()).toMatchObject([{ harmless: 0, waiting: 1 }]);
    const approved = await client.references.approve({ id, comment: 'we know', inspector: 'rita' });
    expect(approved).toMatchObject({
      state: 'effective',
      decision: { inspector: 'rita', comment: 'we know' },
    });
    expect((await client.references.get({ product })).harmless).toHaveLength(1);
  });

  test('is dropped where somebody says so, and was never in force', async () => {
    const station = await withDefect({ rescore: silenced });
    const { client, mark } = station;
    const { hash } = await client.references.get({ product });
    const { id } = await client.references.mark(mark(1));
    await settled(station, id);
    expect(await client.references.reject({ id, inspector })).toMatchObject({ state: 'rejected' });
    expect((await client.references.get({ product })).hash).toBe(hash);
    await expect(client.references.approve({ id, inspector })).rejects.toMatchObject({
      data: { details: { case: 'memory-decided' } },
    });
  });

  test('also where another defect of the image is still found', async () => {
    const station = await withDefect({ rescore: silenced, score: () => 0.9 });
    const { client, mark } = station;
    const { id } = await client.references.mark(mark(1));
    expect(await settled(station, id)).toMatchObject({
      state: 'waiting',
      examination: {
        missed: [{ before: { score: 0.9 }, after: { score: 0.9 }, regions: [{ before: 0.9, after: 0.1 }] }],
      },
    });
  });

  test('together with one that is under way is found out when its turn comes', async () => {
    const rescore: FakeOptions['rescore'] = (_key, comparison) =>
      (comparison?.harmless.length ?? 0) > 1 ? 0.1 : 0.9;
    const station = await withDefect({ rescore });
    const { client, mark } = station;
    const asked = await Promise.all([
      client.references.mark(mark(1)),
      client.references.mark({ ...mark(2), inspector: 'bo' }),
    ]);
    const states = [];
    for (const { id } of asked) states.push((await settled(station, id)).state);
    expect(states.sort()).toEqual(['effective', 'waiting']);
  });
});

test('a change that hides nothing counts at once, and what was looked at is said', async () => {
  const station = await withDefect({ rescore: () => 0.9 });
  const { client, mark } = station;
  const { id } = await client.references.mark(mark(1));
  expect(await settled(station, id)).toMatchObject({
    state: 'effective',
    decision: { inspector: null },
    examination: { confirmed: 1, examined: 1, missed: [] },
  });
});

test('without a confirmed defect nothing is scored', async () => {
  const station = await withDefect({
    rescore: () => {
      throw new Error('nobody asked');
    },
  });
  const { client, mark, of } = station;
  await client.review.judge({ ...of(0), verdict: 'withdrawn', inspector });
  expect(await client.references.mark(mark(1))).toMatchObject({
    state: 'effective',
    examination: { confirmed: 0, examined: 0 },
  });
});

test('when no confirmed defect can be read any more, a reviewer has the word', async () => {
  const station = await withDefect({ rescore: () => 0.9 });
  const { client, mark, photos, names } = station;
  await rm(join(photos, names[0]!));
  const { id } = await client.references.mark(mark(1));
  expect(await settled(station, id)).toMatchObject({
    state: 'waiting',
    examination: { error: { details: { case: 'defects-unread', images: 1 } } },
  });
});

test('some that cannot be read are counted', async () => {
  const station = await withDefect({ rescore: () => 0.9 });
  const { client, mark, photos, names, of } = station;
  await client.review.judge({ ...of(4), verdict: 'reject', inspector });
  await rm(join(photos, names[4]!));
  const { id } = await client.references.mark(mark(1));
  expect(await settled(station, id)).toMatchObject({
    state: 'effective',
    examination: { confirmed: 2, examined: 1, unread: 1 },
  });
});

describe('an examination', () => {
  test('tells how far it is, and can be cancelled; the next one goes on', async () => {
    const held = { is: true };
    const station = await withDefect({
      rescore: () => 0.9,
      onRescore: async (signal) => {
        while (held.is && !signal?.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const { client, mark } = station;
    const first = await client.references.mark(mark(1));
    const second = await client.references.mark(mark(2));
    expect([first.state, second.state]).toEqual(['examining', 'examining']);
    await expect
      .poll(async () => (await client.references.proposals()).map(({ progress }) => progress))
      .toEqual([{ done: 2, total: 3 }, null]);
    await expect(client.references.approve({ id: first.id, inspector })).rejects.toMatchObject({
      data: { details: { case: 'memory-examined' } },
    });
    expect(await client.references.reject({ id: first.id, inspector })).toMatchObject({ state: 'rejected' });
    held.is = false;
    expect(await settled(station, second.id)).toMatchObject({ state: 'effective' });
    expect(station.faults).toEqual([]);
  });

  test('that the end of the program cut off is made again at its next start', async () => {
    const held = { is: true };
    const fake: FakeOptions = {
      rescore: silenced,
      onRescore: async (signal) => {
        while (held.is && !signal?.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
    const station = await withDefect(fake);
    const { id } = await station.client.references.mark(station.mark(1));
    await station.workstation.close();
    held.is = false;
    const next = await fakeWorkstation(fake, { workspaceFolder: station.folder });
    expect(await settled(next, id)).toMatchObject({
      state: 'waiting',
      examination: { missed: { length: 1 } },
    });
  });
});

describe('what-if', () => {
  const finished = (events: readonly ReferenceWhatIfEvent[]) => {
    const last = events.at(-1)!;
    return last.kind === 'finished' ? last.whatIf : undefined;
  };

  test('shows the verdicts that a change would turn on images that were judged, and changes nothing', async () => {
    const station = await withDefect({ rescore: silenced });
    const { client, of, mark } = station;
    await client.review.judge({ ...of(2), verdict: 'uncertain', inspector });
    const { inspector: _, ...wanted } = mark(1);
    const change = { kind: 'mark', ...wanted } as const;
    const told = finished(await drain(await client.references.whatIf({ change })));
    expect(told).toMatchObject({ reviewed: 2, examined: 2, unread: 0, agreeing: { before: 1, after: 0 } });
    expect(told!.flips).toMatchObject([
      { ...of(2), human: 'uncertain', before: { verdict: 'reject' }, after: { verdict: 'accept' } },
      { ...of(0), human: 'reject', before: { score: 0.9 }, after: { score: 0.1 } },
    ]);
    expect(await client.references.products()).toEqual([]);
    expect(await client.references.history({ product })).toEqual([]);
  });

  test('is of a removal, an undo and a change that waits as well', async () => {
    const station = await withDefect({ rescore: silenced });
    const { client, mark, of } = station;
    const { id } = await client.references.mark(mark(1));
    await settled(station, id);
    const flips = async (change: Parameters<typeof client.references.whatIf>[0]['change']) =>
      finished(await drain(await client.references.whatIf({ change })))!.flips.map(
        ({ after }) => after.verdict,
      );
    expect(await flips({ kind: 'proposal', id })).toEqual(['accept']);
    await client.references.approve({ id, inspector });
    const [item] = (await client.references.get({ product })).harmless;
    expect(await flips({ kind: 'remove', items: [item!.id] })).toEqual(['reject']);
    expect(await flips({ kind: 'undo', id })).toEqual(['reject']);
    await client.review.judge({ ...of(3), ...accept });
    expect(await flips({ kind: 'add', images: [of(3)] })).toEqual([]);
  });
});

test('how tight a set is, and what each reference contributes, is measured where it is asked for', async () => {
  // Alike but one; without the first, the others are farther.
  const keys: string[] = [];
  const aligned: string[] = [];
  let poses = 0;
  const station = await withDefect({
    pose: () => ({
      ...{ centre: { x: 500, y: 400 }, length: 600, width: 100, elongation: 5 },
      ...{ angle: poses++, from: 'axis', certainty: 1, asItLies: 0.4 },
    }),
    rescore: (key, comparison) => {
      aligned.push(comparison!.settings.alignment);
      if (!keys.includes(key)) keys.push(key);
      const isOdd = key === keys[2];
      const isWithoutFirst =
        comparison!.references.length === 2 && !comparison!.references.some((one) => one.key === keys[0]);
      return (isOdd ? 0.6 : 0.3) + (isWithoutFirst ? 0.1 : 0);
    },
  });
  const { client, of } = station;
  await client.review.judge({ ...of(0), verdict: 'withdrawn', inspector });
  for (const i of [1, 2, 3]) await client.review.judge({ ...of(i), ...accept });
  const { id } = await client.references.add({ images: [of(1), of(2), of(3)], inspector });
  expect(await settled(station, id)).toMatchObject({ state: 'effective' });
  expect(await client.references.get({ product })).toMatchObject({ tightness: null });
  await drain(await client.references.measure({ product }));
  const { references, tightness } = await client.references.get({ product });
  expect(references.map(({ distance }) => distance)).toEqual([0.3, 0.3, 0.6]);
  expect(references.map(({ contribution }) => contribution?.toFixed(3))).toEqual(['0.100', '0.000', '0.000']);
  expect(tightness).toBeCloseTo(0.4, 9);
  // They lie in different poses: all are aligned before they are compared, as in a run.
  expect([...new Set(aligned)]).toEqual(['on']);
});

describe('what a confirmed defect was inspected with', () => {
  const opinions = { ...DEFAULT_OPINION_SETTINGS, consensus: 'automatic' as const };

  test('the images of its batch count again, and it is said where their tokens are gone', async () => {
    const jobs: RescoreJob[] = [];
    const station = await fakeWorkstation({
      rescore: () => 0.9,
      onRescore: (_signal, job) => void jobs.push(job),
    });
    const { client, workstation } = station;
    const { batchId, imageIds } = await importedBatch(station, 6);
    await client.batches.update({ id: batchId, changes: product, inspector });
    const saved = await client.recipes.save({ recipe: { ...recipe, opinions }, parentHash: null, inspector });
    const { run } = await client.runs.start({ batchId, recipeHash: saved.hash, inspector });
    await ended(client, run.id, batchId);
    const of = (i: number) => ({ runId: run.id, imageId: imageIds[i]! });
    await client.review.judge({ ...of(0), verdict: 'reject', defectClass: 'dent', inspector });
    const marked = async (i: number) => {
      const { id } = await client.references.mark({ ...of(i), as: 'harmless', regionIndex: 1, inspector });
      return settled(station, id);
    };
    expect(await marked(1)).toMatchObject({ examination: { examined: 1, withoutCrowd: 0, withoutPart: 0 } });
    const compared = jobs.flatMap(({ comparisons }) => comparisons);
    expect(compared.map((one) => one!.crowd.length)).toEqual([6, 6]);
    expect(new Set(compared.map((one) => one!.settings.consensus))).toEqual(new Set(['automatic']));

    jobs.length = 0;
    const { folder: tokens } = await tokenFilesOf(workstation.workspace);
    await rm(tokens, { recursive: true });
    expect(await marked(2)).toMatchObject({ examination: { examined: 1, withoutCrowd: 1 } });
    const alone = jobs.flatMap(({ comparisons }) => comparisons);
    expect(alone.map((one) => [one!.crowd.length, one!.settings.consensus])).toEqual([
      [0, 'off'],
      [0, 'off'],
    ]);
  });

  test('its part is looked at where it was found, and it is said where it was not looked for', async () => {
    const outline: Polygon[] = [
      [
        [
          [10, 10],
          [90, 10],
          [90, 60],
        ],
      ],
    ];
    const jobs: RescoreJob[] = [];
    const station = await withDefect({
      rescore: () => 0.9,
      onRescore: (_signal, job) => void jobs.push(job),
      result: ({ area }) =>
        area ? { area: { hash: hashOfArea(area), share: 0.3, outline, partShare: 0.3 } } : {},
    });
    const { client, mark, of } = station;
    const draft = {
      ...{ width: 640, height: 480, include: [], ignore: [] },
      part: { ...of(0), point: { x: 30, y: 40 }, level: 2 as const },
    };
    await client.areas.save({ product, after: 0, draft, inspector });
    const { id: before } = await client.references.mark(mark(1));
    expect(await settled(station, before)).toMatchObject({
      examination: { withoutPart: 1, withoutCrowd: 0 },
    });
    expect(jobs.at(-1)!.images[0]!.area).toMatchObject({ include: [] });

    const { batchId } = (await client.runs.list({ batchId: 1 }))[0]!.run;
    const { run } = await inspected(station, batchId);
    const looked = { runId: run.id, imageId: of(0).imageId };
    await client.review.judge({ ...looked, verdict: 'reject', defectClass: 'dent', inspector });
    const { id } = await client.references.mark(mark(2));
    expect(await settled(station, id)).toMatchObject({ examination: { examined: 1, withoutPart: 0 } });
    expect(jobs.at(-1)!.images[0]!.area).toMatchObject({ include: outline, part: null });
  });
});
