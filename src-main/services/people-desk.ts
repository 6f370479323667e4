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
} from '../store/people.ts';
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

/** Who may do what in a workspace, and who is signed in. Sessions end with the program. */
export class PeopleDesk {
  readonly #workspace: Workspace;
  readonly #now: () => number;
  /** Person's id by token. */
  readonly #sessions = new Map<string, number>();
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

  /** Whose session it is, with the role of this moment; null when it is over or never was. */
  async who(token: string | null): Promise<Person | null> {
    const id = token === null ? undefined : this.#sessions.get(token);
    if (id === undefined) return null;
    return (await getPerson(this.#workspace, id)) ?? null;
  }

  /**
   * From the third wrong PIN on the next try has to wait 1 s, 2 s, 4 s, ..., at most a minute.
   * @throws ClipSamError `not-permitted` when the PIN is wrong or it is too early for another one; `input-invalid`
   * when nobody has that name
   */
  async signIn(name: string, pin: string): Promise<{ readonly token: string; readonly person: Person }> {
    const { id, pin: hash, ...person } = await findPerson(this.#workspace, name);
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
      throw new ClipSamError('not-permitted', `This is not ${person.name}'s PIN.`, {
        details: { case: 'pin-wrong' },
      });
    }
    this.#tries.delete(id);
    const token = randomBytes(24).toString('base64url');
    this.#sessions.set(token, id);
    return { token, person };
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

  /** Ends their sessions. @throws ClipSamError `input-invalid` when nobody has that name */
  async resetPin(name: string, pin: string, author: string): Promise<Person> {
    const { id, role, name: known } = await changePin(this.#workspace, name, await hashPin(pin), author);
    this.#end(id);
    return { name: known, role };
  }

  /** Ends their sessions. @throws ClipSamError `input-invalid` when nobody has that name, or no engineer would be left */
  async remove(name: string, author: string): Promise<Person> {
    const { id, ...person } = await removePerson(this.#workspace, name, author);
    this.#end(id);
    return person;
  }

  #end(id: number): void {
    this.#tries.delete(id);
    for (const [token, person] of this.#sessions) if (person === id) this.#sessions.delete(token);
  }
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
