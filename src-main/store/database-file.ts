import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';

export const DATABASE_FILE = 'workspace.sqlite';
/** What SQLite keeps of a database, the file itself first. */
const PARTS = ['', '-wal', '-shm'] as const;
const OWNER_ONLY = 0o600;
/** How a database is written and read, at byte 18 of its header: without a log beside it. */
export const ROLLBACK_JOURNAL: Uint8Array = Uint8Array.of(1, 1);

/** Sees to it that a database is for its owner only; SQLite gives its other files the rights of the first. */
export function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', OWNER_ONLY));
  } catch {
    // It is there, or cannot be made: opening it says so.
  }
  for (const part of PARTS) {
    try {
      if (statSync(file + part).mode & 0o077) chmodSync(file + part, OWNER_ONLY);
    } catch {
      // Not there, or somebody else's.
    }
  }
}

/** Whether a database is there, and more than an empty file. */
export function hasDatabase(file: string): boolean {
  return PARTS.slice(0, 2).some((part) => existsSync(file + part) && statSync(file + part).size > 0);
}

/** Tells whether the files that were opened still are the ones at their paths. */
export class DatabaseFile {
  readonly #path: string;
  readonly #file: string | undefined;
  #log: string | undefined;

  /** @param path of a database that was just opened */
  constructor(path: string) {
    this.#path = path;
    this.#file = identityOf(path);
    this.#log = identityOf(`${path}-wal`);
  }

  /** False once one of them was deleted, or another one stands in its place. */
  isInPlace(): boolean {
    const log = identityOf(`${this.#path}-wal`);
    this.#log ??= log;
    return this.#file !== undefined && identityOf(this.#path) === this.#file && log === this.#log;
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}
