import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** @param cause what was thrown; its stack is written too */
  error(message: string, cause?: unknown): void;
}

/** Bytes after which a log file is put aside, and how many such files are kept. */
const LIMITS = { bytes: 2 << 20, kept: 3 };

/**
 * A log file, one line per entry. Written at once, so that the last lines before a crash are there; a log that can't
 * be written is no reason to stop. A full file becomes `<path>.1`, and so on.
 */
export function openLog(path: string, limits: Readonly<typeof LIMITS> = LIMITS): Log {
  const write = (level: string, message: string) => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= limits.bytes) rotate(path, limits.kept);
      // A message may quote a page or a file name: it stays one entry.
      appendFileSync(path, `${new Date().toISOString()} ${level} ${message.replaceAll('\n', '\n  ')}\n`);
    } catch {}
  };
  return {
    info: (message) => write('info ', message),
    warn: (message) => write('warn ', message),
    error: (message, cause) => write('error', cause === undefined ? message : `${message}\n${textOf(cause)}`),
  };
}

function rotate(path: string, kept: number): void {
  for (let age = kept - 1; age >= 1; age--) {
    if (statSync(`${path}.${age}`, { throwIfNoEntry: false }))
      renameSync(`${path}.${age}`, `${path}.${age + 1}`);
  }
  renameSync(path, `${path}.1`);
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
