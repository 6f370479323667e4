import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { ErrorDetails } from '../../src-shared/error-cases.ts';
import { type Action, LEAST_ROLE, mayDo } from '../../src-shared/permissions.ts';
import type { Inspector, Role } from '../../src-shared/roles.ts';
import { signOutOverNetwork } from '../api/browser-access.ts';
import type { Client } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useSession } from './session.ts';

/** These outlive a reload of the page, not the window: the session, and when somebody last touched a key or the pointer. */
const TOKEN = 'clipsam-token';
const SEEN = 'clipsam-seen';

interface People {
  /** Who may sign in; nobody: everything is open. */
  readonly people: readonly Inspector[];
  /** Who is signed in. */
  readonly me: Inspector | null;
  /** Minutes without a key or a move after which the window signs out; null: never. */
  readonly idleMinutes: number | null;
  /** After how many it did, until the next inspector signs in. */
  readonly idledOut: number | null;
  /** Signed in before the window opened, and until it closes. */
  readonly isOverNetwork: boolean;
}

export const usePeople = create<People>(() => ({
  people: [],
  me: null,
  idleMinutes: null,
  idledOut: null,
  isOverNetwork: false,
}));

/** Begins a window over a network as who signed in. */
export function beginAs(inspector: Inspector): void {
  usePeople.setState({ isOverNetwork: true, idledOut: null });
  touch();
  setMe(inspector);
}

/** Asks which people there are, and signs in again on a new connection. */
export async function refreshPeople(client: Client): Promise<void> {
  if (usePeople.getState().isOverNetwork) {
    const [people, idleMinutes] = await Promise.all([client.people.list(), client.people.idleMinutes()]);
    usePeople.setState({ people, idleMinutes });
    return;
  }
  const token = sessionStorage.getItem(TOKEN);
  const [people, me, idleMinutes] = await Promise.all([
    client.people.list(),
    token === null ? null : client.people.resume({ token }),
    client.people.idleMinutes(),
  ]);
  if (isFounding) return;
  // Somebody may have signed in or out meanwhile: that is newer than this answer.
  if (sessionStorage.getItem(TOKEN) === token) setMe(me);
  usePeople.setState({ people, idleMinutes });
}

/** True while the first inspector is being added and signed in: answers from between the two would sign them out. */
let isFounding = false;

/** Adds the first inspector, an engineer, and signs in as that. */
export async function addFirst(client: Client, name: string, pin: string): Promise<void> {
  const { inspector } = useSession.getState();
  isFounding = true;
  try {
    const added = await client.people.add({ name, role: 'engineer', pin, inspector });
    await signIn(client, added.name, pin);
  } finally {
    isFounding = false;
    await refreshPeople(client);
  }
}

export async function signIn(client: Client, name: string, pin: string): Promise<void> {
  const { token, inspector } = await client.people.signIn({ name, pin });
  sessionStorage.setItem(TOKEN, token);
  touch();
  usePeople.setState({ idledOut: null });
  setMe(inspector);
}

/** @param idledOut the minutes without a key or a move that it is the consequence of */
export async function signOut(client: Client, idledOut: number | null = null): Promise<void> {
  usePeople.setState({ idledOut });
  // The connection closes then, and the window with it.
  if (usePeople.getState().isOverNetwork) return signOutOverNetwork();
  sessionStorage.removeItem(TOKEN);
  setMe(null);
  await client.people.signOut();
}

function setMe(me: Inspector | null): void {
  if (me) useSession.getState().set({ inspector: me.name });
  else sessionStorage.removeItem(TOKEN);
  usePeople.setState({ me });
}

/** Notes that a key or the pointer was touched just now. */
export function touch(): void {
  sessionStorage.setItem(SEEN, String(Date.now()));
}

/** Milliseconds since a key or the pointer was touched, with the time that the page or the machine slept. */
export function quietFor(): number {
  return Date.now() - Number(sessionStorage.getItem(SEEN) ?? 0);
}

/** The role that an action needs and the inspector at the window does not have; null: they may do it. */
function missingRole({ people, me }: People, action: Action): Role | null {
  if (people.length === 0 || (me && mayDo(me.role, action))) return null;
  return LEAST_ROLE[action];
}

/** What to spread over a control: nothing where its action is allowed, else that it is disabled, and why. */
export function useDenied() {
  const { t } = useTranslation('app');
  const state = usePeople();
  return useCallback(
    (action: Action) => {
      const role = missingRole(state, action);
      if (!role) return {};
      const reason = t(`people.needs.${role}`);
      return { disabled: true, title: reason, 'aria-description': reason };
    },
    [state, t],
  );
}

const OTHERS_WORD = {
  'review.judge-after-others': 'judged-by-other',
  'review.retract-of-others': 'marked-by-other',
  'references.reject-of-others': 'asked-by-other',
} as const;

/** Why the inspector who is signed in may not change what another inspector said; null: they may. */
export function useOthersWord() {
  const { people, me } = usePeople();
  return (action: keyof typeof OTHERS_WORD, inspector: string | undefined): string | null => {
    if (people.length === 0 || !me || inspector === undefined || inspector === me.name) return null;
    if (mayDo(me.role, action)) return null;
    const which = OTHERS_WORD[action];
    const details: ErrorDetails = { case: which, name: inspector };
    return failureText({ code: 'not-permitted', message: '', details });
  };
}
