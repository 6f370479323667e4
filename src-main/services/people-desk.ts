import { randomBytes, randomInt } from 'node:crypto';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Person, Role } from '../../src-shared/roles.ts';
import {
  addPerson,
  changePin,
  changeRole,
  findPerson,
  getPerson,
  hasPeople,
  listPeople,
  removePerson,
  type StoredPerson,
} from '../store/people.ts';
import { changeSetting, getSetting } from '../store/settings.ts';
import { openWorkspace, type Workspace } from '../store/workspace.ts';
import { hashPin, isPin } from './pin.ts';

/** Wrong tries that cost nothing: fingers slip. */
const FREE_TRIES = 2;
const LONGEST_WAIT = 60_000;

export interface PeopleDeskOptions {
  readonly workspace: Workspace;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/**
 * Who may do what in a workspace, and who is signed in. A session ends with the program, and as soon as its person is
 * removed or has another PIN or role, by whatever program that was done.
 */
export class PeopleDesk {
  readonly #workspace: Workspace;
  readonly #now: () => number;
  /** By token: the person as they signed in. */
  readonly #sessions = new Map<string, StoredPerson>();
  /** By person's id: wrong tries since the last right one, and until when there is no next one. */
  readonly #tries = new Map<number, { readonly wrong: number; readonly until: number }>();

  constructor({ workspace, now = Date.now }: PeopleDeskOptions) {
    this.#workspace = workspace;
    this.#now = now;
  }

  /** True until the first person was added: everybody may do everything. */
  async isOpen(): Promise<boolean> {
    return !(await hasPeople(this.#workspace));
  }

  list(): Promise<Person[]> {
    return listPeople(this.#workspace);
  }

  /** Whose session it is; null when it is over or never was. */
  async who(token: string | null): Promise<Person | null> {
    const session = await this.#sessionOf(token);
    return session && toPerson(session);
  }

  /**
   * From the third wrong PIN on the next try has to wait 1 s, 2 s, 4 s, ..., at most a minute.
   * @throws ClipSamError `not-permitted` when the PIN is wrong or it is too early for another one; `input-invalid`
   * when nobody has that name
   */
  async signIn(name: string, pin: string): Promise<{ readonly token: string; readonly person: Person }> {
    const person = await findPerson(this.#workspace, name);
    await this.#check(person, pin);
    const token = randomBytes(24).toString('base64url');
    this.#sessions.set(token, person);
    return { token, person: toPerson(person) };
  }

  /** Refuses a PIN that is not the person's, and whoever tries too often. */
  async #check({ id, name, pin: hash }: StoredPerson, pin: string): Promise<void> {
    const { wrong, until } = this.#tries.get(id) ?? { wrong: 0, until: 0 };
    const wait = until - this.#now();
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new ClipSamError('not-permitted', `Too many wrong PINs. Wait ${seconds} s before the next try.`, {
        details: { case: 'pin-wait', seconds },
      });
    }
    // Counted before it is checked: tries at the same time gain nothing.
    const pause = wrong < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, 1000 * 2 ** (wrong - FREE_TRIES));
    this.#tries.set(id, { wrong: wrong + 1, until: this.#now() + pause });
    if (!(await isPin(pin, hash))) {
      throw new ClipSamError('not-permitted', `This is not ${name}'s PIN.`, {
        details: { case: 'pin-wrong' },
      });
    }
    this.#tries.delete(id);
  }

  signOut(token: string): void {
    this.#sessions.delete(token);
  }

  /** @throws ClipSamError `input-invalid` when the name is taken, or the first one is no engineer */
  async add({ pin, ...person }: Person & { readonly pin: string; readonly author: string }): Promise<Person> {
    return addPerson(this.#workspace, { ...person, pin: await hashPin(pin) });
  }

  /** @throws ClipSamError `input-invalid` when nobody has that name, or no engineer would be left */
  changeRole(name: string, role: Role, author: string): Promise<Person> {
    return changeRole(this.#workspace, name, role, author);
  }

  /** Who got a new PIN may try it at once. @throws ClipSamError `input-invalid` when nobody has that name */
  async resetPin(name: string, pin: string, author: string): Promise<Person> {
    const person = await changePin(this.#workspace, name, await hashPin(pin), author);
    this.#tries.delete(person.id);
    return toPerson(person);
  }

  /**
   * A new PIN of one's own, for who knows the present one. The session goes on, the person's others end.
   * @throws ClipSamError `sign-in-required` when nobody is signed in with the token; `not-permitted` as in signing in
   */
  async changeOwnPin(token: string | null, present: string, pin: string): Promise<Person> {
    const session = await this.#sessionOf(token);
    if (token === null || !session) throw new ClipSamError('sign-in-required', 'Sign in to change your PIN.');
    await this.#check(session, present);
    const { name } = session;
    const person = await changePin(this.#workspace, name, await hashPin(pin), name, 'pin-changed');
    this.#sessions.set(token, person);
    return toPerson(person);
  }

  /** @throws ClipSamError `input-invalid` when nobody has that name, or no engineer would be left */
  remove(name: string, author: string): Promise<Person> {
    return removePerson(this.#workspace, name, author);
  }

  /** Minutes without a key or a move after which a window signs out; null: never. */
  idleMinutes(): Promise<number | null> {
    return getSetting(this.#workspace, 'idle-minutes');
  }

  async changeIdleMinutes(minutes: number | null, author: string): Promise<number | null> {
    await changeSetting(this.#workspace, 'idle-minutes', minutes, author);
    return minutes;
  }

  async #sessionOf(token: string | null): Promise<StoredPerson | null> {
    const session = token === null ? undefined : this.#sessions.get(token);
    if (token === null || !session) return null;
    const now = await getPerson(this.#workspace, session.id);
    if (now && now.pin === session.pin && now.role === session.role) return session;
    this.#sessions.delete(token);
    return null;
  }
}

function toPerson({ name, role }: Person): Person {
  return { name, role };
}

/**
 * The way back for who is left without anybody to reset their PIN: gives a new one to a person of a workspace.
 * @returns the PIN, six random digits
 * @throws ClipSamError what opening the workspace says; `input-invalid` when nobody has that name
 */
export async function resetForgottenPin(folder: string, name: string, author: string): Promise<string> {
  const workspace = await openWorkspace(folder);
  try {
    const pin = String(randomInt(1_000_000)).padStart(6, '0');
    await changePin(workspace, name, await hashPin(pin), author);
    return pin;
  } finally {
    await workspace.close();
  }
}
