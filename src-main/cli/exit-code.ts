import type { ErrorCode } from '../../src-shared/error-codes.ts';

/** What the exit status says. Documented in `clipsam --help` and README.md. */
export const EXIT = {
  done: 0,
  error: 1,
  usage: 2,
  /** The rest was done: some images failed, or some pack is not whole. */
  someFailed: 3,
  /** `audit verify`: the trail, or what it tells of, was changed behind the program's back. */
  tampered: 4,
  /** Something else is at work, or has to be done first. EX_TEMPFAIL, as sysexits.h has it: worth another try later. */
  conflict: 75,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

const OF_CODE: { readonly [Code in ErrorCode]?: number } = {
  // Caused by what the user wrote, not by the state of the machine.
  'input-invalid': EXIT.usage,
  'not-found': EXIT.usage,
  'export-in-the-way': EXIT.usage,
  'image-not-found': EXIT.usage,
  'recipe-invalid': EXIT.usage,
  'text-too-long': EXIT.usage,
  'device-unavailable': EXIT.usage,
  conflict: EXIT.conflict,
  'workspace-locked': EXIT.conflict,
  'record-unreachable': EXIT.conflict,
  cancelled: EXIT.interrupted,
};

/** The exit status for an error that ends a command. */
export function exitCodeOf(code: ErrorCode): number {
  return OF_CODE[code] ?? EXIT.error;
}
