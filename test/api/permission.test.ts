import { createRouterClient } from '@orpc/server';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createRouter } from '../../src-main/api/router.ts';
import { scryptPins } from '../../src-main/services/people/pin.ts';
import type { AuditSubject } from '../../src-shared/audit-words.ts';
import { contract } from '../../src-shared/contract/index.ts';
import { type Action, LEAST_ROLE, mayDo } from '../../src-shared/permissions.ts';
import { SIGNS_OF_LIFE_EVERY } from '../../src-shared/roles.ts';
import { typedScale } from '../../src-shared/scale.ts';
import { listAudit } from '../store/history-fixture.ts';
import {
  drain,
  type FakeWorkstation,
  fakeWorkstation,
  importedBatch,
  inspected,
} from './workstation-fixture.ts';

const refused = (code: string, which?: string) =>
  expect.objectContaining({
    code: 'CLIPSAM',
    data: expect.objectContaining({
      code,
      ...(which && { details: expect.objectContaining({ case: which }) }),
    }),
  });
const PINS = { Eva: '1111', Rita: '2222', Otto: '3333', Olga: '4444' } as const;
type Name = keyof typeof PINS;

/** A window's connection of its own, signed in where a name is given. */
async function connect({ workstation }: FakeWorkstation, name?: Name) {
  const client = createRouterClient(createRouter(workstation), { context: { connection: { token: null } } });
  const token = name && (await client.people.signIn({ name, pin: PINS[name] })).token;
  return { client, token: token ?? '' };
}

/** A batch with results, then an engineer, a reviewer and two operators. */
async function withPeople() {
  // What a second harmless mark would silence.
  const fake = await fakeWorkstation({
    rescore: (_key, comparison) => (comparison!.harmless.length > 1 ? 0.1 : 0.9),
  });
  const { batchId, imageIds } = await importedBatch(fake, 2);
  const { run } = await inspected(fake, batchId);
  const open = await connect(fake);
  await open.client.people.add({ name: 'Eva', role: 'engineer', pin: PINS.Eva, inspector: 'ana' });
  const eva = await connect(fake, 'Eva');
  const add = (name: Name, role: 'operator' | 'reviewer') =>
    eva.client.people.add({ name, role, pin: PINS[name], inspector: 'Eva' });
  await add('Rita', 'reviewer');
  await add('Otto', 'operator');
  await add('Olga', 'operator');
  return { fake, batchId, imageIds, runId: run.id, eva: eva.client, open: open.client };
}

test('the table knows every procedure of the contract; what has an inspector takes a role', () => {
  const procedures = Object.entries(contract).flatMap(([group, all]) =>
    Object.keys(all).map((name) => `${group}.${name}`),
  );
  expect(Object.keys(LEAST_ROLE)).toEqual(expect.arrayContaining(procedures));
  expect(authored()).toContain('review.judge');
  expect(authored().filter((action) => LEAST_ROLE[action] === null)).toEqual([]);
  expect(mayDo('operator', 'batches.archive')).toBe(false);
  expect(mayDo('reviewer', 'batches.archive')).toBe(true);
  expect(mayDo('reviewer', 'recipes.save')).toBe(false);
  expect(mayDo('reviewer', 'batches.changeSampleRange')).toBe(false);
  expect(mayDo('engineer', 'batches.archive')).toBe(true);
  expect(mayDo('operator', 'batches.list')).toBe(true);
});

/** Every procedure that says who does it. */
function authored(): Action[] {
  return Object.entries(contract).flatMap(([group, all]) =>
    Object.entries(all)
      .filter(([, procedure]) => {
        const schema: unknown = procedure['~orpc'].inputSchema;
        return schema instanceof z.ZodObject && 'inspector' in schema.shape;
      })
      .map(([name]) => `${group}.${name}` as Action),
  );
}

test('without people everybody does everything under any name', async () => {
  const { client } = await fakeWorkstation();
  const { id } = await client.batches.create({ metadata: { name: 'A' }, inspector: 'whoever' });
  await client.batches.delete({ id, deleted: true, inspector: 'another' });
  await expect(
    client.people.add({ name: 'Otto', role: 'operator', pin: '1234', inspector: 'ana' }),
  ).rejects.toEqual(refused('input-invalid', 'first-engineer'));
  await expect(
    client.people.add({ name: 'Eva', role: 'engineer', pin: '123', inspector: 'ana' }),
  ).rejects.toEqual(refused('input-invalid'));
});

describe('with people', () => {
  test('who did not sign in reads, and changes nothing', async () => {
    const { open, batchId, imageIds, runId, fake } = await withPeople();
    expect(await open.batches.list({})).toHaveLength(1);
    expect((await open.review.table({ batchId })).columns.imageId).toEqual(imageIds);
    expect(await open.people.list()).toHaveLength(4);
    const judge = { runId, imageId: imageIds[0]!, verdict: 'uncertain', inspector: 'Eva' } as const;
    const signIn = refused('sign-in-required');
    await expect(open.review.judge(judge)).rejects.toEqual(signIn);
    await expect(open.app.clearCache()).rejects.toEqual(signIn);
    await expect(open.device.choose({ device: 'cpu' })).rejects.toEqual(signIn);
    await expect(
      open.people.add({ name: 'Mallory', role: 'engineer', pin: '0000', inspector: 'Eva' }),
    ).rejects.toEqual(signIn);
    // Nor a call that came over no connection at all.
    await expect(fake.client.review.judge(judge)).rejects.toEqual(signIn);
    expect((await open.review.remarks({ imageId: imageIds[0]!, runId })).verdicts).toEqual([]);
  });

  test('one connection signed in leaves the others as they are; signing out and a token of before work', async () => {
    const { fake } = await withPeople();
    const otto = await connect(fake, 'Otto');
    const create = { metadata: { name: 'B' }, inspector: 'Otto' };
    await otto.client.batches.create(create);
    const other = await connect(fake);
    await expect(other.client.batches.create(create)).rejects.toEqual(refused('sign-in-required'));
    expect(await other.client.people.resume({ token: 'guessed' })).toBeNull();
    expect(await other.client.people.resume({ token: otto.token })).toEqual({
      name: 'Otto',
      role: 'operator',
    });
    await other.client.batches.create(create);
    await other.client.people.signOut();
    await expect(other.client.batches.create(create)).rejects.toEqual(refused('sign-in-required'));
    expect(await other.client.people.resume({ token: otto.token })).toBeNull();
  });

  test("nobody acts in another's name, not even an engineer", async () => {
    const { eva, fake, imageIds, runId } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const spoofed = refused('not-permitted', 'other-inspector');
    const judge = { runId, imageId: imageIds[0]!, verdict: 'uncertain' } as const;
    await expect(otto.review.judge({ ...judge, inspector: 'Rita' })).rejects.toEqual(spoofed);
    await expect(otto.review.judge({ ...judge, inspector: 'otto' })).rejects.toEqual(spoofed);
    await expect(eva.review.judge({ ...judge, inspector: 'Otto' })).rejects.toEqual(spoofed);
    await expect(otto.imports.start({ id: 1, paths: ['/x'], inspector: 'Eva' })).rejects.toEqual(spoofed);
    expect(await otto.review.judge({ ...judge, inspector: 'Otto' })).toMatchObject({ inspector: 'Otto' });
  });

  test('each role does its own and not more', async () => {
    const { eva, fake, batchId: id } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const { client: rita } = await connect(fake, 'Rita');
    const recipe = { ...(await otto.recipes.default({})), name: 'Laxer' };
    const engineers = refused('not-permitted', 'needs-engineer');
    await expect(otto.batches.archive({ id, archived: true, inspector: 'Otto' })).rejects.toEqual(
      refused('not-permitted', 'needs-reviewer'),
    );
    await rita.batches.archive({ id, archived: true, inspector: 'Rita' });
    for (const [client, inspector] of [
      [otto, 'Otto'],
      [rita, 'Rita'],
    ] as const) {
      await expect(client.recipes.save({ recipe, parentHash: null, inspector })).rejects.toEqual(engineers);
      await expect(client.batches.delete({ id, deleted: true, inspector })).rejects.toEqual(engineers);
      await expect(client.batches.purge({ id: null, inspector })).rejects.toEqual(engineers);
      await expect(client.device.choose({ device: 'cpu' })).rejects.toEqual(engineers);
      await expect(
        client.people.changeRole({ name: inspector, role: 'engineer', inspector }),
      ).rejects.toEqual(engineers);
      await expect(client.people.resetPin({ name: 'Eva', pin: '0000', inspector })).rejects.toEqual(
        engineers,
      );
    }
    expect(await eva.recipes.save({ recipe, parentHash: null, inspector: 'Eva' })).toMatchObject({
      inspector: 'Eva',
    });
    await eva.batches.delete({ id, deleted: true, inspector: 'Eva' });
  });

  test("over another's verdict or annotation goes a reviewer, not an operator", async () => {
    const { fake, imageIds, runId } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const { client: olga } = await connect(fake, 'Olga');
    const { client: rita } = await connect(fake, 'Rita');
    const at = { runId, imageId: imageIds[0]! };
    await otto.review.judge({ ...at, verdict: 'uncertain', inspector: 'Otto' });
    await otto.review.judge({ ...at, verdict: 'uncertain', comment: 'look again', inspector: 'Otto' });
    for (const verdict of ['uncertain', 'withdrawn'] as const)
      await expect(olga.review.judge({ ...at, verdict, inspector: 'Olga' })).rejects.toEqual(
        refused('not-permitted', 'judged-by-other'),
      );
    await rita.review.judge({ ...at, verdict: 'withdrawn', inspector: 'Rita' });
    // What was taken back stands in nobody's way.
    await olga.review.judge({ ...at, verdict: 'uncertain', inspector: 'Olga' });
    const polygons = [
      [
        [
          [0, 0],
          [9, 0],
          [9, 9],
        ],
      ],
    ] as [number, number][][][];
    const annotation = { ...at, kind: 'missed-defect', regionIndex: null, polygons } as const;
    const { id } = await otto.review.annotate({ ...annotation, inspector: 'Otto' });
    const own = await olga.review.annotate({ ...annotation, inspector: 'Olga' });
    await expect(olga.review.retract({ id, inspector: 'Olga' })).rejects.toEqual(
      refused('not-permitted', 'marked-by-other'),
    );
    await olga.review.retract({ id: own.id, inspector: 'Olga' });
    await rita.review.retract({ id, inspector: 'Rita' });
  });

  test('nobody answers a blind inspection for another; setting one up and its results are a reviewer’s', async () => {
    const { fake, batchId } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const { client: rita } = await connect(fake, 'Rita');
    const study = { batchId, name: 'Gauge', size: 20, rounds: 2 };
    await expect(otto.studies.create({ ...study, inspector: 'Otto' })).rejects.toEqual(
      refused('not-permitted', 'needs-reviewer'),
    );
    const { id } = (await rita.studies.create({ ...study, inspector: 'Rita' })).study;
    const spoofed = refused('not-permitted', 'other-inspector');
    const { image } = await otto.studies.next({ id, inspector: 'Otto' });
    const answer = { id, imageId: image!.id, verdict: 'accept', milliseconds: 900 } as const;
    await expect(otto.studies.next({ id, inspector: 'Rita' })).rejects.toEqual(spoofed);
    await expect(otto.studies.judge({ ...answer, inspector: 'Rita' })).rejects.toEqual(spoofed);
    await expect(rita.studies.judge({ ...answer, inspector: 'Otto' })).rejects.toEqual(spoofed);
    await expect(rita.studies.takeBack({ id, inspector: 'Otto' })).rejects.toEqual(spoofed);
    await otto.studies.judge({ ...answer, inspector: 'Otto' });
    const [row] = await otto.studies.list({ batchId });
    expect(row?.inspectors).toEqual([{ inspector: 'Otto', done: 1, total: 4 }]);
    // Asking in the name of somebody who did not begin is no way to see the results early.
    await expect(otto.studies.results({ id, inspector: 'Rita' })).rejects.toEqual(
      refused('not-permitted', 'needs-reviewer'),
    );
    await expect(rita.studies.results({ id, inspector: 'Otto' })).rejects.toEqual(spoofed);
    expect((await rita.studies.results({ id, inspector: 'Rita' })).pending).toHaveLength(1);
  });

  test('whoever is signed in changes their PIN, with the present one; windows sign out as an engineer says', async () => {
    const { eva, fake, open } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const { client: elsewhere } = await connect(fake, 'Otto');
    const batch = { metadata: { name: 'B' }, inspector: 'Otto' };
    const change = { present: PINS.Otto, pin: '9876' };
    await expect(open.people.changePin({ ...change, inspector: 'Otto' })).rejects.toEqual(
      refused('sign-in-required'),
    );
    await expect(eva.people.changePin({ ...change, inspector: 'Otto' })).rejects.toEqual(
      refused('not-permitted', 'other-inspector'),
    );
    await expect(otto.people.changePin({ ...change, present: '0000', inspector: 'Otto' })).rejects.toEqual(
      refused('not-permitted', 'pin-wrong'),
    );
    await otto.people.changePin({ ...change, inspector: 'Otto' });
    await otto.batches.create(batch);
    await expect(elsewhere.batches.create(batch)).rejects.toEqual(refused('sign-in-required'));
    await expect(otto.people.changeIdleMinutes({ minutes: null, inspector: 'Otto' })).rejects.toEqual(
      refused('not-permitted', 'needs-engineer'),
    );
    await expect(eva.people.changeIdleMinutes({ minutes: 0, inspector: 'Eva' })).rejects.toEqual(
      refused('input-invalid'),
    );
    await eva.people.changeIdleMinutes({ minutes: 15, inspector: 'Eva' });
    expect(await open.people.idleMinutes()).toBe(15);
  });

  test('who gets another role, a new PIN or is removed has to sign in anew, and every window hears of it', async () => {
    const { eva, fake, batchId: id } = await withPeople();
    const first = await connect(fake, 'Otto');
    const archive = { id, archived: true, inspector: 'Otto' };
    const events = fake.workstation.hub.subscribe();
    await eva.people.changeRole({ name: 'Otto', role: 'reviewer', inspector: 'Eva' });
    expect(await events.next()).toEqual({ kind: 'people' });
    events.close();
    await expect(first.client.batches.archive(archive)).rejects.toEqual(refused('sign-in-required'));
    const { client: otto } = await connect(fake, 'Otto');
    await otto.batches.archive(archive);
    await eva.people.resetPin({ name: 'Otto', pin: PINS.Otto, inspector: 'Eva' });
    await expect(otto.batches.archive(archive)).rejects.toEqual(refused('sign-in-required'));
    const again = await connect(fake, 'Otto');
    await eva.people.remove({ name: 'Otto', inspector: 'Eva' });
    await expect(again.client.batches.archive(archive)).rejects.toEqual(refused('sign-in-required'));
    expect(await again.client.people.resume({ token: again.token })).toBeNull();
    await expect(eva.people.remove({ name: 'Eva', inspector: 'Eva' })).rejects.toEqual(
      refused('conflict', 'last-engineer'),
    );
  });

  test('what is allowed when it is asked for and not any more when it is written is not written', async () => {
    const { fake, eva, batchId, imageIds, runId } = await withPeople();
    const { workstation } = fake;
    const { workspace, people } = workstation;
    const recipe = { ...(await eva.recipes.default({})), name: 'Laxer' };
    const old = await eva.batches.create({ metadata: { name: 'Old' }, inspector: 'Eva' });
    await eva.batches.delete({ id: old.id, deleted: true, inspector: 'Eva' });
    const { study } = await eva.studies.create({
      batchId,
      name: 'Gauge',
      size: 20,
      rounds: 2,
      inspector: 'Eva',
    });
    const turn = await eva.studies.next({ id: study.id, inspector: 'Eva' });
    const at = { runId, imageId: imageIds[0]! };
    const ring: [number, number][] = [
      [0, 0],
      [9, 0],
      [9, 9],
    ];
    const annotation = { ...at, kind: 'missed-defect', regionIndex: null, polygons: [[ring]] } as const;
    const { id: annotationId } = await eva.review.annotate({ ...annotation, inspector: 'Eva' });
    const accept = { verdict: 'accept', overturnReason: 'dust', inspector: 'Eva' } as const;
    await eva.review.judge({ ...at, ...accept });
    const { id: changeId, items } = await eva.references.add({ images: [at], inspector: 'Eva' });
    await expect.poll(() => eva.references.proposals()).toEqual([]);
    // The mark that was learnt from that, and another one, would silence a confirmed defect.
    await eva.review.judge({ runId, imageId: imageIds[1]!, verdict: 'reject', inspector: 'Eva' });
    const mark = { ...at, as: 'harmless', regionIndex: 1 } as const;
    const { id: markId } = await eva.references.mark({ ...mark, inspector: 'Eva' });
    await expect.poll(() => eva.references.proposals()).toMatchObject([{ id: markId, state: 'waiting' }]);
    const company = { name: 'ACME', address: '', logo: null };
    const reportOptions = { template: 'summary', runId, company } as const;
    await drain(await eva.reports.make({ options: reportOptions, inspector: 'Eva' }));
    const [{ id: reportId } = { id: 0 }] = await eva.reports.list({});
    // A run that its program left half done.
    await sql`update runs set status = 'interrupted' where id = ${runId}`.execute(workspace.db);
    const { client: again } = await connect(fake, 'Eva');
    const inspector = 'Eva';
    const calls: Partial<Record<Action, () => Promise<unknown>>> = {
      'batches.create': () => again.batches.create({ metadata: { name: 'New' }, inspector }),
      'batches.update': () => again.batches.update({ id: batchId, changes: { lot: '8' }, inspector }),
      'batches.changeSampleRange': () =>
        again.batches.changeSampleRange({
          ...{ id: batchId, kind: 'integer', inspector },
          range: { low: 0, high: 4095 },
        }),
      'batches.changeScale': () =>
        again.batches.changeScale({ id: batchId, scale: typedScale(0.05), inspector }),
      'batches.archive': () => again.batches.archive({ id: batchId, archived: true, inspector }),
      'batches.delete': () => again.batches.delete({ id: batchId, deleted: true, inspector }),
      'batches.purge': async () => drain(await again.batches.purge({ id: old.id, inspector })),
      'imports.start': async () =>
        drain(await again.imports.start({ id: batchId, paths: ['/x'], inspector })),
      'runs.start': () => again.runs.start({ batchId, inspector }),
      'runs.resume': () => again.runs.resume({ id: runId, inspector }),
      'review.judge': () => again.review.judge({ ...at, verdict: 'uncertain', inspector }),
      'review.annotate': () => again.review.annotate({ ...annotation, inspector }),
      'review.retract': () => again.review.retract({ id: annotationId, inspector }),
      'recipes.save': () => again.recipes.save({ recipe, parentHash: null, inspector }),
      'references.add': () => again.references.add({ images: [at], inspector }),
      'references.remove': () => again.references.remove({ items: [items[0]!.item.id], inspector }),
      'references.mark': () => again.references.mark({ ...mark, inspector }),
      'references.undo': () => again.references.undo({ id: changeId, inspector }),
      'references.approve': () => again.references.approve({ id: markId, inspector }),
      'references.reject': () => again.references.reject({ id: markId, inspector }),
      'areas.save': () =>
        again.areas.save({
          product: { partNumber: '4711', revision: '' },
          after: 0,
          draft: { width: 9, height: 9, include: [], ignore: [], part: null },
          inspector,
        }),
      'backups.changeSettings': () => again.backups.changeSettings({ settings: null, inspector }),
      'backups.run': async () => drain(await again.backups.run({ inspector })),
      'backups.changeRetention': () => again.backups.changeRetention({ days: 30, inspector }),
      'backups.mend': async () => drain(await again.backups.mend({ inspector })),
      'packs.changeSettings': () => again.packs.changeSettings({ proxy: 'http://proxy:3128', inspector }),
      'studies.create': () => again.studies.create({ batchId, name: 'B', size: 20, rounds: 2, inspector }),
      'studies.judge': () =>
        again.studies.judge({
          id: study.id,
          imageId: turn.image!.id,
          verdict: 'accept',
          milliseconds: 1,
          inspector,
        }),
      'studies.takeBack': () => again.studies.takeBack({ id: study.id, inspector }),
      'reports.changeCompany': () =>
        again.reports.changeCompany({ company: { name: 'Mallory & Co', address: '' }, inspector }),
      'reports.make': async () => drain(await again.reports.make({ options: reportOptions, inspector })),
      'reports.revise': async () =>
        drain(await again.reports.revise({ id: reportId, reason: 'again', inspector })),
      'reports.dispose': () => again.reports.dispose({ ...at, disposition: 'scrap', inspector }),
      'lots.begin': () => again.lots.begin({ batchId, size: 3, limits: { major: 4 }, inspector }),
      'lots.dispose': () => again.lots.dispose({ id: 1, disposition: 'cancelled', comment: 'no', inspector }),
      'people.changePin': () => again.people.changePin({ present: PINS.Eva, pin: '0000', inspector }),
      'people.changeIdleMinutes': () => again.people.changeIdleMinutes({ minutes: 5, inspector }),
      'people.add': () => again.people.add({ name: 'Mallory', role: 'engineer', pin: '0000', inspector }),
      'people.changeRole': () => again.people.changeRole({ name: 'Otto', role: 'engineer', inspector }),
      'people.resetPin': () => again.people.resetPin({ name: 'Otto', pin: '0000', inspector }),
      'people.remove': () => again.people.remove({ name: 'Otto', inspector }),
    };
    // These read, or end and put aside what goes on; a pack is checked before it appears or goes (`pack-imports.test.ts`,
    // `remove-pack.test.ts`); who signs is asked for their PIN (`sign.test.ts`).
    const others: readonly Action[] = [
      'follow.start',
      'follow.stop',
      'imports.dismiss',
      'runs.pause',
      'runs.cancel',
      'packs.add',
      'packs.resume',
      'packs.install',
      'packs.remove',
      'signatures.sign',
      'signatures.withdraw',
      'studies.next',
      'studies.results',
      'studies.exportAnswers',
      'reports.preview',
      'reports.save',
      // They write no row of the database.
      'uploads.begin',
      'uploads.finish',
      'uploads.discard',
    ];
    expect([...Object.keys(calls), ...others].sort()).toEqual(authored().sort());
    const ask = people.acting.bind(people);
    const changed = async () => {
      const { rows } = await sql<{ n: number }>`select total_changes() as n`.execute(workspace.db);
      return rows[0]!.n;
    };
    for (const [action, call] of Object.entries(calls)) {
      let before = 0;
      vi.spyOn(people, 'acting').mockImplementationOnce(async (...given) => {
        const acting = await ask(...given);
        // Their PIN is reset from the command line at this moment, to the same one.
        await sql`update people set epoch = epoch + 1 where name = 'Eva'`.execute(workspace.db);
        before = await changed();
        return acting;
      });
      await expect(call(), action).rejects.toEqual(refused('sign-in-required'));
      expect([action, await changed()]).toEqual([action, before]);
      // Sign in anew on the same connection.
      await again.people.signIn({ name: 'Eva', pin: PINS.Eva });
    }
  });

  test('a verdict that somebody else gives at the same moment is not gone over by an operator', async () => {
    const { fake, imageIds, runId } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const { client: olga } = await connect(fake, 'Olga');
    const at = { runId, imageId: imageIds[0]!, verdict: 'uncertain' } as const;
    const both = await Promise.allSettled([
      otto.review.judge({ ...at, inspector: 'Otto' }),
      olga.review.judge({ ...at, inspector: 'Olga' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: refused('not-permitted', 'judged-by-other'),
    });
  });

  test('an operator changes what a product remembers; letting through what the guard holds is for reviewers', async () => {
    const { fake, imageIds, runId } = await withPeople();
    const { client: otto } = await connect(fake, 'Otto');
    const { client: olga } = await connect(fake, 'Olga');
    const { client: rita } = await connect(fake, 'Rita');
    const accept = { verdict: 'accept', overturnReason: 'dust', inspector: 'Otto' } as const;
    await otto.review.judge({ runId, imageId: imageIds[0]!, ...accept });
    await expect.poll(() => otto.references.proposals()).toEqual([]);
    await otto.review.judge({ runId, imageId: imageIds[1]!, verdict: 'reject', inspector: 'Otto' });
    const mark = { runId, imageId: imageIds[0]!, as: 'harmless', regionIndex: 1, inspector: 'Otto' } as const;
    const ids = [(await otto.references.mark(mark)).id, (await otto.references.mark(mark)).id] as const;
    const states = async () => (await otto.references.proposals()).map(({ state }) => state);
    await expect.poll(states).toEqual(['waiting', 'waiting']);
    await expect(otto.references.approve({ id: ids[0], inspector: 'Otto' })).rejects.toEqual(
      refused('not-permitted', 'needs-reviewer'),
    );
    await expect(olga.references.reject({ id: ids[0], inspector: 'Olga' })).rejects.toEqual(
      refused('not-permitted', 'asked-by-other'),
    );
    expect(await otto.references.reject({ id: ids[0], inspector: 'Otto' })).toMatchObject({
      state: 'rejected',
      decision: { inspector: 'Otto' },
    });
    expect(await rita.references.approve({ id: ids[1], inspector: 'Rita' })).toMatchObject({
      state: 'effective',
      inspector: 'Otto',
      decision: { inspector: 'Rita' },
    });
  });

  test('a session that nobody uses is over on every connection, unless its window says that somebody is there', async () => {
    const clock = { steady: 0 };
    const clocks = { steady: () => clock.steady, wall: () => 0 };
    const fake = await fakeWorkstation({}, { signIn: { pins: scryptPins(16), clocks } });
    const open = await connect(fake);
    await open.client.people.add({ name: 'Eva', role: 'engineer', pin: PINS.Eva, inspector: 'ana' });
    const { client: eva, token } = await connect(fake, 'Eva');
    await eva.people.changeIdleMinutes({ minutes: 1, inspector: 'Eva' });
    clock.steady += 60_000;
    expect(await eva.people.stay()).toEqual({ name: 'Eva', role: 'engineer' });
    clock.steady += 60_000;
    await eva.batches.create({ metadata: { name: 'A' }, inspector: 'Eva' });
    clock.steady += 60_000;
    // Reading, and asking whose session it is, is what windows do by themselves.
    await eva.batches.list({});
    expect(await open.client.people.resume({ token })).not.toBeNull();
    clock.steady += SIGNS_OF_LIFE_EVERY;
    expect(await eva.people.stay()).toBeNull();
    await expect(eva.batches.create({ metadata: { name: 'B' }, inspector: 'Eva' })).rejects.toEqual(
      refused('sign-in-required'),
    );
    expect(await open.client.people.resume({ token })).toBeNull();
  });

  test('the history tells of device choices and exports with who made them', async () => {
    const { eva, fake, runId } = await withPeople();
    await eva.device.choose({ device: 'auto' });
    const { client: otto } = await connect(fake, 'Otto');
    await drain(await otto.exports.run({ runId, formats: ['csv'], folder: null }));
    const told = async (subject: AuditSubject) =>
      (await listAudit(fake.workstation.workspace, { subject })).map(
        ({ inspector, action, oldValue, newValue }) => ({
          inspector,
          action,
          oldValue,
          newValue,
        }),
      );
    expect(await told('setting')).toEqual([
      { inspector: 'Eva', action: 'changed', oldValue: 'cpu', newValue: 'auto' },
    ]);
    expect((await told('run'))[0]).toMatchObject({
      inspector: 'Otto',
      action: 'exported',
      newValue: { formats: ['csv'], folder: expect.stringContaining('exports') },
    });
  });
});
