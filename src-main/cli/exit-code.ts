/** What the exit status says. Documented in `clipsam --help` and the README. */
export const EXIT = {
  done: 0,
  error: 1,
  usage: 2,
  /** The rest was done: some images failed, or some pack is not whole. */
  someFailed: 3,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;
