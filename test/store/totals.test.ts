import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { archiveBatch, createBatch, deleteBatch, updateBatch } from '../../src-main/store/batches.ts';
import { addImages } from '../../src-main/store/images.ts';
import { addMadeUpBatches } from '../../src-main/store/made-up-batches.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { beginPurge, purgeStep } from '../../src-main/store/purges.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { recordOutcome } from '../../src-main/store/results.ts';
import type { RunClaim } from '../../src-main/store/run-claims.ts';
import { resumeRun, setRunStatus, startRun } from '../../src-main/store/run-lifecycle.ts';
import { checkTotals, rebuildTotals } from '../../src-main/store/total-checks.ts';
import { countedRuns, scoreTotals, timeTotals, verdictTotals } from '../../src-main/store/totals.ts';
import { addVerdict, verdictHistory } from '../../src-main/store/verdicts.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { Random } from '../../src-shared/random.ts';
import { modelVerdict } from '../../src-shared/verdict.ts';
import { context, inspectionResult, recipe, temporaryFolder, temporaryWorkspace } from './fixtures.ts';

const SIZE = 5;

/** A workspace to which random things are done, as the program does them. */
class Life {
  readonly #workspace: Workspace;
  readonly #random: Random;
  readonly #batches = new Map<number, { images: number[]; claims: RunClaim[]; state: 'there' | 'deleted' }>();
  readonly #recipes: readonly string[];

  constructor(workspace: Workspace, random: Random, recipes: readonly string[]) {
    this.#workspace = workspace;
    this.#random = random;
    this.#recipes = recipes;
  }

  async step(): Promise<string> {
    const steps = {
      newBatch: 1,
      newRun: 2,
      inspect: 40,
      retry: 4,
      judge: 40,
      withdraw: 8,
      delete: 1,
      restore: 1,
      purge: 1,
      describe: 2,
      archive: 1,
    } as const;
    const names = Object.entries(steps).flatMap(([name, times]) => Array.from({ length: times }, () => name));
    const name = this.#pick(names) as keyof typeof steps;
    await this[name]();
    return name;
  }

  async newBatch() {
    const name = `Batch ${this.#batches.size}`;
    const { id } = await createBatch(this.#workspace, { name, lot: this.#pick(['', 'L1', 'L2']) }, 'ana');
    const first = this.#batches.size * SIZE;
    const files = Array.from({ length: SIZE }, (_, i) => ({
      path: `/photos/${first + i}.png`,
      contentHash: 'a'.repeat(64),
      bytes: 5,
    }));
    await addImages(this.#workspace, id, files, 'ana');
    const rows = await this.#workspace.db
      .selectFrom('images')
      .select('id')
      .where('batch_id', '=', id)
      .execute();
    this.#batches.set(id, { images: rows.map((row) => row.id), claims: [], state: 'there' });
  }

  async newRun() {
    const batch = this.#batchThere();
    if (!batch) return;
    const [id, { claims }] = batch;
    const last = claims.at(-1);
    if (last) await setRunStatus(this.#workspace, last, 'done', 'ana').catch(unlessRefused);
    claims.push(await startRun(this.#workspace, id, this.#pick(this.#recipes), context));
  }

  async inspect() {
    const claim = this.#claim();
    if (!claim) return;
    const outcome = this.#random.next() < 0.3 ? FAILED : this.#inspected();
    // Final and taken over runs refuse.
    await recordOutcome(this.#workspace, claim.claim, this.#pick(claim.images), outcome).catch(unlessRefused);
  }

  async retry() {
    const found = this.#claim();
    if (!found) return;
    const { claim, images } = found;
    await setRunStatus(this.#workspace, claim, 'interrupted', 'ana').catch(unlessRefused);
    const again = await resumeRun(this.#workspace, claim.runId, context, { retryFailed: true }).catch(
      () => null,
    );
    if (!again) return;
    for (const image of images) await recordOutcome(this.#workspace, again, image, this.#inspected());
    await setRunStatus(this.#workspace, again, 'done', 'ana');
  }

  async judge() {
    const found = this.#claim();
    if (!found) return;
    const verdict = this.#pick(['accept', 'reject', 'uncertain'] as const);
    await addVerdict(this.#workspace, {
      runId: found.claim.runId,
      imageId: this.#pick(found.images),
      verdict,
      defectClass: verdict === 'reject' ? this.#pick(['dent', 'crack', '']) : '',
      severity: verdict === 'reject' ? this.#pick(['critical', 'major', 'minor', null]) : null,
      overturnReason: 'seen',
      inspector: this.#pick(['ana', 'bo', 'cy']),
    }).catch(unlessRefused);
  }

  async withdraw() {
    const found = this.#claim();
    if (!found) return;
    const at = { runId: found.claim.runId, imageId: this.#pick(found.images) };
    await addVerdict(this.#workspace, { ...at, verdict: 'withdrawn', inspector: 'ana' }).catch(unlessRefused);
  }

  async delete() {
    const batch = this.#batchThere();
    if (!batch) return;
    const [id, it] = batch;
    for (const claim of it.claims)
      await setRunStatus(this.#workspace, claim, 'done', 'ana').catch(unlessRefused);
    await deleteBatch(this.#workspace, id, true, 'ana');
    it.state = 'deleted';
  }

  async restore() {
    const batch = this.#deleted();
    if (!batch) return;
    await deleteBatch(this.#workspace, batch[0], false, 'ana');
    batch[1].state = 'there';
  }

  async purge() {
    const batch = this.#deleted();
    if (!batch) return;
    await beginPurge(this.#workspace, batch[0], 'ana');
    while ((await purgeStep(this.#workspace, batch[0])) !== undefined);
    this.#batches.delete(batch[0]);
  }

  async describe() {
    const batch = this.#batchThere();
    if (!batch) return;
    const changes = { lot: this.#pick(['', 'L1', 'L2']), partNumber: this.#pick(['', 'P1']) };
    await updateBatch(this.#workspace, batch[0], changes, 'ana');
  }

  async archive() {
    const batch = this.#batchThere();
    if (batch) await archiveBatch(this.#workspace, batch[0], this.#random.next() < 0.5, 'ana');
  }

  #inspected() {
    const score = this.#random.next();
    const { timings } = inspectionResult();
    const total = 10 ** (1 + 4 * this.#random.next());
    const result = inspectionResult({
      score,
      verdict: modelVerdict(score, recipe),
      timings: { ...timings, total },
    });
    return { status: 'done', result } as const;
  }

  #batchThere() {
    return this.#pick([...this.#batches].filter(([, { state }]) => state === 'there'));
  }

  #deleted() {
    return this.#pick([...this.#batches].filter(([, { state }]) => state === 'deleted'));
  }

  #claim() {
    const batch = this.#batchThere();
    const claim = batch && this.#pick(batch[1].claims);
    return claim && { claim, images: batch[1].images };
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.int(0, Math.max(0, items.length - 1))]!;
  }
}

/** What the program does not let happen, such as a verdict where there is no result. Everything else is a fault. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof ClipSamError) || error.code === 'workspace-corrupt') throw error;
}

const FAILED = {
  status: 'failed',
  error: { code: 'image-unreadable', message: 'damaged' },
} as const;

/** What counts, from the rows of results and verdicts alone. */
async function countNaively(workspace: Workspace) {
  const { db } = workspace;
  const batches = await db
    .selectFrom('batches')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute();
  const used: number[] = [];
  const verdicts = new Map<string, number>();
  const scores = new Map<string, number>();
  const times = new Map<string, number>();
  const add = (counts: Map<string, number>, ...key: unknown[]) => {
    const text = key.join('|');
    counts.set(text, (counts.get(text) ?? 0) + 1);
  };
  for (const batch of batches) {
    const runs = await db
      .selectFrom('runs')
      .select('id')
      .where('batch_id', '=', batch.id)
      .orderBy('id', 'desc')
      .execute();
    const resultsOf = new Map<number, Awaited<ReturnType<typeof resultsOfRun>>>();
    for (const { id } of runs) resultsOf.set(id, await resultsOfRun(workspace, id));
    const any = runs.filter(({ id }) => resultsOf.get(id)!.length > 0);
    const run = any.find(({ id }) => resultsOf.get(id)!.some(({ status }) => status === 'done')) ?? any[0];
    if (!run) continue;
    used.push(run.id);
    for (const result of resultsOf.get(run.id)!) {
      const newest = (await verdictHistory(workspace, run.id, result.image_id)).at(-1);
      const human = newest && newest.verdict !== 'withdrawn' ? newest : undefined;
      const day = result.finished_at.slice(0, 10);
      const model = result.status === 'done' ? result.verdict : 'failed';
      const said = [human?.verdict ?? 'none', human?.defectClass ?? '', human?.severity ?? 'none'];
      add(verdicts, run.id, day, model, ...said, human?.createdAt.slice(0, 10) ?? '');
      if (result.status === 'failed') continue;
      add(scores, model, Math.min(99, Math.floor(result.score! * 100)));
      const { total } = JSON.parse(result.timings!) as { total: number };
      add(times, day, total < 1000 ? Math.round(total) : Number(total.toPrecision(3)));
    }
  }
  return { runs: used, verdicts: sorted(verdicts), scores: sorted(scores), times: sorted(times) };
}

function resultsOfRun({ db }: Workspace, runId: number) {
  return db.selectFrom('results').selectAll().where('run_id', '=', runId).orderBy('image_id').execute();
}

const sorted = (counts: ReadonlyMap<string, number>) => [...counts].map(([key, n]) => `${key}: ${n}`).sort();

async function fromTotals(workspace: Workspace) {
  const runs = (await countedRuns(workspace)).map(({ runId }) => runId);
  const text = (rows: readonly { readonly images: number }[]) =>
    rows.map(({ images, ...key }) => `${Object.values(key).join('|')}: ${images}`).sort();
  return {
    runs,
    verdicts: text(await verdictTotals(workspace, runs, {})),
    scores: text(await scoreTotals(workspace, runs, {})),
    times: text(await timeTotals(workspace, runs, {})),
  };
}

async function randomLife(seed: string) {
  const workspace = await temporaryWorkspace();
  const recipes = [
    (await saveRecipe(workspace, recipe, { inspector: 'ana' })).hash,
    (await saveRecipe(workspace, { ...recipe, name: 'Other', warn: 0.3 }, { inspector: 'ana' })).hash,
  ];
  const life = new Life(workspace, new Random(seed), recipes);
  for (let i = 0; i < 2; i++) {
    await life.newBatch();
    await life.newRun();
  }
  return { workspace, life };
}

it.each(['one', 'two', 'three'])(
  'totals are what a full count gives, after any sequence of writes (%s)',
  async (seed) => {
    const { workspace, life } = await randomLife(seed);
    const done = new Set<string>();
    for (let i = 0; i < 300; i++) {
      done.add(await life.step());
      if (i % 10 > 0) continue;
      expect(await fromTotals(workspace), `after ${i} steps`).toEqual(await countNaively(workspace));
    }
    expect(await checkTotals(workspace)).toEqual([]);
    expect(done.size).toBeGreaterThan(8);
    const { rows } = await sql<Record<string, number>>`select
    (select count(*) from verdicts where supersedes is not null and verdict <> 'withdrawn') as corrected,
    (select count(*) from verdicts where verdict = 'withdrawn') as withdrawn`.execute(workspace.db);
    expect(Object.entries(rows[0]!).filter(([, count]) => count === 0)).toEqual([]);
    expect((await fromTotals(workspace)).verdicts.length).toBeGreaterThan(5);
  },
);

it('no totals stay of images that are gone', async () => {
  const { workspace, life } = await randomLife('gone');
  for (let i = 0; i < 60; i++) await life.step();
  for (let i = 0; i < 200; i++) await (i % 2 === 0 ? life.delete() : life.purge());
  for (const table of ['inspected_images', 'verdict_totals', 'score_totals', 'time_totals']) {
    const { rows } = await sql`select * from ${sql.table(table)}`.execute(workspace.db);
    expect(rows, table).toEqual([]);
  }
});

it('finds totals that are wrong, and counts them anew', async () => {
  const { workspace, life } = await randomLife('wrong');
  for (let i = 0; i < 60; i++) await life.step();
  const right = await fromTotals(workspace);
  await sql`update score_totals set images = images + 1`.execute(workspace.db);
  await sql`delete from time_totals`.execute(workspace.db);
  const wrong = await checkTotals(workspace);
  expect(wrong.map(({ table }) => table)).toEqual(['score_totals', 'time_totals']);
  expect(wrong[0]!.missing).toBe(wrong[0]!.extra);
  expect(wrong[1]).toMatchObject({ extra: 0 });
  expect(wrong[1]!.missing).toBeGreaterThan(0);
  await rebuildTotals(workspace);
  expect(await checkTotals(workspace)).toEqual([]);
  expect(await fromTotals(workspace)).toEqual(right);
});

it('a workspace from before gets its totals when it is opened', async () => {
  const folder = await temporaryFolder();
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '026'));
  const old = await openWorkspace(folder, { create: true, migrations: before });
  const { hash } = await saveRecipe(old, recipe, { inspector: 'ana' });
  await addMadeUpBatches(old, hash, { batches: 3, images: 40 });
  await old.close();
  const workspace = await openWorkspace(folder);
  onTestFinished(() => workspace.close());
  const found = await fromTotals(workspace);
  expect(found.runs).toEqual([1, 2, 3]);
  expect(found).toEqual(await countNaively(workspace));
  expect(await checkTotals(workspace)).toEqual([]);
});
