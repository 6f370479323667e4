import { sql } from 'kysely';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { People } from '../../../src-main/services/people/people.ts';
import { scryptPins } from '../../../src-main/services/people/pin.ts';
import { sign, withdraw } from '../../../src-main/services/signatures/sign.ts';
import { listSignatures } from '../../../src-main/services/signatures/signature-list.ts';
import { signedSubject } from '../../../src-main/services/signatures/signed-subject.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { changeRole, removeInspector } from '../../../src-main/store/people.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recipe, temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { PINS, peopleIn, type Signer, seen, signingPlace, tamper } from './signing-fixture.ts';

const told = (which: string) =>
  expect.objectContaining({ details: expect.objectContaining({ case: which }) });

afterEach(() => {
  vi.useRealTimers();
});

describe('signing', () => {
  test('keeps who, as what, when, what for and what was signed, in the table and in the history', async () => {
    const place = await signingPlace();
    const before = Date.now();
    const signed = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    const [signature] = signed.signatures;
    expect(signed).toMatchObject({ status: 'approved', name: recipe.name, revision: 1, twoPeople: false });
    expect(signature).toMatchObject({
      printedName: 'Eva',
      role: 'engineer',
      meaning: 'approved',
      state: 'valid',
      recordHash: signed.recordHash,
      clockBehind: null,
      withdrawal: null,
    });
    expect(Date.parse(signature!.signedAt)).toBeGreaterThanOrEqual(before);
    const [event] = await listAudit(place.workspace, { subject: 'signature' });
    expect(event).toMatchObject({
      inspector: 'Eva',
      action: 'signed',
      subjectId: String(signature!.id),
      newValue: { ...place.of, meaning: 'approved', printedName: 'Eva', recordHash: signed.recordHash },
    });
  });

  test('takes the PIN again, tries of which are counted and written down', async () => {
    const place = await signingPlace();
    const wanted = await seen(place, place.of, 'Eva', 'approved');
    for (const pin of ['0000', '0001', '0002']) {
      await expect(sign(place, { ...wanted, pin })).rejects.toEqual(told('pin-wrong'));
    }
    await expect(sign(place, wanted)).rejects.toEqual(told('pin-wait'));
    const events = await listAudit(place.workspace, { subject: 'session' });
    expect(events.map(({ action }) => action)).toEqual(['wrong-pin', 'wrong-pin', 'wrong-pin']);
    expect((await signedSubject(place.workspace, place.of)).signatures).toEqual([]);
    await expect(sign(place, { ...wanted, inspector: 'Nora' })).rejects.toEqual(told('inspector-unknown'));
  });

  test('needs people', async () => {
    const workspace = await temporaryWorkspace();
    const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
    const of = { subject: 'recipe', subjectId: hash } as const;
    const place = { workspace, people: new People({ workspace }) };
    await expect(sign(place, await seen(place, of, 'Eva', 'approved'))).rejects.toEqual(
      told('signing-without-people'),
    );
  });

  test('takes a role that is high enough, when it is written', async () => {
    const place = await signingPlace();
    const attempt = async (name: Signer, meaning: 'inspected' | 'reviewed' | 'approved') =>
      sign(place, await seen(place, place.of, name, meaning));
    await expect(attempt('Otto', 'reviewed')).rejects.toEqual(told('needs-reviewer'));
    await expect(attempt('Rita', 'approved')).rejects.toEqual(told('needs-engineer'));
    await expect(attempt('Eva', 'inspected')).rejects.toEqual(told('signing-meaningless'));
    await changeRole(place.workspace, 'Emil', 'operator', 'Eva');
    await expect(attempt('Emil', 'approved')).rejects.toEqual(told('needs-engineer'));
    expect((await attempt('Rita', 'reviewed')).status).toBe('signed');
  });

  test('is refused to somebody who is removed between the PIN and the writing', async () => {
    const place = await signingPlace();
    const wanted = await seen(place, place.of, 'Emil', 'approved');
    const confirm = place.people.confirm.bind(place.people);
    vi.spyOn(place.people, 'confirm').mockImplementation(async (name, pin) => {
      const acting = await confirm(name, pin);
      await removeInspector(place.workspace, 'Emil', 'Eva');
      return acting;
    });
    await expect(sign(place, wanted)).rejects.toMatchObject({ code: 'sign-in-required' });
    expect(await signedSubject(place.workspace, place.of)).toMatchObject({ status: 'unsigned' });
  });

  test('stays valid when the person is removed later', async () => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Emil', 'approved'));
    await removeInspector(place.workspace, 'Emil', 'Eva');
    expect(await signedSubject(place.workspace, place.of)).toMatchObject({
      status: 'approved',
      signatures: [{ printedName: 'Emil', state: 'valid' }],
    });
  });

  test('is refused where the record is another one than was shown', async () => {
    const place = await signingPlace();
    const wanted = await seen(place, place.of, 'Eva', 'approved');
    await tamper(place.workspace, 'recipes', `update recipes set json = json_set(json, '$.warn', 0.01)`);
    await expect(sign(place, wanted)).rejects.toMatchObject({
      code: 'conflict',
      details: { case: 'signing-unseen' },
    });
    const other = { ...wanted, subjectId: 'f'.repeat(64) };
    await expect(sign(place, other)).rejects.toEqual(told('signed-subject-unknown'));
    await expect(sign(place, { ...other, subject: 'report' })).rejects.toEqual(
      told('signed-subject-unknown'),
    );
  });

  test('twice with the same meaning is refused, and two connections at once give one signature', async () => {
    const place = await signingPlace();
    const elsewhere = await openWorkspace(place.workspace.folder);
    try {
      const there = {
        workspace: elsewhere,
        people: new People({ workspace: elsewhere, pins: scryptPins(16) }),
      };
      const wanted = await seen(place, place.of, 'Eva', 'approved');
      const outcomes = await Promise.allSettled([sign(place, wanted), sign(there, wanted)]);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.map(({ reason }) => reason.details.case)).toEqual(['signed-already']);
      // Two people at once are two signatures.
      await Promise.all([
        sign(place, await seen(place, place.of, 'Rita', 'reviewed')),
        sign(there, await seen(place, place.of, 'Emil', 'approved')),
      ]);
      const { signatures } = await signedSubject(place.workspace, place.of);
      expect(signatures.map(({ printedName, state }) => `${printedName} ${state}`).sort()).toEqual([
        'Emil valid',
        'Eva valid',
        'Rita valid',
      ]);
    } finally {
      await elsewhere.close();
    }
  });

  test('says so where the clock was set back', async () => {
    const place = await signingPlace();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now - 86_400_000 });
    const { signatures } = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    expect(Date.parse(signatures[0]!.clockBehind!)).toBeGreaterThan(now - 60_000);
    expect(signatures[0]!.state).toBe('valid');
    // What came between does not hide it.
    vi.setSystemTime(now - 80_000_000);
    const again = await sign(place, await seen(place, place.of, 'Rita', 'reviewed'));
    expect(again.signatures[1]!.clockBehind).toBe(signatures[0]!.clockBehind);
    vi.setSystemTime(now + 120_000);
    const later = await sign(place, await seen(place, place.of, 'Emil', 'approved'));
    expect(later.signatures[2]!.clockBehind).toBeNull();
  });
});

describe('a signature', () => {
  test('is broken by a changed record, with what changed, and signed again', async () => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    await tamper(
      place.workspace,
      'recipes',
      `update recipes set json = json_set(json, '$.theta', 0.125), inspector = 'mallory'`,
    );
    const broken = await signedSubject(place.workspace, place.of);
    expect(broken.status).toBe('broken');
    expect(broken.signatures[0]).toMatchObject({ state: 'broken', changeCount: 2 });
    expect(broken.signatures[0]!.changes).toEqual(
      expect.arrayContaining([
        { path: 'recipe.theta', before: String(recipe.theta), after: '0.125' },
        { path: 'inspector', before: '"Eva"', after: '"mallory"' },
      ]),
    );
    expect(await listSignatures(place.workspace, { waitingFor: 'Eva', offset: 0, limit: 9 })).toMatchObject({
      total: 1,
    });
    const again = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    expect(again.status).toBe('approved');
    expect(again.signatures.map(({ state }) => state)).toEqual(['broken', 'valid']);
  });

  test('of a record that is gone is broken', async () => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    await tamper(place.workspace, 'recipes', 'delete from recipes');
    expect(await signedSubject(place.workspace, place.of)).toMatchObject({
      status: 'broken',
      recordHash: null,
      signatures: [{ state: 'broken', changes: [{ path: '', after: null }] }],
    });
  });

  test('cannot be changed or removed with SQL', async () => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    for (const table of ['signatures', 'signed_records']) {
      const column = table === 'signatures' ? 'printed_name' : 'json';
      await expect(
        sql.raw(`update ${table} set ${column} = ${column}`).execute(place.workspace.db),
      ).rejects.toThrow('never changed');
      await expect(sql.raw(`delete from ${table}`).execute(place.workspace.db)).rejects.toThrow(
        'never changed',
      );
    }
  });

  test.each([
    `update signatures set printed_name = 'Rita'`,
    `update signatures set meaning = 'reviewed'`,
    `update signatures set signed_at = '2020-01-01T00:00:00.000Z'`,
    `update signatures set role = 'operator'`,
    `update signatures set clock_behind = '2020-01-01T00:00:00.000Z'`,
    `update signatures set id = 7`,
    `delete from signatures`,
  ])('is called altered after: %s', async (statement) => {
    const place = await signingPlace();
    const { status } = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    expect(status).toBe('approved');
    await tamper(place.workspace, 'signatures', statement);
    const after = await signedSubject(place.workspace, place.of);
    expect(after.status).toBe('broken');
    expect(after.signatures.map(({ state }) => state)).toContain('altered');
    expect(after.signatures.map(({ state }) => state)).not.toContain('valid');
  });

  test('moved under another record is altered in both places', async () => {
    const place = await signingPlace();
    const other = await saveRecipe(place.workspace, { ...recipe, warn: 0.01 }, { inspector: 'Eva' });
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    await tamper(place.workspace, 'signatures', `update signatures set subject_id = '${other.hash}'`);
    const states = async (subjectId: string) =>
      (await signedSubject(place.workspace, { subject: 'recipe', subjectId })).signatures.map(
        ({ state }) => state,
      );
    expect(await states(place.of.subjectId)).toEqual(['altered']);
    expect(await states(other.hash)).toEqual(['altered']);
  });

  test('that was put in with a hash of its own but without the history is altered', async () => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    await sql
      .raw(
        `insert into signatures select 9, subject, subject_id, 'reviewed', record_hash, withdraws, reason, person_id,
         'Rita', role, signed_at, clock_behind, '${'a'.repeat(64)}' from signatures`,
      )
      .execute(place.workspace.db);
    const { signatures, status } = await signedSubject(place.workspace, place.of);
    expect(signatures.map(({ state }) => state)).toEqual(['valid', 'altered']);
    expect(status).toBe('broken');
  });

  test.each([
    `update signed_records set json = json_set(json, '$.revision', 9)`,
    `delete from signed_records`,
  ])('is altered when what is kept of the record is: %s', async (statement) => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    await tamper(place.workspace, 'signed_records', statement);
    expect((await signedSubject(place.workspace, place.of)).signatures).toMatchObject([{ state: 'altered' }]);
  });
});

describe('withdrawing', () => {
  test('adds an entry with the reason; it does not count any more, and can be signed again', async () => {
    const place = await signingPlace();
    const { signatures } = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    const wanted = { id: signatures[0]!.id, reason: 'wrong revision', pin: PINS.Eva, inspector: 'Eva' };
    await expect(withdraw(place, { ...wanted, pin: '0000' })).rejects.toEqual(told('pin-wrong'));
    const after = await withdraw(place, wanted);
    expect(after.status).toBe('unsigned');
    expect(after.signatures).toMatchObject([
      { state: 'withdrawn', withdrawal: { printedName: 'Eva', reason: 'wrong revision' } },
    ]);
    await expect(withdraw(place, wanted)).rejects.toEqual(told('signature-withdrawn'));
    await expect(withdraw(place, { ...wanted, id: 2 })).rejects.toEqual(told('signature-unknown'));
    const [event] = await listAudit(place.workspace, { subject: 'signature' });
    expect(event).toMatchObject({
      action: 'withdrawn',
      newValue: { withdraws: 1, reason: 'wrong revision' },
    });
    const again = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    expect(again.status).toBe('approved');
  });

  test("of another's takes an engineer", async () => {
    const place = await signingPlace();
    const { signatures } = await sign(place, await seen(place, place.of, 'Rita', 'reviewed'));
    const wanted = { id: signatures[0]!.id, reason: 'left' };
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    const byRita = { id: 2, reason: 'no', pin: PINS.Rita, inspector: 'Rita' };
    await expect(withdraw(place, byRita)).rejects.toEqual(told('signature-of-other'));
    const after = await withdraw(place, { ...wanted, pin: PINS.Emil, inspector: 'Emil' });
    expect(after.signatures[0]).toMatchObject({ printedName: 'Rita', withdrawal: { printedName: 'Emil' } });
  });

  test('that was removed with SQL leaves the signature altered, not valid', async () => {
    const place = await signingPlace();
    await sign(place, await seen(place, place.of, 'Eva', 'approved'));
    await withdraw(place, { id: 1, reason: 'wrong', pin: PINS.Eva, inspector: 'Eva' });
    await tamper(place.workspace, 'signatures', 'delete from signatures where id = 2');
    expect((await signedSubject(place.workspace, place.of)).signatures).toMatchObject([{ state: 'altered' }]);
  });
});

test('a recipe that asks for two people is another one, and one from before keeps its hash', async () => {
  const workspace = await temporaryWorkspace();
  await peopleIn(workspace);
  const plain = await saveRecipe(workspace, recipe, { inspector: 'Eva' });
  const two = await saveRecipe(
    workspace,
    { ...recipe, signatures: { twoPeople: true } },
    { inspector: 'Eva' },
  );
  expect(two.hash).not.toBe(plain.hash);
  expect(two.recipe.signatures).toEqual({ twoPeople: true });
  expect(plain.recipe).not.toHaveProperty('signatures');
});
