import { createRouterClient } from '@orpc/server';
import { expect, it, onTestFinished } from 'vitest';
import { Presence } from '../../src-main/api/presence.ts';
import { createRouter } from '../../src-main/api/router.ts';
import { PRESENCE_LASTS, type PresentWindow } from '../../src-shared/contract/presence.ts';
import { until } from '../until.ts';
import { type FakeWorkstation, fakeWorkstation } from './workstation-fixture.ts';

const AT = { batchId: 1, imageId: 5 };

/** A window with a connection of its own that follows the workstation's events until it is closed. */
async function openWindow({ workstation }: FakeWorkstation) {
  const client = createRouterClient(createRouter(workstation), { context: { connection: { token: null } } });
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const heard: PresentWindow[][] = [];
  const events = await client.app.events(undefined, { signal: abort.signal });
  void (async () => {
    for await (const event of events) {
      if (event.kind === 'presence' && event.batchId === AT.batchId) heard.push(event.windows);
    }
  })().catch(() => {});
  return { client, heard, close: () => abort.abort() };
}

const images = (windows: readonly PresentWindow[] | undefined) => windows?.map(({ imageId }) => imageId);

it('every window hears who has which image open, and that somebody went on or left', async () => {
  const fake = await fakeWorkstation();
  const [one, two] = [await openWindow(fake), await openWindow(fake)];
  const first = await one.client.presence.set({ at: AT });
  expect(first.windows).toEqual([{ window: first.window, imageId: 5, inspector: null }]);
  const second = await two.client.presence.set({ at: AT });
  expect(second.windows.map(({ window }) => window)).toEqual([first.window, second.window]);
  await until(() => one.heard.at(-1)?.length === 2);
  await two.client.presence.set({ at: { ...AT, imageId: 6 } });
  await until(() => images(one.heard.at(-1))?.join() === '5,6');
  // Another batch: gone from this one.
  await two.client.presence.set({ at: { batchId: 2, imageId: 9 } });
  await until(() => images(one.heard.at(-1))?.join() === '5');
  await two.client.presence.set({ at: AT });
  await until(() => one.heard.at(-1)?.length === 2);
  await two.client.presence.set({ at: null });
  await until(() => one.heard.at(-1)?.length === 1);
});

it('a window that is closed, or whose line broke, has nothing open', async () => {
  const fake = await fakeWorkstation();
  const [one, two] = [await openWindow(fake), await openWindow(fake)];
  await two.client.presence.set({ at: AT });
  expect(fake.workstation.presence.of(1)).toHaveLength(1);
  two.close();
  await until(() => fake.workstation.presence.of(1).length === 0);
  await until(() => one.heard.at(-1)?.length === 0);
});

it('where people sign in, who did is there by name until they sign out; nobody else is', async () => {
  const fake = await fakeWorkstation();
  const [one, two] = [await openWindow(fake), await openWindow(fake)];
  await one.client.people.add({ name: 'Eva', role: 'engineer', pin: '1111', inspector: 'ana' });
  expect(await one.client.presence.set({ at: AT })).toEqual({ window: null, windows: [] });
  await one.client.people.signIn({ name: 'Eva', pin: '1111' });
  const { window } = await one.client.presence.set({ at: AT });
  expect(window).not.toBeNull();
  await two.client.people.signIn({ name: 'Eva', pin: '1111' });
  const { windows } = await two.client.presence.set({ at: { ...AT, imageId: 6 } });
  expect(windows.map(({ inspector }) => inspector)).toEqual(['Eva', 'Eva']);
  await one.client.people.signOut();
  expect(images(fake.workstation.presence.of(1))).toEqual([6]);
});

it('a window that nothing is heard of has nothing open any more', () => {
  let now = 0;
  const presence = new Presence({ onChange: () => {}, now: () => now });
  onTestFinished(() => presence.close());
  const [idle, busy] = [{}, {}];
  presence.enter(idle, AT, 'Ada');
  presence.enter(busy, { ...AT, imageId: 6 }, 'Bo');
  now = PRESENCE_LASTS - 1;
  presence.enter(busy, { ...AT, imageId: 6 }, 'Bo');
  presence.sweep();
  expect(images(presence.of(1))).toEqual([5, 6]);
  now = PRESENCE_LASTS;
  presence.sweep();
  expect(images(presence.of(1))).toEqual([6]);
});
