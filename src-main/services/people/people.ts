import { randomInt } from 'node:crypto';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import type { Inspector, Role } from '../../../src-shared/roles.ts';
import { type Actor, actingFor } from '../../store/acting.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import {
  addInspector,
  changePin,
  changeRole,
  findInspector,
  hasPeople,
  listPeople,
  removeInspector,
  type StoredInspector,
  welcome,
} from '../../store/people.ts';
import { changeSetting, getSetting } from '../../store/settings.ts';
import type { Workspace } from '../../store/workspace.ts';
import { type PinKeeper, scryptPins } from './pin.ts';
import { isUnwritable, PinTries } from './pin-tries.ts';
import { type Clocks, Sessions } from './sessions.ts';

/** The name in the history for what was done by somebody who is not signed in. */
const UNKNOWN = 'unknown';

export interface PeopleOptions {
  readonly workspace: Workspace;
  /** What PINs are kept with. Default: scrypt, slow. */
  readonly pins?: PinKeeper;
  /** For tests. */
  readonly clocks?: Clocks;
  /** Minutes after which a session is over where the workspace sets none. Default null: never. */
  readonly idleUnlessSet?: number | null;
  /** Gets what kept a sign-in from being written down. */
  readonly log?: (error: unknown) => void;
}

/** Somebody who is signed in, for what they do next. */
export interface Acting {
  readonly inspector: Inspector;
  readonly actor: NonNullable<Actor>;
}

/**
 * Who may do what in a workspace, and who is signed in. Whoever changes something here brings the workspace as they
 * may use it (`actingFor`): it is checked again when it is written.
 */
export class People {
  readonly #workspace: Workspace;
  readonly #pins: PinKeeper;
  readonly #tries: PinTries;
  readonly #sessions: Sessions;
  readonly #log: (error: unknown) => void;
  readonly #idleUnlessSet: number | null;
  /** What PINs for names that nobody has are compared with. */
  #decoy: Promise<string> | undefined;

  constructor(options: PeopleOptions) {
    const { workspace, pins = scryptPins(), clocks = CLOCKS, log = () => {}, idleUnlessSet = null } = options;
    this.#workspace = workspace;
    this.#pins = pins;
    this.#log = log;
    this.#idleUnlessSet = idleUnlessSet;
    this.#tries = new PinTries(workspace, clocks.steady);
    this.#sessions = new Sessions({
      ...{ workspace, clocks },
      idleMinutes: () => this.idleMinutes(),
      onIdle: (inspector) => this.#note('idled-out', inspector),
    });
  }

  /** True until the first inspector was added: everybody may do everything. */
  async isOpen(): Promise<boolean> {
    return !(await hasPeople(this.#workspace));
  }

  list(): Promise<Inspector[]> {
    return listPeople(this.#workspace);
  }

  /**
   * Whose session it is; null when it is over or never was.
   * @param isAlive somebody is there: the minutes after which it is over begin anew
   */
  async who(token: string | null, isAlive = false): Promise<Inspector | null> {
    return (await this.acting(token, isAlive))?.inspector ?? null;
  }

  /** As {@link who}, for what they do next. */
  async acting(token: string | null, isAlive = false): Promise<Acting | null> {
    const stored = await this.#sessions.inspectorOf(token, isAlive);
    return stored && { inspector: toInspector(stored), actor: stored };
  }

  /**
   * From the third wrong PIN on the next try has to wait 1 s, 2 s, 4 s, ..., at most a minute.
   * @throws ClipSamError `not-permitted` when the PIN is wrong or it is too early for another one; `not-found`
   * when nobody has that name
   */
  async signIn(
    name: string,
    pin: string,
  ): Promise<{ readonly token: string; readonly inspector: Inspector }> {
    const inspector = await this.#check(await findInspector(this.#workspace, name), pin);
    await this.#note('signed-in', inspector);
    return { token: this.#sessions.begin(inspector), inspector: toInspector(inspector) };
  }

  /**
   * As {@link signIn}, for whom the list of names is not shown: neither the answer nor, but for a
   * write to the database, its time tells whether anybody has that name.
   * @throws ClipSamError `not-permitted` when name or PIN is wrong, or it is too early for another try
   */
  async signInByName(
    name: string,
    pin: string,
  ): Promise<{ readonly token: string; readonly inspector: Inspector }> {
    try {
      return await this.signIn(name, pin);
    } catch (error) {
      const wrong = failure('name-or-pin-wrong', 'Name or PIN is wrong.');
      if (!(error instanceof ClipSamError)) throw error;
      if (error.details?.case === 'pin-wrong') throw wrong;
      if (error.code !== 'not-found') throw error;
      this.#tries.takeOfNobody(name);
      this.#decoy ??= this.#pins.hash('');
      await this.#pins.fits(pin, await this.#decoy);
      throw wrong;
    }
  }

  /**
   * That somebody is who they say, at this moment: what a session does not tell. Throws as {@link signIn}.
   * @returns who it is, for what they do at once
   */
  async confirm(name: string, pin: string): Promise<Acting> {
    const stored = await this.#check(await findInspector(this.#workspace, name), pin);
    return { inspector: toInspector(stored), actor: stored };
  }

  async signOut(token: string): Promise<void> {
    const inspector = this.#sessions.end(token);
    if (inspector) await this.#note('signed-out', inspector);
  }

  /**
   * @throws ClipSamError `input-invalid` when the name is taken, looks like one that is, or hides something, or the
   *   first one is no engineer; `sign-in-required` when who adds them may not any more
   */
  async add(
    acting: Workspace,
    { pin, ...added }: Inspector & { readonly pin: string; readonly inspector: string },
  ): Promise<Inspector> {
    return addInspector(acting, { ...added, pin: await this.#pins.hash(pin) });
  }

  /** @throws ClipSamError `not-found` when nobody has that name, `conflict` when no engineer would be left */
  changeRole(acting: Workspace, name: string, role: Role, inspector: string): Promise<Inspector> {
    return changeRole(acting, name, role, inspector);
  }

  /** Who got a new PIN may try it at once. @throws ClipSamError `not-found` when nobody has that name */
  async resetPin(acting: Workspace, name: string, pin: string, inspector: string): Promise<Inspector> {
    return toInspector(await changePin(acting, name, await this.#pins.hash(pin), inspector));
  }

  /**
   * A new PIN of one's own, for who knows the present one. The session goes on, the inspector's others end.
   * @throws ClipSamError `sign-in-required` when nobody is signed in with the token, or somebody else gave them a new
   *   PIN meanwhile; `not-permitted` as in signing in
   */
  async changeOwnPin(token: string | null, present: string, pin: string): Promise<Inspector> {
    const session = await this.#sessions.inspectorOf(token, true);
    if (token === null || !session) throw new ClipSamError('sign-in-required', 'Sign in to change your PIN.');
    await this.#check(session, present);
    const { name } = session;
    const acting = actingFor(this.#workspace, session);
    const inspector = await changePin(acting, name, await this.#pins.hash(pin), name, 'pin-changed');
    this.#sessions.renew(token, inspector);
    return toInspector(inspector);
  }

  /** @throws ClipSamError `not-found` when nobody has that name, `conflict` when no engineer would be left */
  remove(acting: Workspace, name: string, inspector: string): Promise<Inspector> {
    return removeInspector(acting, name, inspector);
  }

  /** Minutes without a key or a move after which a session is over; null: never. */
  async idleMinutes(): Promise<number | null> {
    return (await getSetting(this.#workspace, 'idle-minutes')) ?? this.#idleUnlessSet;
  }

  async changeIdleMinutes(
    acting: Workspace,
    minutes: number | null,
    inspector: string,
  ): Promise<number | null> {
    await changeSetting(acting, 'idle-minutes', minutes, inspector);
    return this.idleMinutes();
  }

  /** Refuses a PIN that is not the inspector's, and whoever tries too often. @returns the inspector as they are by then */
  async #check(inspector: StoredInspector, pin: string): Promise<StoredInspector> {
    await this.#tries.take(inspector);
    if (await this.#pins.fits(pin, inspector.pin)) {
      const stronger = this.#pins.isWeak(inspector.pin) ? await this.#pins.hash(pin) : inspector.pin;
      const welcomed = await this.#despiteTheDisk(
        () => welcome(this.#workspace, inspector, stronger),
        inspector,
      );
      if (welcomed) {
        this.#tries.forget(inspector.id);
        return welcomed;
      }
    }
    await this.#note('wrong-pin', inspector, UNKNOWN);
    throw failure('pin-wrong', `This is not ${inspector.name}'s PIN.`);
  }

  #note(
    action: 'idled-out' | 'signed-in' | 'signed-out' | 'wrong-pin',
    { id, name }: StoredInspector,
    inspector = name,
  ): Promise<void> {
    const event = { inspector, action, subject: 'session', subjectId: id, newValue: { name } } as const;
    return this.#despiteTheDisk(() => recordAuditEvent(this.#workspace, event), undefined);
  }

  async #despiteTheDisk<T>(write: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      this.#log(error);
      return otherwise;
    }
  }
}

const CLOCKS: Clocks = { steady: () => performance.now(), wall: Date.now };

function toInspector({ name, role }: Inspector): Inspector {
  return { name, role };
}

/**
 * For a workspace where nobody is left who could reset a PIN: gives a new one to an inspector of a workspace.
 * @returns the PIN, six random digits
 * @throws ClipSamError what opening the workspace says; `not-found` when nobody has that name
 */
export async function resetForgottenPin(folder: string, name: string, inspector: string): Promise<string> {
  const workspace = await openWorkspace(folder);
  try {
    const pin = String(randomInt(1_000_000)).padStart(6, '0');
    await changePin(workspace, name, await scryptPins().hash(pin), inspector);
    return pin;
  } finally {
    await workspace.close();
  }
}
