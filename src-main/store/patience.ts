import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two attempts, at most. */
const LONGEST = 100;
/** Milliseconds after which a wait is worth telling. */
const TELL_AFTER = 400;

export interface PatienceOptions {
  /** Milliseconds that it lasts. */
  readonly limit: number;
  /** Told when a wait has become long, and at the end of the last such one. */
  readonly onWaiting: (isWaiting: boolean) => void;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** Milliseconds, by a clock that nobody sets. */
  readonly now?: () => number;
}

/** One wait for another program. */
export interface Waiting {
  /** Sleeps until the next attempt; false when it took too long. */
  again(): Promise<boolean>;
  end(): void;
}

/** Short sleeps, each some random time of a growing span, until a limit. */
export class Patience {
  readonly #limit: number;
  readonly #onWaiting: (isWaiting: boolean) => void;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  readonly #now: () => number;
  #waiting = 0;

  constructor({ limit, onWaiting, sleep = setTimeout, now = () => performance.now() }: PatienceOptions) {
    this.#limit = limit;
    this.#onWaiting = onWaiting;
    this.#sleep = sleep;
    this.#now = now;
  }

  begin(): Waiting {
    let since: number | undefined;
    let longest = 5;
    let isTold = false;
    return {
      again: async () => {
        since ??= this.#now();
        const waited = this.#now() - since;
        if (waited >= this.#limit) return false;
        if (waited >= TELL_AFTER && !isTold) {
          isTold = true;
          if (++this.#waiting === 1) this.#onWaiting(true);
        }
        await this.#sleep(longest * (0.5 + Math.random() / 2));
        longest = Math.min(LONGEST, longest * 2);
        return true;
      },
      end: () => {
        if (isTold && --this.#waiting === 0) this.#onWaiting(false);
      },
    };
  }
}
