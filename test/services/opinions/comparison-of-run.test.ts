import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import type { Comparison } from '../../../src-main/inference/comparison.ts';
import type { EmbedJob } from '../../../src-main/inference/inference-protocol.ts';
import { importImages } from '../../../src-main/services/imports/import-images.ts';
import type { KnownParts } from '../../../src-main/services/opinions/plan-comparison.ts';
import { resumeBatchRun, startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { listResults } from '../../../src-main/store/results.ts';
import { getRun } from '../../../src-main/store/runs.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { type InspectionArea, inspectionAreaSchema } from '../../../src-shared/inspection-area.ts';
import { DEFAULT_OPINION_SETTINGS, type OpinionSettings } from '../../../src-shared/opinion.ts';
import { recipe, temporaryFolder, temporaryWorkspace } from '../../store/fixtures.ts';
import { type FakeOptions, fakeInference } from '../runs/fake-inference.ts';

const inspector = 'ana';
const CONSENSUS: OpinionSettings = { ...DEFAULT_OPINION_SETTINGS, consensus: 'automatic' };
/** How the part of an image lies that is called by its angle. */
const turned = (name: string) => ({
  ...{ centre: { x: 500, y: 400 }, length: 600, width: 100, elongation: 5 },
  ...{ angle: Number.parseInt(name, 10), from: 'axis' as const, certainty: 1, asItLies: 0.4 },
});
const withOpinions = (opinions: OpinionSettings) => ({ ...recipe, opinions });

/** A batch of files whose content is their name. */
async function batchOf(count: number, workspace?: Workspace) {
  const ws = workspace ?? (await temporaryWorkspace());
  const folder = join(ws.folder, 'photos');
  await mkdir(folder);
  const names = Array.from({ length: count }, (_, i) => `${String(i).padStart(4, '0')}.png`);
  for (const name of names) await writeFile(join(folder, name), name);
  const { id: batchId } = await createBatch(ws, { name: 'B' }, inspector);
  await importImages({ workspace: ws, batchId, paths: [folder], inspector });
  return { workspace: ws, batchId, folder, names };
}

interface Work {
  readonly opinions?: OpinionSettings;
  readonly known?: KnownParts;
  /** The run to resume. */
  readonly runId?: number;
  readonly signal?: AbortSignal;
  /** Of a new run. */
  readonly area?: InspectionArea;
  readonly fake?: FakeOptions;
}

/** Begins a run, or goes on with one, and keeps what it asked for and told. */
async function begin(batch: { workspace: Workspace; batchId: number }, work: Work = {}) {
  const { opinions, known, runId, signal, area, fake } = work;
  const comparisons: (Comparison | undefined)[] = [];
  const embedded: EmbedJob[] = [];
  const events: BatchEvent[] = [];
  const inference = fakeInference({
    ...fake,
    onInspect: (name, job) => {
      comparisons.push(job.comparison);
      fake?.onInspect?.(name, job);
    },
    onEmbed: async (name, job, stop) => {
      embedded.push(job);
      await fake?.onEmbed?.(name, job, stop);
    },
  });
  const options = {
    ...batch,
    ...{ inference, inspector, signal, known },
    onEvent: (event: BatchEvent) => void events.push(event),
  };
  const job = runId
    ? await resumeBatchRun({ ...options, runId })
    : await startBatchRun({ ...options, area, recipe: opinions ? withOpinions(opinions) : recipe });
  return { job, comparisons, embedded, events };
}

const keysOf = (comparison: Comparison | undefined) => comparison?.crowd.map(({ key }) => key).sort();
const comparingIn = (events: readonly BatchEvent[]) =>
  events.flatMap((event) => (event.kind === 'comparing' ? [`${event.done} of ${event.total}`] : []));

describe('what a run compares with', () => {
  test('is nothing where nobody asks: its images are inspected as before', async () => {
    const batch = await batchOf(8);
    const { job, comparisons, embedded, events } = await begin(batch);
    expect(await job.done).toMatchObject({ status: 'done', done: 8 });
    expect(comparisons).toEqual(Array(8).fill(undefined));
    expect(embedded).toEqual([]);
    expect(events.map(({ kind }) => kind)).toEqual(['started', ...Array(8).fill('image'), 'finished']);
    expect((await getRun(batch.workspace, 1)).comparison).toBeNull();
  });

  test('is one crowd for all its images, prepared before the first of them', async () => {
    const batch = await batchOf(40);
    const { job, comparisons, embedded, events } = await begin(batch, { opinions: CONSENSUS });
    expect(await job.done).toMatchObject({ status: 'done', done: 40 });
    expect(embedded).toHaveLength(16);
    expect(embedded[0]).toMatchObject({ recipe: { object: recipe.object } });
    expect(new Set(comparisons).size).toBe(1);
    const [comparison] = comparisons;
    expect(comparison).toMatchObject({
      settings: { ...CONSENSUS, alignment: 'off' },
      references: [],
      harmless: [],
    });
    expect(keysOf(comparison)).toEqual(
      embedded.map(({ path }) => sha256(path.slice(-'0000.png'.length))).sort(),
    );
    expect(comparison!.crowd[0]!.path).toContain(join('cache', 'tokens'));
    expect(comparingIn(events)).toEqual(Array.from({ length: 17 }, (_, i) => `${i} of 16`));
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.indexOf('compared')).toBeLessThan(kinds.indexOf('image'));
    expect((await getRun(batch.workspace, 1)).comparison).toEqual({
      with: { hash: comparison!.hash, crowd: 16, references: 0, harmless: 0, counterExamples: 0 },
      unavailable: [],
      skipped: 0,
      alignment: 'unsure',
    });
  });

  test('is aligned by itself where parts lie in different poses, and says how far they lie apart', async () => {
    const batch = await batchOf(6);
    const fake = { pose: turned };
    const comparisonOf = async (runId: number) => (await getRun(batch.workspace, runId)).comparison;
    const work = { opinions: CONSENSUS, fake };
    const aligned = await begin(batch, work);
    await aligned.job.done;
    expect(await comparisonOf(1)).toMatchObject({ alignment: 'differ', poses: { differs: true, shift: 0 } });
    const template = { path: join(batch.folder, '0000.png') };
    expect(aligned.comparisons[0]).toMatchObject({ settings: { alignment: 'on' }, template });
    expect(aligned.embedded.every((job) => job.template?.path === template.path)).toBe(true);

    const lying = await begin(batch, { opinions: { ...CONSENSUS, alignment: 'off' }, fake });
    await lying.job.done;
    expect(await comparisonOf(2)).toMatchObject({ alignment: 'off', poses: { differs: true } });
    expect(lying.comparisons[0]!.template).toBeUndefined();
    expect(lying.comparisons[0]!.hash).not.toBe(aligned.comparisons[0]!.hash);

    const asked = await begin(batch, { opinions: { ...CONSENSUS, alignment: 'on' }, fake });
    await asked.job.done;
    expect(await comparisonOf(3)).toMatchObject({ alignment: 'on' });
    expect(await comparisonOf(3)).not.toHaveProperty('poses');
    // What was done counts, not who asked for it.
    expect(asked.comparisons[0]!.hash).toBe(aligned.comparisons[0]!.hash);
  });

  test('has parts found by the click that says where to look, where they are turned', async () => {
    const batch = await batchOf(6);
    const part = {
      ...{ contentHash: 'a'.repeat(64), path: '/clicked.png', page: null, range: null },
      ...{ point: { x: 3, y: 4 }, level: 2 as const, seed: null },
    };
    const area = inspectionAreaSchema.parse({ width: 640, height: 480, part });
    const aligned = { ...CONSENSUS, alignment: 'on' as const };
    const without = await begin(batch, { opinions: aligned });
    await without.job.done;
    const clicked = await begin(batch, { opinions: aligned, area });
    await clicked.job.done;
    expect(clicked.embedded.map((job) => job.template?.part)).toEqual(Array(6).fill(part));
    expect(clicked.comparisons[0]!.template!.part).toEqual(part);
    expect(clicked.comparisons[0]!.hash).not.toBe(without.comparisons[0]!.hash);
    const lying = await begin(batch, { opinions: CONSENSUS, area });
    await lying.job.done;
    expect(lying.comparisons[0]!.template).toBeUndefined();
  });

  test('goes on aligned as it began, whatever parts would look like now', async () => {
    const batch = await batchOf(9);
    const abort = new AbortController();
    const onInspect = (name: string) => void (name === '0004.png' && abort.abort());
    const first = await begin(batch, {
      opinions: CONSENSUS,
      signal: abort.signal,
      fake: { pose: turned, onInspect },
    });
    await first.job.done;
    const asked: string[] = [];
    const alike = (name: string) => {
      asked.push(name);
      return { ...turned(name), angle: 0 };
    };
    const { job, comparisons } = await begin(batch, { runId: 1, fake: { pose: alike } });
    expect(await job.done).toMatchObject({ status: 'done', done: 9 });
    expect(asked).toEqual([]);
    expect(comparisons[0]!.hash).toBe(first.comparisons[0]!.hash);
    expect(comparisons[0]).toMatchObject({ template: first.comparisons[0]!.template });
    expect((await getRun(batch.workspace, 1)).comparison).toMatchObject({ alignment: 'differ' });
  });

  test('does not depend on the order in which images are prepared and inspected', async () => {
    const batch = await batchOf(30);
    // An image's score follows from all that it was compared with.
    const scoreOf = (path: string, comparison: Comparison | undefined) => {
      const others = (keysOf(comparison) ?? []).join();
      return Number.parseInt(sha256(`${path} ${others}`).slice(0, 8), 16) / 2 ** 32;
    };
    const scores: number[][] = [];
    for (const pace of [(at: number) => at % 7, (at: number) => (at * 5) % 11]) {
      let [prepared, seen] = [0, 0];
      const { job } = await begin(batch, {
        opinions: CONSENSUS,
        fake: {
          onEmbed: async () => void (await setTimeout(pace(prepared++))),
          hold: () => pace(seen++) > 3,
          result: ({ path, comparison }) => ({ score: scoreOf(path, comparison) }),
        },
      });
      const { runId } = await job.done;
      const stored = await listResults(batch.workspace, runId);
      scores.push(stored.map((one) => (one.status === 'done' ? one.result.score : -1)));
    }
    expect(scores[0]).toHaveLength(30);
    expect(scores[1]).toEqual(scores[0]);
  });

  test('is no crowd of fewer than five different images, which is said', async () => {
    const batch = await batchOf(4);
    for (const name of batch.names) await writeFile(join(batch.folder, `copy-${name}`), name);
    await importImages({ ...batch, paths: [batch.folder], inspector });
    const { job, comparisons, embedded, events } = await begin(batch, { opinions: CONSENSUS });
    expect(await job.done).toMatchObject({ done: 8 });
    // Each result can say so.
    expect(comparisons).toHaveLength(8);
    expect(comparisons[7]).toMatchObject({ settings: { consensus: 'automatic' }, references: [] });
    expect(keysOf(comparisons[7])).toEqual(batch.names.map(sha256).sort());
    expect(embedded).toHaveLength(4);
    const told = { unavailable: ['consensus'], skipped: 0, with: { crowd: 0 } };
    expect(events.find(({ kind }) => kind === 'compared')).toMatchObject({ comparison: told });
    expect((await getRun(batch.workspace, 1)).comparison).toMatchObject(told);
  });

  test('leaves out what cannot be read, or is another picture by now, and says which', async () => {
    const batch = await batchOf(12);
    await rm(join(batch.folder, '0003.png'));
    await writeFile(join(batch.folder, '0005.png'), 'another picture');
    const { job, comparisons, events } = await begin(batch, { opinions: CONSENSUS });
    expect(await job.done).toMatchObject({ done: 10, failed: 2 });
    expect(comparisons[0]!.crowd).toHaveLength(10);
    expect(keysOf(comparisons[0])).not.toContain(sha256('0005.png'));
    expect(events.find(({ kind }) => kind === 'compared')).toMatchObject({
      comparison: { skipped: 2, with: { crowd: 10 } },
      skipped: [
        { path: join(batch.folder, '0003.png'), error: { code: 'image-not-found' } },
        { path: join(batch.folder, '0005.png'), error: { code: 'image-changed' } },
      ],
    });
  });

  test('is nothing when too little of it can be read', async () => {
    const batch = await batchOf(6);
    for (const name of batch.names.slice(0, 2)) await rm(join(batch.folder, name));
    const { job, comparisons } = await begin(batch, { opinions: CONSENSUS });
    expect(await job.done).toMatchObject({ done: 4, failed: 2 });
    expect(comparisons[0]!.crowd).toHaveLength(4);
    expect((await getRun(batch.workspace, 1)).comparison).toMatchObject({
      with: { crowd: 0 },
      unavailable: ['consensus'],
      skipped: 2,
    });
  });
});

describe('known parts', () => {
  const polygons = [
    [
      [
        [1, 1],
        [9, 1],
        [9, 9],
      ],
    ],
  ] as const;

  async function knownParts(): Promise<KnownParts> {
    const folder = await temporaryFolder();
    const picture = async (name: string) => {
      await writeFile(join(folder, name), name);
      return { path: join(folder, name), contentHash: sha256(name), page: null, range: null };
    };
    const [good, better, marked] = [await picture('good'), await picture('better'), await picture('marked')];
    return {
      references: [good, better],
      harmless: [{ ...marked, polygons }],
      counterExamples: [{ ...good, polygons }],
      unread: [],
    };
  }

  test('are compared with, each of their images prepared once', async () => {
    const batch = await batchOf(3);
    const known = await knownParts();
    const { job, comparisons, embedded } = await begin(batch, { known });
    expect(await job.done).toMatchObject({ done: 3 });
    expect(embedded).toHaveLength(3);
    const source = (name: string) => ({
      key: sha256(name),
      path: expect.stringContaining(`${sha256(name)}.tokens`) as string,
    });
    const part = (name: string) => ({ ...source(name), polygons, width: 640, height: 480 });
    expect(comparisons[0]).toMatchObject({
      crowd: [],
      references: [source('good'), source('better')],
      harmless: [part('marked')],
      counterExamples: [part('good')],
    });
  });

  test('are turned where the recipe says so, references alone', async () => {
    const batch = await batchOf(1);
    const opinions = { ...DEFAULT_OPINION_SETTINGS, rotations: true };
    const { job, comparisons, embedded } = await begin(batch, { known: await knownParts(), opinions });
    await job.done;
    expect(embedded.filter(({ rotations }) => rotations)).toHaveLength(2);
    const { references, counterExamples } = comparisons[0]!;
    expect(references.map(({ path }) => path.endsWith('-turned.tokens'))).toEqual([true, true]);
    expect(counterExamples[0]!.path).toMatch(/[0-9a-f]\.tokens$/);
  });

  test('are aligned with the first of them that can be read, where the recipe says so', async () => {
    const batch = await batchOf(6);
    const { references } = await knownParts();
    const [gone, there] = references;
    await rm(gone!.path);
    const opinions = { ...CONSENSUS, alignment: 'on' as const };
    const known = { references, harmless: [], counterExamples: [], unread: [] };
    const { job, comparisons, embedded } = await begin(batch, { known, opinions });
    expect(await job.done).toMatchObject({ done: 6 });
    expect(embedded).toHaveLength(8);
    const template = { path: there!.path };
    expect([...new Set(embedded.map((one) => JSON.stringify(one.template)))]).toEqual([
      JSON.stringify(template),
    ]);
    expect(comparisons[0]).toMatchObject({ template });
    // Without references, with the first image of the crowd.
    const alone = await begin(batch, { opinions });
    await alone.job.done;
    expect(alone.comparisons[0]!.template).toEqual({ path: join(batch.folder, '0000.png') });
    expect(alone.comparisons[0]!.hash).not.toBe(comparisons[0]!.hash);
  });

  test('of a run that aligns them are not mixed with others when what they are aligned with is gone', async () => {
    const batch = await batchOf(9);
    const abort = new AbortController();
    const opinions = { ...CONSENSUS, alignment: 'on' as const };
    const fake = { onInspect: (name: string) => void (name === '0004.png' && abort.abort()) };
    await (await begin(batch, { opinions, signal: abort.signal, fake })).job.done;
    await writeFile(join(batch.folder, '0000.png'), 'another picture');
    const { job, comparisons } = await begin(batch, { runId: 1 });
    expect(await job.done).toMatchObject({ status: 'interrupted', error: { code: 'image-changed' } });
    expect(comparisons).toEqual([]);
    await writeFile(join(batch.folder, '0000.png'), '0000.png');
    expect(await (await begin(batch, { runId: 1 })).job.done).toMatchObject({ status: 'done', done: 9 });
  });

  test('are left alone where the recipe says so', async () => {
    const batch = await batchOf(1);
    const opinions = { ...DEFAULT_OPINION_SETTINGS, references: 'off' as const };
    const { job, comparisons } = await begin(batch, { known: await knownParts(), opinions });
    await job.done;
    expect(comparisons).toEqual([undefined]);
  });

  test('of which none can be read are missed aloud', async () => {
    const batch = await batchOf(1);
    const { references } = await knownParts();
    const known = { references, harmless: [], counterExamples: [], unread: [] };
    for (const { path } of references) await rm(path);
    const { job, comparisons } = await begin(batch, { known });
    expect(await job.done).toMatchObject({ done: 1 });
    expect(comparisons).toMatchObject([{ references: [] }]);
    const { comparison } = await getRun(batch.workspace, 1);
    expect(comparison).toMatchObject({ unavailable: ['references'], skipped: 2 });
  });

  test('of a run that goes on are those that it began with', async () => {
    const batch = await batchOf(9);
    const known = await knownParts();
    const abort = new AbortController();
    const first = await begin(batch, {
      known,
      signal: abort.signal,
      fake: { onInspect: (name) => name === '0004.png' && abort.abort() },
    });
    expect(await first.job.done).toMatchObject({ status: 'interrupted' });
    const others = { references: known.references.slice(1), harmless: [], counterExamples: [], unread: [] };
    const second = await begin(batch, { known: others, runId: 1 });
    expect(await second.job.done).toMatchObject({ status: 'done', done: 9 });
    expect(second.comparisons.at(-1)).toEqual(first.comparisons[0]);
  });
});

describe('preparing', () => {
  test('is paused and cancelled like the rest of the run', async () => {
    const batch = await batchOf(40);
    const { job, embedded, comparisons } = await begin(batch, { opinions: CONSENSUS });
    await job.pause();
    const before = embedded.length;
    expect(before).toBeLessThan(16);
    await setTimeout(30);
    expect(embedded).toHaveLength(before);
    await job.resume();
    job.cancel();
    expect(await job.done).toMatchObject({ status: 'cancelled', done: 0 });
    expect(comparisons).toEqual([]);
  });

  test('that is cut off loses nothing: the run goes on with the same crowd, also of a batch that has grown', async () => {
    const batch = await batchOf(40);
    const abort = new AbortController();
    const first = await begin(batch, {
      opinions: CONSENSUS,
      signal: abort.signal,
      fake: {
        onEmbed: async (_name, { path }) => {
          if (path.includes('002')) abort.abort();
        },
      },
    });
    expect(await first.job.done).toMatchObject({ status: 'interrupted', done: 0, failed: 0 });
    expect(first.embedded.length).toBeLessThan(16);
    for (const name of ['1000.png', '1001.png']) await writeFile(join(batch.folder, name), name);
    await importImages({ ...batch, paths: [batch.folder], inspector });
    const second = await begin(batch, { runId: 1 });
    expect(await second.job.done).toMatchObject({ status: 'done', done: 40 });
    // The batch as it was, undisturbed.
    const calm = await begin(await batchOf(40), { opinions: CONSENSUS });
    await calm.job.done;
    expect(keysOf(second.comparisons[0])).toEqual(keysOf(calm.comparisons[0]));
    expect(second.comparisons[0]!.hash).toBe(calm.comparisons[0]!.hash);
  });

  test('makes token files again that are gone, and does without the image where they are not', async () => {
    const batch = await batchOf(20);
    const abort = new AbortController();
    const first = await begin(batch, {
      opinions: CONSENSUS,
      signal: abort.signal,
      fake: { onInspect: (name) => name === '0010.png' && abort.abort() },
    });
    await first.job.done;
    const crowd = first.comparisons[0]!.crowd;
    const folder = join(batch.workspace.cacheFolder, 'tokens');
    expect(await readdir(folder)).toHaveLength(16);
    // Of the first, the image is gone and its tokens are there; of the second, it is the other way round.
    await rm(first.embedded.find(({ path }) => sha256(path.slice(-8)) === crowd[0]!.key)!.path);
    await rm(crowd[1]!.path);
    const second = await begin(batch, { runId: 1 });
    expect(await second.job.done).toMatchObject({ status: 'done' });
    expect(second.comparisons.at(-1)).toEqual(first.comparisons[0]);
    expect(await readdir(folder)).toHaveLength(16);
  });

  test('ends the run where every image would meet the same, or the process keeps dying', async () => {
    const batch = await batchOf(40);
    for (const code of ['disk-full', 'inference-crashed'] as const) {
      const { job, comparisons } = await begin(batch, {
        opinions: CONSENSUS,
        fake: {
          onEmbed: () => {
            throw new ClipSamError(code, 'No.');
          },
        },
      });
      expect(await job.done).toMatchObject({ status: 'interrupted', failed: 0, error: { code } });
      expect(comparisons).toEqual([]);
    }
  });
});

test('kill -9 while it is prepared, and later: the run compares with the same from its first image to its last', async () => {
  const folder = await temporaryFolder();
  const workspace = await openWorkspace(folder, { create: true });
  onTestFinished(() => workspace.close());
  const batch = await batchOf(40, workspace);
  const log = join(folder, 'log.txt');
  await killAfter('comparing', 6, [folder, log, 40, 0, 5]);
  await killAfter('image', 10, [folder, log, 10, 1, 40]);
  const last = startChild([folder, log, 40, 1, 40]);
  last.stdout.resume();
  expect(await once(last, 'close')).toEqual([0, null]);
  const inspected = (await readFile(log, 'utf8')).trim().split('\n');
  expect(new Set(inspected.map((line) => line.split(' ')[0])).size).toBe(40);
  const calm = await begin(batch, { opinions: CONSENSUS });
  await calm.job.done;
  const hashes = new Set(inspected.map((line) => line.split(' ')[1]));
  expect([...hashes]).toEqual([calm.comparisons[0]!.hash]);
});

/** Kills the child once it has told of so many. */
async function killAfter(kind: string, count: number, args: readonly unknown[]): Promise<void> {
  const child = startChild(args);
  let told = 0;
  for await (const chunk of child.stdout) {
    told += String(chunk).split(kind).length - 1;
    if (told >= count) break;
  }
  child.kill('SIGKILL');
  await once(child, 'close');
}

function startChild(args: readonly unknown[]) {
  const script = join(import.meta.dirname, '../runs/batch-child.ts');
  return spawn(process.execPath, [script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
}
