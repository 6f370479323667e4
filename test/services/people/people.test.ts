import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { People, resetForgottenPin } from '../../../src-main/services/people/people.ts';
import { type PinKeeper, scryptPins } from '../../../src-main/services/people/pin.ts';
import { actingFor } from '../../../src-main/store/acting.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { findInspector } from '../../../src-main/store/people.ts';
import { SIGNS_OF_LIFE_EVERY } from '../../../src-shared/roles.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';

const told = (details: object) => expect.objectContaining({ details: expect.objectContaining(details) });
const WRONG = told({ case: 'pin-wrong' });

/** Two clocks, and PINs that cost nothing. */
function arranged() {
  const clock = { steady: 5_000, wall: 1_000_000 };
  const clocks = { steady: () => clock.steady, wall: () => clock.wall };
  return { clock, clocks, pins: scryptPins(16) };
}

async function setUp() {
  const { clock, clocks, pins } = arranged();
  const workspace = await temporaryWorkspace();
  const people = new People({ workspace, clocks, pins });
  await people.add(workspace, { name: 'Eva', role: 'engineer', pin: '1234', inspector: 'ana' });
  await people.add(workspace, { name: 'Otto', role: 'operator', pin: '5678', inspector: 'Eva' });
  return { workspace, people, clock };
}

describe('signing in', () => {
  test('gives a token that names the inspector until they sign out', async () => {
    const { people } = await setUp();
    const { token, inspector } = await people.signIn('Otto', '5678');
    const other = await people.signIn('Otto', '5678');
    expect(other.token).not.toBe(token);
    expect(inspector).toEqual({ name: 'Otto', role: 'operator' });
    expect(await people.who(token)).toEqual(inspector);
    await people.signOut(token);
    expect(await people.who(token)).toBeNull();
    expect(await people.who(other.token)).toEqual(inspector);
    expect(await people.who('guessed')).toBeNull();
    expect(await people.who(null)).toBeNull();
  });

  test('wrong PINs make the next try wait longer and longer, also for the right one', async () => {
    const { people, clock } = await setUp();
    const attempt = (pin: string) => people.signIn('Otto', pin);
    await expect(attempt('0000')).rejects.toEqual(WRONG);
    await expect(attempt('0001')).rejects.toEqual(WRONG);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await expect(attempt('0002')).rejects.toEqual(WRONG);
      await expect(attempt('5678')).rejects.toEqual(told({ case: 'pin-wait', seconds }));
      clock.steady += seconds * 1000 - 1;
      await expect(attempt('5678')).rejects.toEqual(told({ case: 'pin-wait', seconds: 1 }));
      clock.steady += 1;
    }
    // Others do not wait, and the right PIN forgets the wrong ones.
    await people.signIn('Eva', '1234');
    await attempt('5678');
    await expect(attempt('0000')).rejects.toEqual(WRONG);
    await attempt('5678');
  });

  test('many tries at the same time are no way around the wait', async () => {
    const { people } = await setUp();
    const tries = Array.from({ length: 8 }, (_, i) => people.signIn('Otto', `000${i}`));
    const outcomes = await Promise.allSettled(tries);
    const cases = outcomes.map((one) => one.status === 'rejected' && one.reason.details.case);
    expect(cases.filter((which) => which === 'pin-wrong')).toHaveLength(3);
    expect(cases.filter((which) => which === 'pin-wait')).toHaveLength(5);
  });

  test('a session ends with the role, the PIN or the inspector', async () => {
    const { workspace, people } = await setUp();
    const { token: eva } = await people.signIn('Eva', '1234');
    const { token: operator } = await people.signIn('Otto', '5678');
    await people.changeRole(workspace, 'Otto', 'reviewer', 'Eva');
    expect(await people.who(operator)).toBeNull();
    await people.changeRole(workspace, 'Otto', 'operator', 'Eva');
    expect(await people.who(operator)).toBeNull();
    const { token } = await people.signIn('Otto', '5678');
    await people.resetPin(workspace, 'Otto', '4321', 'Eva');
    expect(await people.who(token)).toBeNull();
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(WRONG);
    const again = await people.signIn('Otto', '4321');
    await people.remove(workspace, 'Otto', 'Eva');
    expect(await people.who(again.token)).toBeNull();
    await expect(people.signIn('Otto', '4321')).rejects.toEqual(told({ case: 'inspector-unknown' }));
    // Who comes back does not come back signed in, whatever the PIN.
    await people.add(workspace, { name: 'Otto', role: 'operator', pin: '4321', inspector: 'Eva' });
    expect(await people.who(again.token)).toBeNull();
    expect(await people.who(eva)).toEqual({ name: 'Eva', role: 'engineer' });
  });

  test("a PIN of one's own is changed with the present one, and ends one's other sessions", async () => {
    const { workspace, people } = await setUp();
    const { token } = await people.signIn('Otto', '5678');
    const { token: elsewhere } = await people.signIn('Otto', '5678');
    await expect(people.changeOwnPin(token, '0000', '4321')).rejects.toEqual(WRONG);
    expect(await people.changeOwnPin(token, '5678', '4321')).toEqual({ name: 'Otto', role: 'operator' });
    expect(await people.who(token)).toEqual({ name: 'Otto', role: 'operator' });
    expect(await people.who(elsewhere)).toBeNull();
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(WRONG);
    await people.signIn('Otto', '4321');
    const [event] = await listAudit(workspace, { subject: 'person' });
    expect(event).toMatchObject({ inspector: 'Otto', action: 'pin-changed' });
    await expect(people.changeOwnPin(elsewhere, '4321', '1111')).rejects.toMatchObject({
      code: 'sign-in-required',
    });
    await expect(people.changeOwnPin(null, '4321', '1111')).rejects.toMatchObject({
      code: 'sign-in-required',
    });
  });

  test('the present PIN is no faster to guess than in signing in', async () => {
    const { people } = await setUp();
    const { token } = await people.signIn('Otto', '5678');
    for (const pin of ['0000', '0001', '0002'])
      await expect(people.changeOwnPin(token, pin, '4321')).rejects.toEqual(WRONG);
    const wait = told({ case: 'pin-wait', seconds: 1 });
    await expect(people.changeOwnPin(token, '5678', '4321')).rejects.toEqual(wait);
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait);
  });
});

test('windows sign out after as many minutes as an engineer says, never before one did', async () => {
  const { workspace, people } = await setUp();
  expect(await people.idleMinutes()).toBeNull();
  expect(await people.changeIdleMinutes(workspace, 10, 'Eva')).toBe(10);
  expect(await people.idleMinutes()).toBe(10);
  await people.changeIdleMinutes(workspace, 10, 'Eva');
  await people.changeIdleMinutes(workspace, null, 'Eva');
  expect(await people.idleMinutes()).toBeNull();
  const events = await listAudit(workspace, { subject: 'setting', subjectId: 'idle-minutes' });
  expect(events.map(({ inspector, oldValue, newValue }) => ({ inspector, oldValue, newValue }))).toEqual([
    { inspector: 'Eva', oldValue: 10, newValue: null },
    { inspector: 'Eva', oldValue: null, newValue: 10 },
  ]);
});

test('a forgotten PIN is replaced in the workspace, which ends the sessions and the history tells', async () => {
  const { workspace, people } = await setUp();
  const { token } = await people.signIn('Eva', '1234');
  const pin = await resetForgottenPin(workspace.folder, 'Eva', 'root');
  expect(pin).toMatch(/^\d{6}$/);
  expect(await people.who(token)).toBeNull();
  expect((await people.signIn('Eva', pin)).inspector.name).toBe('Eva');
  const [event] = await listAudit(workspace, { subject: 'person' });
  expect(event).toMatchObject({ inspector: 'root', action: 'pin-reset' });
  await expect(resetForgottenPin(workspace.folder, 'Nobody', 'root')).rejects.toEqual(
    told({ case: 'inspector-unknown' }),
  );
});

describe('between the question and the answer', () => {
  /** PINs whose hash comes when the test says so. */
  function slowPins() {
    const pins = scryptPins(16);
    const asked: (() => void)[] = [];
    const wait = <T>(work: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => asked.push(() => void work().then(resolve, reject)));
    const slow: PinKeeper = {
      ...pins,
      hash: (pin) => wait(() => pins.hash(pin)),
      fits: (pin, hash) => wait(() => pins.fits(pin, hash)),
    };
    return {
      slow,
      /** Until so many hashes are asked for. */
      reached: async (count: number) => {
        while (asked.length < count) await new Promise((resolve) => setImmediate(resolve));
      },
      /** Lets one of them come. */
      release: () => asked.shift()!(),
    };
  }

  /** Slow PINs over a workspace that a quick one filled. */
  async function slowSetUp() {
    const { workspace, people } = await setUp();
    const { slow, reached, release } = slowPins();
    return { workspace, people, late: new People({ workspace, pins: slow }), reached, release };
  }
  const over = expect.objectContaining({ code: 'sign-in-required' });

  test('of two who add the first engineer at once one succeeds', async () => {
    const workspace = await temporaryWorkspace();
    const { slow, reached, release } = slowPins();
    const people = new People({ workspace, pins: slow });
    const add = (name: string) =>
      people.add(actingFor(workspace, null), { name, role: 'engineer', pin: '1234', inspector: name });
    const both = Promise.allSettled([add('Eva'), add('Mallory')]);
    await reached(2);
    release();
    release();
    const [first, second] = await both;
    expect(first!.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: over });
    expect(await people.list()).toEqual([{ name: 'Eva', role: 'engineer' }]);
  });

  test('an engineer who is removed meanwhile adds nobody and resets no PIN', async () => {
    const { workspace, people, late, reached, release } = await slowSetUp();
    await people.add(workspace, { name: 'Mia', role: 'engineer', pin: '1111', inspector: 'Eva' });
    const mia = actingFor(workspace, await findInspector(workspace, 'Mia'));
    const adding = late.add(mia, { name: 'Mallory', role: 'engineer', pin: '0000', inspector: 'Mia' });
    const resetting = late.resetPin(mia, 'Otto', '0000', 'Mia');
    const refused = Promise.all([
      expect(adding).rejects.toEqual(over),
      expect(resetting).rejects.toEqual(over),
    ]);
    await reached(2);
    await people.remove(workspace, 'Mia', 'Eva');
    release();
    release();
    await refused;
    expect((await people.list()).map(({ name }) => name)).toEqual(['Eva', 'Otto']);
    await people.signIn('Otto', '5678');
  });

  test("a PIN of one's own does not win over one that an engineer gave meanwhile", async () => {
    const { workspace, people, late, reached, release } = await slowSetUp();
    const signingIn = late.signIn('Otto', '5678');
    await reached(1);
    release();
    const { token } = await signingIn;
    const changing = late.changeOwnPin(token, '5678', '9999');
    const refused = expect(changing).rejects.toEqual(over);
    await reached(1);
    release();
    await reached(1);
    await people.resetPin(workspace, 'Otto', '4321', 'Eva');
    release();
    await refused;
    await expect(people.signIn('Otto', '9999')).rejects.toEqual(WRONG);
    await people.signIn('Otto', '4321');
  });

  test('a PIN that is replaced while it is checked is not right any more', async () => {
    const { workspace, people, late, reached, release } = await slowSetUp();
    const refused = expect(late.signIn('Otto', '5678')).rejects.toEqual(WRONG);
    await reached(1);
    await people.resetPin(workspace, 'Otto', '4321', 'Eva');
    release();
    await refused;
  });
});

describe('wrong PINs', () => {
  const wait = (seconds: number) => told({ case: 'pin-wait', seconds });

  /** Four wrong ones: the next has to wait 2 s. */
  async function locked() {
    const { workspace, people, clock } = await setUp();
    for (const pin of ['0', '1', '2'])
      await expect(people.signIn('Otto', `000${pin}`)).rejects.toEqual(WRONG);
    clock.steady += 1000;
    await expect(people.signIn('Otto', '0003')).rejects.toEqual(WRONG);
    return { workspace, people, clock };
  }

  test('are not forgotten with the program, and the wait begins anew', async () => {
    const { workspace } = await locked();
    await workspace.close();
    const reopened = await openWorkspace(workspace.folder);
    const { clock, clocks, pins } = arranged();
    const people = new People({ workspace: reopened, clocks, pins });
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait(2));
    clock.steady += 1999;
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait(1));
    clock.steady += 1;
    await expect(people.signIn('Otto', '0004')).rejects.toEqual(WRONG);
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait(4));
    clock.steady += 4000;
    await people.signIn('Otto', '5678');
    await expect(people.signIn('Otto', '0000')).rejects.toEqual(WRONG);
    await people.signIn('Otto', '5678');
    await reopened.close();
  });

  test.each([
    ['a day ahead', 86_400_000],
    ['a day back', -86_400_000],
  ])('a clock that is set %s neither shortens the wait nor lengthens it', async (_what, change) => {
    const { people, clock } = await locked();
    clock.wall += change;
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait(2));
    clock.steady += 2000;
    await people.signIn('Otto', '5678');
  });

  test('another role does not shorten the wait; a new PIN ends it, from the command line as well', async () => {
    const { workspace, people } = await locked();
    await people.changeRole(workspace, 'Otto', 'reviewer', 'Eva');
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait(2));
    await people.resetPin(workspace, 'Otto', '4321', 'Eva');
    await people.signIn('Otto', '4321');
    for (const pin of ['0', '1', '2'])
      await expect(people.signIn('Otto', `000${pin}`)).rejects.toEqual(WRONG);
    await expect(people.signIn('Otto', '4321')).rejects.toEqual(wait(1));
    const pin = await resetForgottenPin(workspace.folder, 'Otto', 'root');
    await people.signIn('Otto', pin);
  });
});

test('a PIN that was kept at less cost is kept at the present one from its next use on', async () => {
  const workspace = await temporaryWorkspace();
  const before = new People({ workspace, pins: scryptPins(16) });
  await before.add(workspace, { name: 'Eva', role: 'engineer', pin: '1234', inspector: 'ana' });
  const { token } = await before.signIn('Eva', '1234');
  const people = new People({ workspace, pins: scryptPins(64) });
  await expect(people.signIn('Eva', '0000')).rejects.toEqual(WRONG);
  expect((await findInspector(workspace, 'Eva')).pin).toMatch(/^scrypt:16:8:1:/);
  await people.signIn('Eva', '1234');
  expect((await findInspector(workspace, 'Eva')).pin).toMatch(/^scrypt:64:8:1:/);
  await people.signIn('Eva', '1234');
  // The PIN is the same: nobody has to sign in anew.
  expect(await before.who(token)).toEqual({ name: 'Eva', role: 'engineer' });
});

describe('a session that nobody uses', () => {
  const MINUTE = 60_000;

  async function idling() {
    const { workspace, people, clock } = await setUp();
    await people.changeIdleMinutes(workspace, 5, 'Eva');
    const { token } = await people.signIn('Otto', '5678');
    return { workspace, people, clock, token };
  }

  test('is over after as many minutes as an engineer says, on the workstation itself', async () => {
    const { workspace, people, clock, token } = await idling();
    clock.steady += 5 * MINUTE + SIGNS_OF_LIFE_EVERY - 1;
    expect(await people.who(token)).not.toBeNull();
    clock.steady += 1;
    expect(await people.who(token)).toBeNull();
    expect(await people.who(token)).toBeNull();
    const events = await listAudit(workspace, { subject: 'session' });
    expect(events.map(({ inspector, action }) => [inspector, action])).toEqual([
      ['Otto', 'idled-out'],
      ['Otto', 'signed-in'],
    ]);
  });

  test('goes on while somebody is there; looking whose it is is no sign of that', async () => {
    const { people, clock, token } = await idling();
    clock.steady += 4 * MINUTE;
    expect(await people.who(token, true)).not.toBeNull();
    clock.steady += 4 * MINUTE;
    expect(await people.who(token)).not.toBeNull();
    clock.steady += 4 * MINUTE;
    expect(await people.who(token)).toBeNull();
  });

  test('is over when the machine slept, and no longer when its clock is set back', async () => {
    const { people, clock, token } = await idling();
    clock.wall += 60 * MINUTE;
    expect(await people.who(token)).toBeNull();
    const again = await people.signIn('Otto', '5678');
    clock.wall -= 60 * MINUTE;
    clock.steady += 6 * MINUTE;
    expect(await people.who(again.token)).toBeNull();
  });

  test('lasts as long as the program where no engineer said so', async () => {
    const { people, clock } = await setUp();
    const { token } = await people.signIn('Otto', '5678');
    clock.steady += 24 * 60 * MINUTE;
    clock.wall += 24 * 60 * MINUTE;
    expect(await people.who(token)).not.toBeNull();
  });
});

test('the history tells who signed in and out, and at whose name wrong PINs were tried', async () => {
  const { workspace, people } = await setUp();
  await expect(people.signIn('Otto', '0000')).rejects.toEqual(WRONG);
  const { token } = await people.signIn('Otto', '5678');
  await people.signOut(token);
  await people.signOut(token);
  const events = await listAudit(workspace, { subject: 'session' });
  expect(events.map(({ inspector, action, newValue }) => [inspector, action, newValue]).reverse()).toEqual([
    ['unknown', 'wrong-pin', { name: 'Otto' }],
    ['Otto', 'signed-in', { name: 'Otto' }],
    ['Otto', 'signed-out', { name: 'Otto' }],
  ]);
});

test('where nothing can be written, people sign in all the same, and wrong PINs wait', async () => {
  const { workspace, people, clock } = await setUp();
  await sql`pragma query_only = on`.execute(workspace.db);
  const attempt = (pin: string) => people.signIn('Otto', pin);
  for (const pin of ['0000', '0001', '0002']) await expect(attempt(pin)).rejects.toEqual(WRONG);
  await expect(attempt('5678')).rejects.toEqual(told({ case: 'pin-wait', seconds: 1 }));
  clock.steady += 1000;
  const { token } = await attempt('5678');
  expect(await people.who(token)).toEqual({ name: 'Otto', role: 'operator' });
  await people.signOut(token);
  await sql`pragma query_only = off`.execute(workspace.db);
});
