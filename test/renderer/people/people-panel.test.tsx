// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { PeoplePanel } from '../../../src-renderer/people/people-panel.tsx';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { Inspector } from '../../../src-shared/roles.ts';
import { renderPart } from '../render.tsx';

const EVA: Inspector = { name: 'Eva', role: 'engineer' };
const OTTO: Inspector = { name: 'Otto', role: 'operator' };

/** A workstation that keeps the people that it is told of. */
function workstation(...people: Inspector[]) {
  const kept = new Map(people.map((inspector) => [inspector.name, inspector]));
  let idleMinutes: number | null = null;
  const signedIn = { token: 'token', inspector: EVA };
  const keep = (inspector: Inspector) => {
    kept.set(inspector.name, inspector);
    return inspector;
  };
  return {
    list: async () => [...kept.values()],
    resume: async () => EVA,
    idleMinutes: async () => idleMinutes,
    signIn: vi.fn(async () => signedIn),
    add: vi.fn(async ({ name, role }: Inspector) => keep({ name, role })),
    changeRole: vi.fn(async ({ name, role }: Inspector) => keep({ name, role })),
    resetPin: vi.fn(async ({ name }: { name: string }) => kept.get(name)!),
    remove: vi.fn(async ({ name }: { name: string }) => {
      const inspector = kept.get(name)!;
      kept.delete(name);
      return inspector;
    }),
    changeIdleMinutes: vi.fn(async ({ minutes }: { minutes: number | null }) => {
      idleMinutes = minutes;
      return minutes;
    }),
  };
}

const field = (label: string | RegExp) => screen.getByLabelText<HTMLInputElement>(label);

beforeEach(() => {
  sessionStorage.clear();
  useSession.setState({ inspector: 'Eva' });
});

function signedIn(me: Inspector | null, people: readonly Inspector[]): void {
  if (me) sessionStorage.setItem('clipsam-token', 'token');
  usePeople.setState({ people, me, idleMinutes: null, idledOut: null });
}

it('makes the first inspector an engineer, who is signed in by that', async () => {
  signedIn(null, []);
  const people = workstation();
  const user = await renderPart(<PeoplePanel />, { client: { people } });
  screen.getByText(/Nobody has to sign in/);
  const role = screen.getByLabelText<HTMLSelectElement>('Role');
  expect([role.value, role.disabled]).toEqual(['engineer', true]);
  expect(field('Name').value).toBe('Eva');
  await user.type(field('PIN'), '123');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: /Add/ }).disabled).toBe(true);
  await user.type(field('PIN'), '4{Enter}');
  await waitFor(() => expect(usePeople.getState().me).toEqual(EVA));
  expect(people.add).toHaveBeenCalledExactlyOnceWith({
    name: 'Eva',
    role: 'engineer',
    pin: '1234',
    inspector: 'Eva',
  });
  await screen.findByText(/Operators judge/);
  expect([field('Name').value, field('PIN').value]).toEqual(['', '']);
});

it('lets an engineer add and remove others, and change their role and PIN', async () => {
  signedIn(EVA, [EVA]);
  const people = workstation(EVA);
  const user = await renderPart(<PeoplePanel />, { client: { people } });
  await user.type(field('Name'), 'Otto');
  await user.type(field('PIN'), '5678{Enter}');
  const role = await screen.findByLabelText<HTMLSelectElement>('Role of Otto');
  expect(role.value).toBe('operator');
  // One wrong click would leave the window without them.
  expect(screen.queryByLabelText('Role of Eva')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Remove Eva' })).toBeNull();

  await user.selectOptions(role, 'reviewer');
  await waitFor(() => expect(people.changeRole).toHaveBeenCalledOnce());
  await waitFor(() =>
    expect(screen.getByLabelText<HTMLSelectElement>('Role of Otto').value).toBe('reviewer'),
  );

  const reset = screen.getByRole('button', { name: 'New PIN for Otto' });
  await user.click(reset);
  expect(reset.getAttribute('aria-expanded')).toBe('true');
  await waitFor(() => expect(document.activeElement).toBe(field('New PIN')));
  await user.keyboard('8765{Enter}');
  await waitFor(() => expect(people.resetPin).toHaveBeenCalledOnce());
  expect(people.resetPin).toHaveBeenCalledWith({ name: 'Otto', pin: '8765', inspector: 'Eva' });

  await user.click(screen.getByRole('button', { name: 'Remove Otto' }));
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(people.remove).not.toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Remove Otto' }));
  await user.click(within(screen.getByRole('region')).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByLabelText('Role of Otto')).toBeNull());
  expect(people.remove).toHaveBeenCalledExactlyOnceWith({ name: 'Otto', inspector: 'Eva' });
});

it('lets an engineer say after how many idle minutes windows sign out', async () => {
  signedIn(EVA, [EVA]);
  const people = workstation(EVA);
  const user = await renderPart(<PeoplePanel />, { client: { people } });
  await user.selectOptions(screen.getByLabelText('Sign out when idle'), 'After 5 minutes');
  await waitFor(() => expect(usePeople.getState().idleMinutes).toBe(5));
  await user.selectOptions(screen.getByLabelText('Sign out when idle'), 'Never');
  await waitFor(() => expect(usePeople.getState().idleMinutes).toBeNull());
  const asked = people.changeIdleMinutes.mock.calls.map(([input]) => input);
  expect(asked).toEqual([
    { minutes: 5, inspector: 'Eva' },
    { minutes: null, inspector: 'Eva' },
  ]);
});

it('shows others the list to read, with their own PIN to change', async () => {
  signedIn(OTTO, [EVA, OTTO]);
  usePeople.setState({ idleMinutes: 5 });
  await renderPart(<PeoplePanel />, { client: { people: workstation(EVA, OTTO) } });
  screen.getByText(/Engineers look after this list\..*5/);
  expect(screen.queryByRole('combobox')).toBeNull();
  const buttons = screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'));
  expect(buttons).toEqual(['Change my PIN']);
});
