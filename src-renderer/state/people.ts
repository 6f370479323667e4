import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { ErrorDetails } from '../../src-shared/error-cases.ts';
import { type Action, LEAST_ROLE, mayDo } from '../../src-shared/permissions.ts';
import type { Person, Role } from '../../src-shared/roles.ts';
import type { Client } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useSession } from './session.ts';

/** These outlive a reload of the page, not the window: the session, and when somebody last touched a key or the pointer. */
const TOKEN = 'clipsam-token';
const SEEN = 'clipsam-seen';

interface People {
  /** Who may sign in; nobody: everything is open. */
  readonly people: readonly Person[];
  /** Who is signed in. */
  readonly me: Person | null;
  /** Minutes without a key or a move after which the window signs out; null: never. */
  readonly idleMinutes: number | null;
  /** After how many it did, until the next one signs in. */
  readonly idledOut: number | null;
}

export const usePeople = create<People>(() => ({ people: [], me: null, idleMinutes: null, idledOut: null }));

/** Asks who there is, and signs in again on a new line. */
export async function refreshPeople(client: Client): Promise<void> {
  const token = sessionStorage.getItem(TOKEN);
  const [people, me, idleMinutes] = await Promise.all([
    client.people.list(),
    token === null ? null : client.people.resume({ token }),
    client.people.idleMinutes(),
  ]);
  if (isFounding) return;
  // Who signed in or out meanwhile knows better.
  if (sessionStorage.getItem(TOKEN) === token) become(me);
  usePeople.setState({ people, idleMinutes });
}

/** The first person is there and not signed in yet: no moment to ask who it is. */
let isFounding = false;

/** Adds the first person, an engineer, and signs in as that. */
export async function addFirst(client: Client, name: string, pin: string): Promise<void> {
  const { inspector } = useSession.getState();
  isFounding = true;
  try {
    const person = await client.people.add({ name, role: 'engineer', pin, inspector });
    await signIn(client, person.name, pin);
  } finally {
    isFounding = false;
    await refreshPeople(client);
  }
}

export async function signIn(client: Client, name: string, pin: string): Promise<void> {
  const { token, person } = await client.people.signIn({ name, pin });
  sessionStorage.setItem(TOKEN, token);
  touch();
  usePeople.setState({ idledOut: null });
  become(person);
}

/** @param idledOut the minutes without a key or a move that it is the consequence of */
export async function signOut(client: Client, idledOut: number | null = null): Promise<void> {
  sessionStorage.removeItem(TOKEN);
  usePeople.setState({ idledOut });
  become(null);
  await client.people.signOut();
}

function become(me: Person | null): void {
  if (me) useSession.getState().set({ inspector: me.name });
  else sessionStorage.removeItem(TOKEN);
  usePeople.setState({ me });
}

/** Somebody is there. */
export function touch(): void {
  sessionStorage.setItem(SEEN, String(Date.now()));
}

/** Milliseconds since somebody was there, with the time that the page or the machine slept. */
export function quietFor(): number {
  return Date.now() - Number(sessionStorage.getItem(SEEN) ?? 0);
}

/** The role that somebody at the window lacks for an action; null: nothing stands in the way. */
function lacks({ people, me }: People, action: Action): Role | null {
  if (people.length === 0 || (me && mayDo(me.role, action))) return null;
  return LEAST_ROLE[action];
}

/** What to spread over a control: nothing where its action is allowed, else that it is disabled, and why. */
export function useDenied() {
  const { t } = useTranslation('app');
  const state = usePeople();
  return useCallback(
    (action: Action) => {
      const role = lacks(state, action);
      if (!role) return {};
      const reason = t(`people.needs.${role}`);
      return { disabled: true, title: reason, 'aria-description': reason };
    },
    [state, t],
  );
}

/** Why who is signed in may not go over what somebody else said, whatever stands there; null: nothing is in the way. */
export function useOthersWord() {
  const { people, me } = usePeople();
  return (
    action: 'review.judge-after-others' | 'review.retract-of-others',
    inspector: string | undefined,
  ): string | null => {
    if (people.length === 0 || !me || inspector === undefined || inspector === me.name) return null;
    if (mayDo(me.role, action)) return null;
    const which = action === 'review.judge-after-others' ? 'judged-by-other' : 'marked-by-other';
    const details: ErrorDetails = { case: which, name: inspector };
    return failureText({ code: 'not-permitted', message: '', details });
  };
}
