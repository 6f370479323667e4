import { describe, expect, test } from 'vitest';
import { PeopleDesk, resetForgottenPin } from '../../src-main/services/people-desk.ts';
import { hashPin, isPin } from '../../src-main/services/pin.ts';
import { listAudit } from '../../src-main/store/audit.ts';
import { temporaryWorkspace } from '../store/fixtures.ts';

const told = (details: object) => expect.objectContaining({ details: expect.objectContaining(details) });
const WRONG = told({ case: 'pin-wrong' });

async function desk() {
  const clock = { now: 1_000_000 };
  const workspace = await temporaryWorkspace();
  const people = new PeopleDesk({ workspace, now: () => clock.now });
  await people.add({ name: 'Eva', role: 'engineer', pin: '1234', author: 'ana' });
  await people.add({ name: 'Otto', role: 'operator', pin: '5678', author: 'Eva' });
  return { workspace, people, clock };
}

test('a PIN is kept as a salted hash: the same one twice differs, and only it fits', async () => {
  const [first, second] = await Promise.all([hashPin('1234'), hashPin('1234')]);
  expect(first).not.toBe(second);
  expect(first).not.toContain('1234');
  expect(await isPin('1234', first)).toBe(true);
  expect(await isPin('1234', second)).toBe(true);
  expect(await isPin('1235', first)).toBe(false);
  expect(await isPin('', first)).toBe(false);
});

describe('signing in', () => {
  test('gives a token that names the person until they sign out', async () => {
    const { people } = await desk();
    const { token, person } = await people.signIn('Otto', '5678');
    const other = await people.signIn('Otto', '5678');
    expect(other.token).not.toBe(token);
    expect(person).toEqual({ name: 'Otto', role: 'operator' });
    expect(await people.who(token)).toEqual(person);
    people.signOut(token);
    expect(await people.who(token)).toBeNull();
    expect(await people.who(other.token)).toEqual(person);
    expect(await people.who('guessed')).toBeNull();
    expect(await people.who(null)).toBeNull();
  });

  test('wrong PINs make the next try wait longer and longer, also for the right one', async () => {
    const { people, clock } = await desk();
    const attempt = (pin: string) => people.signIn('Otto', pin);
    await expect(attempt('0000')).rejects.toEqual(WRONG);
    await expect(attempt('0001')).rejects.toEqual(WRONG);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await expect(attempt('0002')).rejects.toEqual(WRONG);
      await expect(attempt('5678')).rejects.toEqual(told({ case: 'pin-wait', seconds }));
      clock.now += seconds * 1000 - 1;
      await expect(attempt('5678')).rejects.toEqual(told({ case: 'pin-wait', seconds: 1 }));
      clock.now += 1;
    }
    // Others do not wait, and the right PIN forgets the wrong ones.
    await people.signIn('Eva', '1234');
    await attempt('5678');
    await expect(attempt('0000')).rejects.toEqual(WRONG);
    await attempt('5678');
  });

  test('many tries at the same time are no way around the wait', async () => {
    const { people } = await desk();
    const tries = Array.from({ length: 8 }, (_, i) => people.signIn('Otto', `000${i}`));
    const outcomes = await Promise.allSettled(tries);
    const cases = outcomes.map((one) => one.status === 'rejected' && one.reason.details.case);
    expect(cases.filter((which) => which === 'pin-wrong')).toHaveLength(3);
    expect(cases.filter((which) => which === 'pin-wait')).toHaveLength(5);
  });

  test('a session ends with the role, the PIN or the person', async () => {
    const { people } = await desk();
    const { token: eva } = await people.signIn('Eva', '1234');
    const { token: operator } = await people.signIn('Otto', '5678');
    await people.changeRole('Otto', 'reviewer', 'Eva');
    expect(await people.who(operator)).toBeNull();
    await people.changeRole('Otto', 'operator', 'Eva');
    expect(await people.who(operator)).toBeNull();
    const { token } = await people.signIn('Otto', '5678');
    await people.resetPin('Otto', '4321', 'Eva');
    expect(await people.who(token)).toBeNull();
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(WRONG);
    const again = await people.signIn('Otto', '4321');
    await people.remove('Otto', 'Eva');
    expect(await people.who(again.token)).toBeNull();
    await expect(people.signIn('Otto', '4321')).rejects.toEqual(told({ case: 'person-unknown' }));
    // Who comes back does not come back signed in, whatever the PIN.
    await people.add({ name: 'Otto', role: 'operator', pin: '4321', author: 'Eva' });
    expect(await people.who(again.token)).toBeNull();
    expect(await people.who(eva)).toEqual({ name: 'Eva', role: 'engineer' });
  });

  test("a PIN of one's own is changed with the present one, and ends one's other sessions", async () => {
    const { workspace, people } = await desk();
    const { token } = await people.signIn('Otto', '5678');
    const { token: elsewhere } = await people.signIn('Otto', '5678');
    await expect(people.changeOwnPin(token, '0000', '4321')).rejects.toEqual(WRONG);
    expect(await people.changeOwnPin(token, '5678', '4321')).toEqual({ name: 'Otto', role: 'operator' });
    expect(await people.who(token)).toEqual({ name: 'Otto', role: 'operator' });
    expect(await people.who(elsewhere)).toBeNull();
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(WRONG);
    await people.signIn('Otto', '4321');
    const [event] = await listAudit(workspace, { subject: 'person' });
    expect(event).toMatchObject({ author: 'Otto', action: 'pin-changed' });
    await expect(people.changeOwnPin(elsewhere, '4321', '1111')).rejects.toMatchObject({
      code: 'sign-in-required',
    });
    await expect(people.changeOwnPin(null, '4321', '1111')).rejects.toMatchObject({
      code: 'sign-in-required',
    });
  });

  test('the present PIN is no faster to guess than in signing in', async () => {
    const { people } = await desk();
    const { token } = await people.signIn('Otto', '5678');
    for (const pin of ['0000', '0001', '0002'])
      await expect(people.changeOwnPin(token, pin, '4321')).rejects.toEqual(WRONG);
    const wait = told({ case: 'pin-wait', seconds: 1 });
    await expect(people.changeOwnPin(token, '5678', '4321')).rejects.toEqual(wait);
    await expect(people.signIn('Otto', '5678')).rejects.toEqual(wait);
  });
});

test('windows sign out after as many minutes as an engineer says, never before one did', async () => {
  const { workspace, people } = await desk();
  expect(await people.idleMinutes()).toBeNull();
  expect(await people.changeIdleMinutes(10, 'Eva')).toBe(10);
  expect(await people.idleMinutes()).toBe(10);
  await people.changeIdleMinutes(10, 'Eva');
  await people.changeIdleMinutes(null, 'Eva');
  expect(await people.idleMinutes()).toBeNull();
  const events = await listAudit(workspace, { subject: 'setting', subjectId: 'idle-minutes' });
  expect(events.map(({ author, oldValue, newValue }) => ({ author, oldValue, newValue }))).toEqual([
    { author: 'Eva', oldValue: 10, newValue: null },
    { author: 'Eva', oldValue: null, newValue: 10 },
  ]);
});

test('a forgotten PIN is replaced in the workspace, which ends the sessions and the history tells', async () => {
  const { workspace, people } = await desk();
  const { token } = await people.signIn('Eva', '1234');
  const pin = await resetForgottenPin(workspace.folder, 'Eva', 'root');
  expect(pin).toMatch(/^\d{6}$/);
  expect(await people.who(token)).toBeNull();
  expect((await people.signIn('Eva', pin)).person.name).toBe('Eva');
  const [event] = await listAudit(workspace, { subject: 'person' });
  expect(event).toMatchObject({ author: 'root', action: 'pin-reset' });
  await expect(resetForgottenPin(workspace.folder, 'Nobody', 'root')).rejects.toEqual(
    told({ case: 'person-unknown' }),
  );
});
