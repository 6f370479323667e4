import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  abandonedChanges,
  basisOf,
  endChange,
  getChange,
  insertChange,
  listChanges,
  type NewMemoryChange,
} from '../../src-main/store/memory-changes.ts';
import { countingItems, type NewMemoryItem } from '../../src-main/store/memory-items.ts';
import { productSummaries } from '../../src-main/store/memory-overview.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { newOwner } from '../../src-main/store/owner.ts';
import { processIdentity } from '../../src-main/store/process-identity.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { inspectedProduct, productFromKey, productKey, productName } from '../../src-shared/product.ts';
import { temporaryFolder, temporaryWorkspace } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

const product = { partNumber: '4711', revision: 'B' };
const refused = (which: string) =>
  expect.objectContaining({ details: expect.objectContaining({ case: which }) });

const picture = (n: number, changes: Partial<NewMemoryItem> = {}): NewMemoryItem => ({
  kind: 'reference',
  contentHash: n.toString(16).padStart(64, '0'),
  page: null,
  range: null,
  imageId: null,
  runId: null,
  source: `/photos/${n}.png`,
  polygons: null,
  width: null,
  height: null,
  ...changes,
});
const mark = (n: number): NewMemoryItem =>
  picture(n, {
    kind: 'harmless',
    width: 64,
    height: 48,
    polygons: [
      [
        [
          [1, 1],
          [9, 1],
          [9, 9],
        ],
      ],
    ],
  });

function ask(workspace: Workspace, change: Partial<NewMemoryChange>): Promise<number> {
  return workspace.db
    .transaction()
    .execute((db) =>
      insertChange({ ...workspace, db }, { product, origin: 'hand', inspector: 'ana', ...change }),
    );
}

const found = { confirmed: 3, examined: 3, unread: 0, missed: [], error: null, at: '2026-01-01' };
const take = (workspace: Workspace, id: number) =>
  endChange(workspace, id, { isEffective: true, inspector: null, examination: found });

async function changed(workspace: Workspace, change: Partial<NewMemoryChange>) {
  const id = await ask(workspace, change);
  await take(workspace, id);
  return id;
}

const sources = async (workspace: Workspace) =>
  (await countingItems(workspace, product)).map(({ source }) => source);

describe('a product', () => {
  const recipe = { name: 'Nuts', object: 'metal nut' };
  test('is the part number in its revision, else the recipe about its object', () => {
    expect(inspectedProduct({ partNumber: ' 4711 ', revision: 'B ' }, recipe)).toEqual(product);
    expect(inspectedProduct({ partNumber: '  ', revision: 'B' }, recipe)).toEqual({
      recipeName: 'Nuts',
      object: 'metal nut',
    });
  });
  test('has a key that leads back to it, and a name', () => {
    const other = { recipeName: 'part', object: '4711' };
    for (const one of [product, other, { partNumber: 'a","b', revision: '' }]) {
      expect(productFromKey(productKey(one))).toEqual(one);
    }
    expect(productKey(other)).not.toBe(productKey({ partNumber: '4711', revision: '' }));
    expect([productName(product), productName(other)]).toEqual(['4711 B', 'part: 4711']);
    expect(productName({ partNumber: 'X', revision: '' })).toBe('X');
  });
});

describe('a change of what counts', () => {
  test('counts nothing until it is decided, then everything in it', async () => {
    const workspace = await temporaryWorkspace();
    const id = await ask(workspace, { add: [picture(1), picture(2), mark(3)] });
    expect(await sources(workspace)).toEqual([]);
    expect(await getChange(workspace, id)).toMatchObject({
      product,
      state: 'examining',
      inspector: 'ana',
      items: [{ effect: 'add' }, { effect: 'add' }, { effect: 'add' }],
    });
    expect(await take(workspace, id)).toBe(true);
    expect(await sources(workspace)).toEqual(['/photos/1.png', '/photos/2.png', '/photos/3.png']);
    expect(await getChange(workspace, id)).toMatchObject({ state: 'effective', examination: found });
    expect(await productSummaries(workspace)).toMatchObject([
      { product, references: 2, harmless: 1, counterExamples: 0, waiting: 0, examining: 0 },
    ]);
  });

  test('waits with what was found, and is dropped or let through', async () => {
    const workspace = await temporaryWorkspace();
    const [dropped, allowed] = [
      await ask(workspace, { add: [mark(1)] }),
      await ask(workspace, { add: [mark(2)] }),
    ];
    for (const id of [dropped, allowed]) {
      await endChange(workspace, id, { inspector: null, examination: found });
      expect(await getChange(workspace, id)).toMatchObject({ state: 'waiting' });
    }
    expect(await productSummaries(workspace)).toMatchObject([{ waiting: 2, harmless: 0 }]);
    await endChange(workspace, dropped, { isEffective: false, inspector: 'rita', comment: 'no' });
    await endChange(workspace, allowed, { isEffective: true, inspector: 'rita' });
    expect(await sources(workspace)).toEqual(['/photos/2.png']);
    expect(await getChange(workspace, dropped)).toMatchObject({
      state: 'rejected',
      decision: { inspector: 'rita', comment: 'no' },
    });
    await expect(take(workspace, dropped)).rejects.toEqual(refused('memory-decided'));
  });

  test('can be undone, and that again; the newest decision counts', async () => {
    const workspace = await temporaryWorkspace();
    const added = await changed(workspace, { add: [picture(1), picture(2)] });
    const [one, two] = await countingItems(workspace, product);
    const removed = await changed(workspace, { remove: [one!.id] });
    expect(await sources(workspace)).toEqual(['/photos/2.png']);
    await changed(workspace, { restore: [one!.id], undoes: removed });
    expect(await sources(workspace)).toEqual(['/photos/1.png', '/photos/2.png']);
    await changed(workspace, { remove: [one!.id, two!.id], undoes: added });
    expect(await sources(workspace)).toEqual([]);
    const all = await listChanges(workspace, { product, limit: 10 });
    expect(all.map(({ undoes }) => undoes)).toEqual([added, removed, null, null]);
    expect(await listChanges(workspace, { product, limit: 1, before: removed })).toMatchObject([
      { id: added },
    ]);
    await expect(ask(workspace, { remove: [one!.id] })).rejects.toEqual(refused('memory-changed'));
  });

  test('of two people at once, the second is told that the first was there', async () => {
    const workspace = await temporaryWorkspace();
    await changed(workspace, { add: [picture(1)] });
    const [item] = await countingItems(workspace, product);
    const both = await Promise.allSettled([
      ask(workspace, { remove: [item!.id], inspector: 'ana' }),
      ask(workspace, { remove: [item!.id], inspector: 'bo' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: refused('memory-changed'),
    });
    const adding = await Promise.allSettled([
      ask(workspace, { add: [picture(2)] }),
      ask(workspace, { add: [picture(2)] }),
    ]);
    expect(adding.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: refused('reference-known'),
    });
  });

  test('is not decided on what was examined before another change', async () => {
    const workspace = await temporaryWorkspace();
    const [first, second] = [
      await ask(workspace, { add: [mark(1)] }),
      await ask(workspace, { add: [mark(2)] }),
    ];
    const basis = await basisOf(workspace.db, product);
    const end = { isEffective: true, inspector: null, basis };
    expect(await endChange(workspace, first, end)).toBe(true);
    expect(await endChange(workspace, second, end)).toBe(false);
    expect(await getChange(workspace, second)).toMatchObject({ state: 'examining' });
    const again = { ...end, basis: await basisOf(workspace.db, product) };
    expect(await endChange(workspace, second, again)).toBe(true);
  });

  test('beyond 64 references is refused, with those that are under way', async () => {
    const workspace = await temporaryWorkspace();
    await changed(workspace, { add: Array.from({ length: 60 }, (_, n) => picture(n)) });
    await ask(workspace, { add: [picture(60), picture(61), picture(62)] });
    await expect(ask(workspace, { add: [picture(63), picture(64)] })).rejects.toMatchObject({
      code: 'conflict',
      details: { case: 'references-full', limit: 64, more: 2, free: 1 },
    });
    const last = await ask(workspace, { add: [picture(63)] });
    await expect(ask(workspace, { add: [picture(64)] })).rejects.toEqual(refused('references-full'));
    // Another product has room of its own, and one that was dropped makes room.
    await ask(workspace, { add: [picture(64)], product: { partNumber: '4711', revision: 'C' } });
    await endChange(workspace, last, { isEffective: false, inspector: 'ana' });
    await ask(workspace, { add: [picture(64)] });
  });

  test('is in the history with who asked, who decided and what it does', async () => {
    const workspace = await temporaryWorkspace();
    const id = await ask(workspace, { add: [picture(1)] });
    await endChange(workspace, id, { inspector: null, examination: found });
    await endChange(workspace, id, { isEffective: true, inspector: 'rita', comment: 'fine' });
    expect(await listAudit(workspace, { subject: 'references', subjectId: id })).toMatchObject([
      { inspector: 'rita', action: 'took effect', newValue: { comment: 'fine', missed: [] } },
      { inspector: 'ana', action: 'held' },
      { inspector: 'ana', action: 'asked', newValue: { product, added: [1] } },
    ]);
  });
});

describe.each([
  'memory_items',
  'memory_changes',
  'memory_effects',
  'memory_examinations',
  'memory_decisions',
])('%s', (table) => {
  test('cannot be changed or deleted, even with SQL', async () => {
    const workspace = await temporaryWorkspace();
    await changed(workspace, { add: [picture(1)] });
    const name = sql.table(table);
    const column = { memory_effects: 'effect', memory_examinations: 'outcome' }[table] ?? 'created_at';
    const { rows } = await sql`select * from ${name}`.execute(workspace.db);
    expect(rows).toHaveLength(1);
    await expect(sql`update ${name} set ${sql.ref(column)} = 'x'`.execute(workspace.db)).rejects.toThrow(
      'never changed',
    );
    await expect(sql`delete from ${name}`.execute(workspace.db)).rejects.toThrow('never changed');
    await expect(
      sql`insert or replace into ${name} select * from ${name}`.execute(workspace.db),
    ).rejects.toThrow();
    expect((await sql`select * from ${name}`.execute(workspace.db)).rows).toEqual(rows);
  });
});

test('a workspace from before remembers nothing, and takes what there is to remember', async () => {
  const folder = await temporaryFolder();
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '021'));
  await (await openWorkspace(folder, { create: true, migrations: before })).close();
  const workspace = await openWorkspace(folder);
  onTestFinished(() => workspace.close());
  expect(await productSummaries(workspace)).toEqual([]);
  await changed(workspace, { add: [picture(1)] });
  expect(await sources(workspace)).toEqual(['/photos/1.png']);
});

test('what a program that is gone left undecided is found; what waits, or is at work elsewhere, is not', async () => {
  const workspace = await temporaryWorkspace();
  const open = await ask(workspace, { add: [mark(1)] });
  const waiting = await ask(workspace, { add: [mark(2)] });
  await endChange(workspace, waiting, { inspector: null, examination: found });
  await changed(workspace, { add: [mark(3)] });
  // As the command line would ask for one, beside the workstation.
  const owner = {
    ...newOwner(),
    owner_pid: process.ppid,
    owner_process: processIdentity(process.ppid) ?? null,
  };
  const change = {
    product: productKey(product),
    origin: 'files' as const,
    inspector: 'bo',
    created_at: 'now',
  };
  await workspace.db
    .insertInto('memory_changes')
    .values({ ...change, ...owner })
    .execute();
  expect(await abandonedChanges(workspace)).toEqual([{ id: open, product }]);
});
