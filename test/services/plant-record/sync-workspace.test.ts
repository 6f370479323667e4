import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FollowTimes,
  followWorkspace,
  prepareRecord,
  recordRoles,
  type SyncEvent,
  syncWorkspace,
} from '../../../src-main/services/plant-record/sync-workspace.ts';
import { dashboard } from '../../../src-main/services/stats/dashboard.ts';
import { addAnnotation } from '../../../src-main/store/annotations.ts';
import { deleteBatch, updateBatch } from '../../../src-main/store/batches.ts';
import { addDisposition } from '../../../src-main/store/dispositions.ts';
import { beginPurge, purgeStep } from '../../../src-main/store/purges.ts';
import { createStudy } from '../../../src-main/store/studies.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import { hasPostgres, sharedPostgres } from '../../postgres/postgres-server.ts';
import { until } from '../../until.ts';
import { within } from '../../within-workspace.ts';
import { BreakableWay, contentOf, copied, madeUpFolder, PIN, removeFolder } from './record-fixture.ts';

describe.skipIf(!hasPostgres())('the plant’s record', () => {
  const shared = sharedPostgres();
  /** 3 batches, 2,100 results: three blocks. */
  let base: string;
  /** What a sync without any trouble makes of it. */
  let clean: Awaited<ReturnType<typeof contentOf>>;
  beforeAll(async () => {
    base = await madeUpFolder({ batches: 3, images: 700 });
    const address = await shared.server.database('clean');
    await syncWorkspace({ workspaceFolder: base, address });
    clean = await contentOf(shared.server, address);
  });
  afterAll(() => removeFolder(base));

  const figures = <Row extends object>(address: string, query: string) =>
    shared.server.ask<Row>(address, query);

  it('has every row with its values, describes every column, and knows no PIN', async () => {
    const address = shared.server.address('clean');
    await within(base, async ({ db }) => {
      for (const table of [
        'batches',
        'images',
        'runs',
        'results',
        'verdicts',
        'regions',
        'people',
      ] as const) {
        const { rows } = await sql<{
          count: number;
        }>`select count(*) as count from ${sql.table(table)}`.execute(db);
        expect(clean[table]).toHaveLength(rows[0]!.count);
      }
      const { rows } =
        await sql`select r.id, score, finished_at, timings ->> '$.total' as ms, count(g.result_id) as regions
        from results r left join regions g on g.result_id = r.id group by r.id order by r.id`.execute(db);
      const there = await figures(
        address,
        `select result_id::int as id, score, to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as finished_at,
           time_ms as ms, count(region_index)::int as regions
         from clipsam.results r left join clipsam.regions g using (workspace_id, result_id)
         group by workspace_id, result_id order by result_id`,
      );
      expect(there).toEqual(rows);
    });
    const undescribed = await figures(
      address,
      `select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where n.nspname = 'clipsam' and c.relkind in ('r', 'v')
         and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)`,
    );
    expect(undescribed).toEqual([]);
    expect(JSON.stringify(clean)).not.toContain(PIN);
  });

  it('is the same after another sync, which sends nothing', async () => {
    const address = shared.server.address('clean');
    expect(await syncWorkspace({ workspaceFolder: base, address })).toEqual({ written: 0, removed: 0 });
    expect(await contentOf(shared.server, address)).toEqual(clean);
  });

  it('has the figures of the dashboard', async () => {
    const folder = await copied(base);
    const address = await shared.server.database('dashboard');
    await within(folder, async (workspace) => {
      const { rows } = await sql<{ image: number }>`
        select image_id as image from inspected_images where run_id = 2 and human = 'reject'`.execute(
        workspace.db,
      );
      const at = { runId: 2, inspector: 'Ana' };
      const [made, withdrawn] = rows.map(({ image }) => image) as [number, number];
      await addDisposition(workspace, { ...at, imageId: made, disposition: 'rework' });
      await addVerdict(workspace, { ...at, imageId: made, verdict: 'accept', overturnReason: 'reworked' });
      await addVerdict(workspace, { ...at, imageId: withdrawn, verdict: 'withdrawn' });
      await deleteBatch(workspace, 3, true, 'Ana');
    });
    await syncWorkspace({ workspaceFolder: folder, address });
    const [all, ofPart] = await within(folder, (workspace) =>
      Promise.all([dashboard(workspace, {}, 'day'), dashboard(workspace, { partNumber: 'P-1' }, 'lot')]),
    );
    const yields = `inspected::int, good::int, nonconforming::int, undecided::int, reworked::int, first_pass_yield as "firstPass"`;
    expect(all.yield).toMatchObject({ inspected: 1400, reworked: 1 });
    expect(await figures(address, `select ${yields} from clipsam.yield_by_workspace`)).toEqual([all.yield]);
    expect(
      await figures(address, `select ${yields} from clipsam.yield_by_part where part_number = 'P-1'`),
    ).toEqual([ofPart.yield]);
    expect(await figures(address, `select ${yields} from clipsam.yield_by_lot where lot = 'L1'`)).toEqual([
      ofPart.yield,
    ]);
    expect(
      await figures(
        address,
        `select to_char(day, 'YYYY-MM-DD') as key, (good + nonconforming)::int as inspected, nonconforming::int,
           undecided::int from clipsam.yield_by_day order by day`,
      ),
    ).toEqual(
      all.pChart.points.map(({ key, inspected, nonconforming, undecided }) => ({
        ...{ key, inspected, nonconforming, undecided },
      })),
    );
    expect(
      await figures(
        address,
        `select defect_class as "defectClass", sum(images)::int as count, sum(weighted)::int as weighted
         from clipsam.defect_pareto group by 1 order by 2 desc, 1`,
      ),
    ).toEqual(all.pareto.map(({ defectClass, count, weighted }) => ({ defectClass, count, weighted })));
    const cells = await figures<{ human: 'accept'; model: 'reject'; images: number }>(
      address,
      'select human, model, sum(images)::int as images from clipsam.model_and_people group by 1, 2',
    );
    for (const { human, model, images } of cells) expect(all.confusion[human][model]).toBe(images);
    expect(cells.reduce((sum, { images }) => sum + images, 0)).toBe(all.inspected);
    const [overturned] = await figures<{ n: number }>(
      address,
      'select sum(overturned)::int as n from clipsam.model_and_people',
    );
    expect(overturned!.n).toBe(all.overturned);
    const [false_] = await figures<{ listed: number; counted: number }>(
      address,
      `select (select count(*) from clipsam.false_positives)::int as listed,
         (select sum(false_positives) from clipsam.false_positive_rates)::int as counted`,
    );
    expect(false_).toEqual({ listed: all.confusion.accept.reject, counted: all.confusion.accept.reject });
  });

  it('takes over what was changed, added, deleted, and removed for good', async () => {
    const folder = await copied(base);
    const address = await shared.server.database('changes');
    await within(folder, ({ db }) =>
      sql`update results set status = 'failed', score = null, verdict = null, error_code = 'image-unreadable',
        error_message = 'cut off' where id = 1500`.execute(db),
    );
    await syncWorkspace({ workspaceFolder: folder, address });
    const hostile = 'a\0b \\u0000 \ud800 缺陷 \'"';
    await within(folder, async (workspace) => {
      await updateBatch(workspace, 1, { name: hostile, lot: 'L-new' }, 'Ana');
      await sql`update results set status = 'done', score = 0.25, verdict = 'accept', error_code = null,
        error_message = null where id = 1500`.execute(workspace.db);
      const polygons = [[[[1, 1], [5, 1], [5, 5]]]] as const; // biome-ignore format: one shape
      await addAnnotation(workspace, {
        ...{ runId: 1, imageId: 5, kind: 'missed-defect', regionIndex: null, defectClass: 'crack' },
        ...{ polygons, comment: '', inspector: 'Ana' },
      });
      const study = { batchId: 1, name: 'Gauge', rounds: 2, seed: 'x', inspector: 'Ana' };
      await createStudy(workspace, study, [1, 2, 3]);
      await deleteBatch(workspace, 2, true, 'Ana');
      await beginPurge(workspace, 2, 'Ana');
      while ((await purgeStep(workspace, 2)) !== undefined);
    });
    const outcome = await syncWorkspace({ workspaceFolder: folder, address });
    // The batch with its run, 700 images, 700 results and 735 verdicts.
    expect(outcome).toEqual({ written: 4, removed: 2 + 700 + 700 + 735 });
    const [row] = await figures<object>(
      address,
      `select (select name from clipsam.batches where batch_id = 1) as name,
         (select score from clipsam.results where result_id = 1500) as score,
         (select polygons from clipsam.annotations) as polygons,
         (select count(*) from clipsam.study_images)::int as studied,
         (select deleted_at is not null from clipsam.batches where batch_id = 2) as deleted,
         (select count(*) from clipsam.results where deleted_at is not null)::int as gone,
         (select count(*) from clipsam.regions g join clipsam.results r using (workspace_id, result_id)
           where (r.deleted_at is null) <> (g.deleted_at is null))::int as apart,
         (select sum(inspected) from clipsam.yield_by_part)::int as inspected`,
    );
    expect(row).toEqual({
      name: 'a\ufffdb \\ufffd \ufffd 缺陷 \'"',
      score: 0.25,
      polygons: [[[[1, 1], [5, 1], [5, 5]]]], // biome-ignore format: one shape
      ...{ studied: 3, deleted: true, gone: 700, apart: 0, inspected: 1400 },
    });
  });

  it('is whole after the way broke at any byte, and the next sync', async () => {
    const folder = await copied(base);
    const way = await BreakableWay.to(shared.server.port);
    const through = (database: string) =>
      shared.server.address(database).replace(`:${shared.server.port}/`, `:${way.port}/`);
    await shared.server.database('measured');
    await prepareRecord(shared.server.address('measured'));
    await syncWorkspace({ workspaceFolder: folder, address: through('measured') });
    const bytes = way.sent;
    await shared.server.database('broken');
    const points = 12;
    for (let i = 1; i <= points; i++) {
      way.breakAfter(Math.floor((bytes * i) / (points + 1)));
      const broken = syncWorkspace({ workspaceFolder: folder, address: through('broken') });
      // What an earlier try has brought over is not sent again, so the last ones may end before the break.
      await broken.catch((error) => expect(error).toMatchObject({ code: 'record-unreachable' }));
    }
    way.mend();
    await syncWorkspace({ workspaceFolder: folder, address: through('broken') });
    expect(await contentOf(shared.server, shared.server.address('broken'))).toEqual(clean);
  });

  it('is whole after the program was killed, and the next sync', async () => {
    const folder = await copied(base);
    const address = await shared.server.database('killed');
    for (const count of [1, 6, 9]) {
      const child = fileURLToPath(new URL('./sync-child.ts', import.meta.url));
      const killed = spawn(process.execPath, [child, folder, address, String(count)], { stdio: 'ignore' });
      const signal = await new Promise((resolve) => killed.on('exit', (_, by) => resolve(by)));
      expect(signal).toBe('SIGKILL');
    }
    await syncWorkspace({ workspaceFolder: folder, address });
    expect(await contentOf(shared.server, address)).toEqual(clean);
  });

  it('follows: says that PostgreSQL is away, catches up, and has what is added within a look', async () => {
    const folder = await copied(base);
    const address = await shared.server.database('followed');
    const times: FollowTimes = { look: 20, quiet: 60_000, full: 3_600_000, retry: [20, 100] };
    const abort = new AbortController();
    const kinds: string[] = [];
    let synced = 0;
    const onEvent = (event: SyncEvent) => {
      if (event.kind !== 'progress') kinds.push(event.kind);
      if (event.kind === 'synced') synced++;
      // The server dies while the first sync is at work.
      if (event.kind === 'progress' && event.progress.table === 'results' && event.progress.done === 1)
        dying ??= die();
    };
    let dying: Promise<void> | undefined;
    const die = async () => {
      await shared.server.stop('immediate');
      await until(() => kinds.includes('away'));
      await shared.server.start();
    };
    const following = followWorkspace(
      { workspaceFolder: folder, address, signal: abort.signal, onEvent },
      times,
    ).catch((error) => error);
    await until(() => synced === 1);
    await dying;
    expect(kinds[0]).toBe('away');
    expect(kinds.at(-2)).toBe('back');
    expect(await contentOf(shared.server, address)).toEqual(clean);
    await within(folder, (workspace) =>
      addVerdict(workspace, {
        ...{ runId: 2, imageId: 1000, verdict: 'uncertain', inspector: 'Ana' },
      }),
    );
    const count = async () => (await contentOf(shared.server, address)).verdicts!.length;
    await until(async () => (await count()) === clean.verdicts!.length + 1);
    abort.abort();
    expect(await following).toMatchObject({ code: 'cancelled' });
  });

  it('takes several workspaces, and several programs with one of them, at once', async () => {
    const other = await madeUpFolder({ batches: 2, images: 30 });
    try {
      const [folder, address] = [await copied(base), await shared.server.database('several')];
      const folders = [folder, other, folder];
      await Promise.all(folders.map((workspaceFolder) => syncWorkspace({ workspaceFolder, address })));
      const content = await contentOf(shared.server, address);
      const id = await within(folder, async (workspace) => workspace.id);
      const own = Object.entries(content).map(([table, rows]) => [
        table,
        rows.filter((row) => JSON.parse(row).workspace_id === id),
      ]);
      expect(Object.fromEntries(own)).toEqual(clean);
      expect(content.results).toHaveLength(2100 + 60);
      const [sum] = await figures<{ n: number }>(
        address,
        'select sum(inspected)::int as n from clipsam.yield_by_part',
      );
      expect(sum!.n).toBe(2100 + 60);
    } finally {
      await removeFolder(other);
    }
  });

  it('refuses another copy of a workspace until somebody says that it counts', async () => {
    const [folder, address] = [await copied(base), await shared.server.database('copies')];
    const older = await copied(folder);
    await within(folder, (workspace) => updateBatch(workspace, 1, { name: 'newer' }, 'Ana'));
    await syncWorkspace({ workspaceFolder: folder, address });
    await expect(syncWorkspace({ workspaceFolder: older, address })).rejects.toMatchObject({
      code: 'record-refused',
      message: expect.stringContaining('--replace'),
    });
    const name = async () =>
      (await figures<{ name: string }>(address, 'select name from clipsam.batches where batch_id = 1'))[0]!
        .name;
    expect(await name()).toBe('newer');
    await syncWorkspace({ workspaceFolder: older, address, replace: true });
    expect(await name()).toBe('Batch 0');
  });

  it('is written and read by roles that may do no more, and tells no password', async () => {
    const owner = await shared.server.database('roles');
    await prepareRecord(owner);
    await shared.server.ask(owner, recordRoles());
    await shared.server.ask(owner, 'create role station login in role clipsam_writer');
    await shared.server.ask(owner, 'create role bi login in role clipsam_reader');
    const [station, bi] = ['station', 'bi'].map((user) =>
      shared.server.address('roles', user, 'geheim-4711'),
    );
    const folder = await copied(base);
    await syncWorkspace({ workspaceFolder: folder, address: station! });
    expect(await contentOf(shared.server, owner)).toEqual(clean);
    expect(await figures(bi!, 'select * from clipsam.yield_by_part')).toHaveLength(3);
    const denied = async (address: string, statement: string) =>
      expect(shared.server.ask(address, statement)).rejects.toThrow(/permission denied|must be owner/);
    await denied(station!, 'delete from clipsam.verdicts');
    await denied(station!, 'truncate clipsam.regions');
    await denied(station!, 'drop table clipsam.regions');
    await denied(station!, 'create table clipsam.own (id int)');
    await denied(station!, 'create schema own');
    await denied(station!, 'insert into clipsam.schema_version values (2)');
    await denied(bi!, 'update clipsam.batches set name = name');
    await denied(bi!, 'insert into clipsam.people (workspace_id, person_id) values (1, 1)');
    const refused = await syncWorkspace({ workspaceFolder: folder, address: bi! }).catch((error) => error);
    expect(refused).toMatchObject({
      code: 'record-refused',
      message: expect.stringContaining('--role-script'),
    });
    expect(JSON.stringify([refused.message, String(refused.cause?.stack)])).not.toContain('geheim-4711');
  });

  it('holds 20,000 results', async () => {
    const folder = await madeUpFolder({ batches: 20, images: 1000 });
    try {
      const address = await shared.server.database('large');
      await syncWorkspace({ workspaceFolder: folder, address });
      const there = await figures(
        address,
        `select count(*)::int as results, sum((score * 1000)::int)::int as scores,
           (select count(*) from clipsam.sync_blocks where table_name = 'results')::int as blocks
         from clipsam.results`,
      );
      const { rows } = await within(folder, ({ db }) =>
        sql`select count(*) as results, sum(round(score * 1000)) as scores, 21 as blocks from results`.execute(
          db,
        ),
      );
      expect(there).toEqual(rows);
      expect(await syncWorkspace({ workspaceFolder: folder, address })).toEqual({ written: 0, removed: 0 });
    } finally {
      await removeFolder(folder);
    }
  });
});
