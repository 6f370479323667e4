import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { verifyTrail } from '../../../src-main/services/audit/verify-trail.ts';
import { mergeWorkspaces } from '../../../src-main/services/merge/merge-workspaces.ts';
import { usedArtifacts } from '../../../src-main/services/upkeep/unused-artifacts.ts';
import { addAnnotation, listAnnotations, retractAnnotation } from '../../../src-main/store/annotations.ts';
import { createBatch, listBatches } from '../../../src-main/store/batches.ts';
import { addDisposition } from '../../../src-main/store/dispositions.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { addInspector, changePin } from '../../../src-main/store/people.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { listResults, recordOutcome } from '../../../src-main/store/results.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import { listRuns } from '../../../src-main/store/runs.ts';
import { checkTotals } from '../../../src-main/store/total-checks.ts';
import { addVerdict, verdictHistory } from '../../../src-main/store/verdicts.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { lockMerge } from '../../../src-main/store/workspace-lock.ts';
import { shardOf } from '../../../src-shared/shard.ts';
import { behindItsBack, tamperWithFile } from '../../store/audit-fixture.ts';
import { freshWorkspaceFolder, temporaryFolder } from '../../store/fixtures.ts';
import { context, inspectionResult, recipe } from '../../store/results-fixture.ts';
import { within } from '../../within-workspace.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** A picture's path in the listing, which is its content as well. */
const PATHS = ['a1.png', 'a2.png', 'a10.png', 'b.png', 'sub/a.png', 'sub/b.png', 'sub/c/d.png', 'sub/e.png'];
/** As folders are listed: files before folders, numbers by their value. */
const LISTED = ['a1', 'a2', 'a10', 'b', 'sub/a', 'sub/b', 'sub/e', 'sub/c/d'].map(
  (name) => `/lot/${name}.png`,
);
const inputs = hashOf('all of them');
/** Of two: every picture is in one of them. */
const inShard = (index: number) => LISTED.filter((path) => shardOf(hashOf(path), 2) === index);

interface Made {
  readonly paths: readonly string[];
  readonly shard?: number;
  readonly name?: string;
  /** Without results from this one on; the run is left as a program does that is killed. */
  readonly until?: number;
  readonly score?: number;
  readonly fill?: (workspace: Workspace, runId: number, imageIds: readonly number[]) => Promise<void>;
}

/** A workspace in which nothing is, which is no copy of another. */
async function newFolder(): Promise<string> {
  const folder = await freshWorkspaceFolder();
  const database = new Database(join(folder, 'workspace.sqlite'));
  database.prepare('update workspace set id = ?').run(randomUUID());
  database.close();
  return folder;
}

/** A closed workspace with a batch that was inspected; every result has maps of its own. */
async function made({ paths, shard, name = 'lot', until, score = 0.875, fill }: Made): Promise<string> {
  const folder = await newFolder();
  const workspace = await openWorkspace(folder);
  await makeBatch(workspace, {
    paths,
    name,
    score,
    ...(shard && { shard }),
    ...(until !== undefined && { until }),
    ...(fill && { fill }),
  });
  await workspace.close();
  return folder;
}

async function makeBatch(
  workspace: Workspace,
  { paths, shard, name = 'lot', until, score = 0.875, fill }: Made,
) {
  const part = shard === undefined ? null : { of: 2, indices: [shard], files: PATHS.length, inputs };
  const batch = await createBatch(workspace, { name, lot: '7' }, 'ana', part);
  const files = paths.map((path) => ({ path, contentHash: hashOf(path), bytes: 5 }));
  await addImages(workspace, batch.id, files, 'ana');
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const claim = await startRun(workspace, batch.id, hash, context);
  const images = await listImages(workspace, batch.id);
  for (const image of images.slice(0, until ?? images.length)) {
    const kept = async (kind: string) =>
      workspace.artifacts.put(Buffer.from(`${kind} of ${image.path}`), 'image/png');
    const artifacts = {
      coarseMap: await kept('coarse'),
      finalMap: await kept('final'),
      mask: await kept('mask'),
    };
    const contentHash = hashOf(image.path);
    const result = { ...inspectionResult(), recipeHash: hash, contentHash, artifacts, score };
    await recordOutcome(workspace, claim, image.id, { status: 'done', result });
  }
  if (until === undefined) await setRunStatus(workspace, claim, 'done', 'ana');
  releaseClaim(claim);
  await fill?.(
    workspace,
    claim.runId,
    images.map(({ id }) => id),
  );
}

const merge = (sources: readonly string[], into: string) =>
  mergeWorkspaces({ sources, into, inspector: 'mo' });

/** Every row of every table, but for what each opening writes. */
function rowsOf(folder: string): Record<string, unknown[]> {
  const database = new Database(join(folder, 'workspace.sqlite'), { readonly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table'")
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      tables
        .filter((table) => !['marks', 'sqlite_sequence'].includes(table))
        .map((table) => [table, database.prepare(`select * from "${table}"`).all()]),
    );
  } finally {
    database.close();
  }
}

/** What a whole batch holds. */
const batchOf = (folder: string) =>
  within(folder, async (workspace) => {
    const batches = await listBatches(workspace);
    const runs = await listRuns(workspace, batches[0]!.id);
    const results = await listResults(workspace, runs[0]!.id, { limit: 1000 });
    const lost = [];
    for (const hash of await usedArtifacts(workspace))
      if (!(await workspace.artifacts.has(hash))) lost.push(hash);
    return {
      batches: batches.map(({ name, lot, shard }) => ({ name, lot, shard })),
      runs: runs.map(({ status, recipeHash }) => ({ status, recipeHash })),
      results: results.map((stored) => ({
        path: stored.image.path,
        found: stored.status === 'done' && stored.result,
      })),
      lost,
    };
  });

async function expectSound(folder: string): Promise<void> {
  await within(folder, async (workspace) => {
    expect(await verifyTrail(workspace)).toMatchObject({ findings: [], untrustedFrom: null });
    expect(await checkTotals(workspace)).toEqual([]);
  });
}

describe('shards of the same images', () => {
  it('become one batch with one run, as if nothing had been divided, and again nothing changes', async () => {
    expect(inShard(1).length * inShard(2).length).toBeGreaterThan(0);
    const all = await made({ paths: LISTED });
    const parts = [await made({ paths: inShard(1), shard: 1 }), await made({ paths: inShard(2), shard: 2 })];
    const before = parts.map(rowsOf);
    const into = join(await temporaryFolder(), 'merged');
    const report = await merge(parts, into);
    expect(report).toMatchObject({
      batches: [{ name: 'lot', images: 8, pending: 0, shard: { of: 2, indices: [1, 2] } }],
      added: { batches: 1, images: 8, runs: 1, results: 8, recipes: 1, artifacts: 24 },
      ...{ conflictCount: 0, lostArtifacts: [], imagesInSources: 0 },
    });
    expect(await batchOf(into)).toEqual(await batchOf(all));
    await expectSound(into);
    const after = rowsOf(into);
    expect((await merge([...parts].reverse(), into)).added).toEqual({
      ...Object.fromEntries(Object.keys(report.added).map((name) => [name, 0])),
    });
    expect(rowsOf(into)).toEqual(after);
    expect(parts.map(rowsOf)).toEqual(before);
    // Nothing is left of the copies.
    expect((await readdir(into)).filter((name) => name.startsWith('merging-'))).toEqual([]);
  });

  it('may come one after the other, and a killed one later with its rest', async () => {
    const [most, other] = inShard(1).length > inShard(2).length ? [1, 2] : [2, 1];
    const killed = await made({ paths: inShard(most), shard: most, until: 1 });
    const into = await newFolder();
    const early = await merge([killed], into);
    expect(early.batches).toMatchObject([{ shard: { indices: [most] }, pending: inShard(most).length - 1 }]);
    expect((await batchOf(into)).runs).toMatchObject([{ status: 'interrupted' }]);
    await within(killed, async (workspace) => {
      const [run] = await workspace.db.selectFrom('runs').selectAll().execute();
      const [first] = await workspace.db.selectFrom('results').selectAll().execute();
      for (const { id } of (await listImages(workspace, 1)).slice(1)) {
        const { id: _, ...columns } = first!;
        await workspace.db
          .insertInto('results')
          .values({ ...columns, image_id: id })
          .execute();
      }
      await workspace.db.updateTable('runs').set({ status: 'done' }).where('id', '=', run!.id).execute();
    });
    const rest = await made({ paths: inShard(other), shard: other });
    const report = await merge([rest, killed], into);
    expect(report).toMatchObject({ batches: [{ pending: 0, images: 8 }], added: { runs: 0, results: 7 } });
    expect((await batchOf(into)).runs).toMatchObject([{ status: 'done' }]);
    await expectSound(into);
  });

  it('of other images, or inspected by other rules, stay apart and are told', async () => {
    const first = await made({ paths: inShard(1), shard: 1 });
    const second = await made({ paths: inShard(2), shard: 2 });
    await within(second, async (workspace) => {
      const shard = JSON.stringify({ of: 2, indices: [2], files: 9, inputs: hashOf('others') });
      await workspace.db.updateTable('batches').set({ shard }).execute();
    });
    const apart = await merge([first, second], await newFolder());
    expect(apart.batches.map(({ shard }) => shard!.indices)).toEqual([[1], [2]]);
    const third = await made({ paths: inShard(2), shard: 2 });
    await within(third, (workspace) =>
      workspace.db
        .updateTable('runs')
        .set({ pack_hash: 'f'.repeat(64) })
        .execute(),
    );
    const otherwise = await merge([first, third], await newFolder());
    expect(otherwise.conflicts).toMatchObject([{ kind: 'runs', fields: ['pack'], source: third }]);
    expect(otherwise.added.runs).toBe(2);
  });

  it('that came from two workspaces are taken once', async () => {
    const one = await made({ paths: inShard(1), shard: 1 });
    const same = await made({ paths: inShard(1), shard: 1 });
    const elsewhere = await made({ paths: inShard(1).map((path) => `/mnt${path}`), shard: 1, score: 0.5 });
    const other = await made({ paths: inShard(1), shard: 1, score: 0.5 });
    const into = await newFolder();
    expect(await merge([one, same], into)).toMatchObject({
      conflictCount: 0,
      added: { results: inShard(1).length },
    });
    const report = await merge([elsewhere, other], into);
    expect(report.added).toMatchObject({ images: 0, results: 0 });
    expect(new Set(report.conflicts.map(({ kind }) => kind))).toEqual(new Set(['shard', 'result']));
    expect(report.conflictCount).toBe(2 * inShard(1).length);
  });
});

describe('other batches', () => {
  const judged = (who: string): Made => ({
    paths: LISTED.slice(0, 3),
    name: 'judged',
    async fill(workspace, runId, [first, second, third]) {
      await addInspector(workspace, { name: who, role: 'engineer', pin: `pin of ${who}`, inspector: who });
      const base = { runId, inspector: who };
      await addVerdict(workspace, { ...base, imageId: first!, verdict: 'reject', defectClass: 'scratch' });
      await addVerdict(workspace, { ...base, imageId: first!, verdict: 'uncertain' });
      await addVerdict(workspace, { ...base, imageId: second!, verdict: 'reject' });
      await addDisposition(workspace, { ...base, imageId: second!, disposition: 'scrap' });
      const wrong = { ...base, imageId: third!, kind: 'false-positive' as const, regionIndex: 1 };
      const { id } = await addAnnotation(workspace, wrong);
      await addAnnotation(workspace, { ...wrong, comment: 'dust' });
      await retractAnnotation(workspace, id, who);
    },
  });

  it('come as they are, with all that was said of them', async () => {
    const [a, b] = [await made(judged('Ana')), await made(judged('Bo'))];
    const into = await newFolder();
    const report = await merge([a, b], into);
    expect(report).toMatchObject({
      added: {
        batches: 2,
        runs: 2,
        results: 6,
        verdicts: 6,
        annotations: 6,
        dispositions: 2,
        people: 2,
        recipes: 1,
      },
      conflictCount: 0,
    });
    await within(into, async (workspace) => {
      const history = await verdictHistory(workspace, 2, 4);
      expect(history.map(({ verdict, inspector }) => [verdict, inspector])).toEqual([
        ['reject', 'Bo'],
        ['uncertain', 'Bo'],
      ]);
      expect(history[1]!.supersedes).toBe(history[0]!.id);
      expect((await listAnnotations(workspace, 2)).map(({ comment }) => comment)).toEqual(['dust']);
    });
    await expectSound(into);
    const after = rowsOf(into);
    await merge([a, b], into);
    expect(rowsOf(into)).toEqual(after);
    // What is said later comes later.
    await within(b, (workspace) =>
      addVerdict(workspace, { runId: 1, imageId: 1, verdict: 'reject', inspector: 'Bo' }),
    );
    expect((await merge([b], into)).added).toMatchObject({ verdicts: 1, results: 0, annotations: 0 });
    await expectSound(into);
  });

  it('that are told otherwise are listed, and what was here stays', async () => {
    const a = await made(judged('Ana'));
    const copy = join(await temporaryFolder(), 'copy');
    await cp(a, copy, { recursive: true });
    const into = await newFolder();
    await merge([a], into);
    await within(into, async (workspace) => {
      await addVerdict(workspace, { runId: 1, imageId: 2, verdict: 'uncertain', inspector: 'Ana' });
      await changePin(workspace, 'Ana', 'another', 'Ana');
    });
    await within(a, (workspace) =>
      addVerdict(workspace, { runId: 1, imageId: 2, verdict: 'reject', comment: 'deep', inspector: 'Ana' }),
    );
    await within(copy, (workspace) =>
      addVerdict(workspace, { runId: 1, imageId: 3, verdict: 'reject', inspector: 'Ana' }),
    );
    const report = await merge([a, copy], into);
    expect(report.conflicts).toMatchObject([
      { kind: 'person', name: 'Ana', differs: 'pin', source: a },
      { kind: 'person', name: 'Ana', differs: 'pin', source: copy },
      { kind: 'verdict', path: LISTED[1], source: a },
      { kind: 'copy', source: copy },
    ]);
    await within(into, async (workspace) => {
      expect((await verdictHistory(workspace, 1, 2)).at(-1)).toMatchObject({ verdict: 'uncertain' });
    });
    await expectSound(into);
  });

  it('with maps that are lost, and what does not come, are told', async () => {
    const a = await made(judged('Ana'));
    const hash = hashOf(`final of ${LISTED[0]}`);
    await rm(join(a, 'artifacts', hash.slice(0, 2), `${hash}.png`));
    const damaged = hashOf(`mask of ${LISTED[0]}`);
    await writeFile(join(a, 'artifacts', damaged.slice(0, 2), `${damaged}.png`), 'something else');
    await within(a, (workspace) =>
      workspace.db
        .insertInto('studies')
        .values({ batch_id: 1, name: 's', rounds: 2, seed: 's', inspector: 'Ana', created_at: '2026' })
        .execute(),
    );
    const report = await merge([a], await newFolder());
    expect([...report.lostArtifacts].sort()).toEqual([hash, damaged].sort());
    expect(report.sources[0]!.left).toMatchObject({ studies: 1, lots: 0 });
  });

  it('whose audit trail somebody changed are told, and the trail is kept as it was', async () => {
    const a = await made(judged('Ana'));
    tamperWithFile(a, "update audit_events set inspector = 'nobody' where id = 3");
    const entries = behindItsBack(a, (database) =>
      database.prepare('select * from audit_events order by id').all(),
    );
    const into = await newFolder();
    const report = await merge([a], into);
    expect(report.conflicts).toMatchObject([{ kind: 'trail', entry: 2 }]);
    const kept = rowsOf(into).merged_entries as Record<string, unknown>[];
    expect(kept.map(({ workspace: _, ...entry }) => entry)).toEqual(entries);
    expect(() => {
      const target = new Database(join(into, 'workspace.sqlite'));
      try {
        target.exec("update merged_entries set inspector = 'x'");
      } finally {
        target.close();
      }
    }).toThrow('never changed');
  });
});

describe('a merge', () => {
  it('that is cut off goes on where it was', async () => {
    const parts = [await made({ paths: inShard(1), shard: 1 }), await made({ paths: inShard(2), shard: 2 })];
    const whole = await newFolder();
    await merge(parts, whole);
    const expected = await batchOf(whole);
    // Cut off at every event: afterwards everything is as if it had not been.
    for (let steps = 1; ; steps++) {
      const into = await newFolder();
      const stop = new AbortController();
      let seen = 0;
      const cut = await mergeWorkspaces({
        ...{ sources: parts, into, inspector: 'mo', signal: stop.signal },
        onEvent: () => {
          if (++seen === steps) stop.abort();
        },
      }).then(
        () => false,
        (error: unknown) => (error as { code: string }).code === 'cancelled',
      );
      if (seen < steps) break;
      const { conflictCount } = await merge(parts, into);
      expect(conflictCount, `cut off: ${cut}`).toBe(0);
      expect(await batchOf(into)).toEqual(expected);
      await expectSound(into);
    }
  });

  it('that was killed at any statement goes on where it was', async () => {
    const parts = [await made({ paths: inShard(1), shard: 1 }), await made({ paths: inShard(2), shard: 2 })];
    const child = fileURLToPath(new URL('./merge-child.ts', import.meta.url));
    const killedAt = (statement: number, into: string) =>
      spawnSync(process.execPath, [child, String(statement), into, ...parts], { encoding: 'utf8' });
    const whole = await newFolder();
    const statements = Number(killedAt(0, whole).stdout);
    expect(statements).toBeGreaterThan(100);
    const expected = await batchOf(whole);
    const points = 8;
    const again = await newFolder();
    for (let point = 1; point <= points; point++) {
      const at = Math.floor((statements * point) / (points + 1));
      // One that was killed once, and one that is killed again and again.
      for (const into of [await newFolder(), again]) {
        const { signal, stderr } = killedAt(at, into);
        // What came before is not done again, so the one that goes on may end before.
        if (into !== again) expect(signal, stderr).toBe('SIGKILL');
        if (into === again && point < points) continue;
        const { conflictCount, lostArtifacts } = await merge(parts, into);
        expect({ conflictCount, lostArtifacts }).toEqual({ conflictCount: 0, lostArtifacts: [] });
        expect(await batchOf(into)).toEqual(expected);
        await expectSound(into);
        expect((await readdir(into)).filter((name) => name.startsWith('merging-'))).toEqual([]);
      }
    }
  });

  it('is refused for itself, a copy of it, nothing, and versions that are older, newer or at work', async () => {
    const a = await made({ paths: LISTED });
    const into = await newFolder();
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      );
    const copy = join(await temporaryFolder(), 'copy');
    await cp(a, copy, { recursive: true });
    expect(await code(merge([a], a))).toBe('input-invalid');
    expect(await code(merge([a], copy))).toBe('input-invalid');
    expect(await code(merge([join(a, 'nowhere')], into))).toBe('workspace-invalid');
    const lock = lockMerge(into);
    expect(await code(merge([a], into))).toBe('conflict');
    lock.release();
    const change = (sql: string) => {
      const database = new Database(join(copy, 'workspace.sqlite'));
      database.exec(sql);
      database.close();
    };
    change(
      "update runs set status = 'running', owner_host = 'elsewhere', heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    );
    expect(await code(merge([copy], into))).toBe('workspace-locked');
    change("update runs set status = 'done'; insert into kysely_migration values ('999-later', '2099')");
    expect(await code(merge([copy], into))).toBe('workspace-newer');
    change("delete from kysely_migration where name = '999-later' or name = '033-merges'");
    const older = await merge([copy], into).catch((error: unknown) => error);
    expect(older).toMatchObject({ code: 'conflict', message: expect.stringContaining('older version') });
    expect((await merge([a], into)).conflictCount).toBe(0);
  });
});
