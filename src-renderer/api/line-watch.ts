/** Milliseconds of silence after which the workstation is asked for a sign of life, and that it then has for one. */
const QUIET = 15_000;
const PATIENCE = 25_000;
/** Milliseconds between two looks. */
const EVERY = 5_000;

export interface LineWatch {
  /** Something came from the workstation. */
  heard(): void;
  end(): void;
}

/**
 * Notices a line that is dead and does not know it: a cable that was pulled, a machine that went away. Browsers say nothing of
 * that for many minutes.
 * @param ask has the workstation say something
 * @param onDead is called once, when it did not
 * @param now milliseconds that only ever grow
 */
export function watchLine(
  ask: () => Promise<unknown>,
  onDead: () => void,
  now: () => number = () => performance.now(),
): LineWatch {
  let last = now();
  let asked: number | null = null;
  const look = () => {
    if (asked === null) {
      if (now() - last < QUIET) return;
      asked = now();
      // What it answers does not matter.
      void ask().catch(() => {});
    } else if (now() - asked >= PATIENCE) {
      end();
      onDead();
    }
  };
  const timer = setInterval(look, EVERY);
  const end = () => clearInterval(timer);
  return {
    heard() {
      last = now();
      asked = null;
    },
    end,
  };
}
