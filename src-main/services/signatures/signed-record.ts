import type { ClipSamError } from '../../../src-shared/errors.ts';

/** What a signature covers, as it is now. */
export interface SignedRecord {
  /** Number of a report, name of a lot or recipe. */
  readonly name: string;
  /** Of a report or recipe. */
  readonly revision: number | null;
  /** The recipe asks for two different people. */
  readonly twoPeople: boolean;
  /** Why it cannot be signed yet; undefined: it can. */
  readonly notYet?: ClipSamError | undefined;
  /** Plain data. Lists are objects by id, so that what has changed in them can be named. */
  readonly record: Readonly<Record<string, unknown>>;
  /**
   * A record, this one or one that was signed, with what it has by hash only put in as far as that is still kept, to tell
   * what has changed. Undefined: records are whole.
   */
  readonly whole?: (record: unknown) => Promise<unknown>;
}
