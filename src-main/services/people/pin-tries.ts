import type { ErrorCode } from '../../../src-shared/error-codes.ts';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import { countTry, type StoredInspector } from '../../store/people.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Wrong tries without a wait, for typing errors. */
const FREE_TRIES = 2;
const LONGEST_WAIT = 60_000;
/** Names that nobody has and that are remembered, with the inspectors. */
const MOST_SEEN = 10_000;
const UNWRITABLE: readonly ErrorCode[] = [
  'disk-full',
  'path-denied',
  'workspace-read-only',
  'workspace-replaced',
];

/**
 * True for what keeps a sign-in from being written down and must not keep people out: somebody has to make room, and
 * who only exports writes nothing.
 */
export function isUnwritable(error: unknown): boolean {
  return error instanceof ClipSamError && UNWRITABLE.includes(error.code);
}

/**
 * Makes wrong PINs wait: from the third on 1 s, 2 s, 4 s, ..., at most a minute. The count is in the workspace and
 * survives the program; the wait is measured on a clock that nobody sets, and begins anew with the program.
 */
export class PinTries {
  readonly #workspace: Workspace;
  readonly #now: () => number;
  readonly #started: number;
  /** By inspector's id, or by a name that nobody has: what was seen by this program. */
  readonly #seen = new Map<
    number | string,
    { readonly pin: string; readonly wrong: number; readonly until: number }
  >();

  /** @param now milliseconds that only ever grow */
  constructor(workspace: Workspace, now: () => number) {
    this.#workspace = workspace;
    this.#now = now;
    this.#started = now();
  }

  /** Counts a try as wrong until {@link forget}. @throws ClipSamError `not-permitted` when it is too early for one */
  async take(inspector: StoredInspector): Promise<void> {
    let isCounted = false;
    const count = (now: StoredInspector) => {
      this.#count(now);
      isCounted = true;
    };
    try {
      await countTry(this.#workspace, inspector.id, count);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      if (!isCounted) count(inspector);
    }
  }

  /**
   * As {@link take}, for a name that nobody has: waits must not tell which names there are.
   * @throws ClipSamError `not-permitted` when it is too early for another try
   */
  takeOfNobody(name: string): void {
    const key = name.normalize('NFKC').toLowerCase();
    // Whoever tries that many has waited longer than forgetting one of them saves.
    if (this.#seen.size >= MOST_SEEN) {
      for (const seen of this.#seen.keys()) if (typeof seen === 'string') this.#seen.delete(seen);
    }
    this.#count({ id: key, pin: '', wrongPins: 0 });
  }

  /** The PIN was right. */
  forget(id: number): void {
    this.#seen.delete(id);
  }

  #count({
    id,
    pin,
    wrongPins,
  }: {
    readonly id: number | string;
    readonly pin: string;
    readonly wrongPins: number;
  }): void {
    const seen = this.#seen.get(id);
    const isSame = seen?.pin === pin;
    const wrong = Math.max(wrongPins, isSame ? seen.wrong : 0);
    const until = isSame ? seen.until : this.#started + waitAfter(wrong);
    const left = until - this.#now();
    if (left > 0) {
      const seconds = Math.ceil(left / 1000);
      throw failure('pin-wait', { seconds }, `Too many wrong PINs. Wait ${seconds} s before the next try.`);
    }
    this.#seen.set(id, { pin, wrong: wrong + 1, until: this.#now() + waitAfter(wrong + 1) });
  }
}

/** Milliseconds until the next try. */
function waitAfter(wrong: number): number {
  return wrong <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, 1000 * 2 ** (wrong - FREE_TRIES - 1));
}
