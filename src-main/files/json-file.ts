import { readFile } from 'node:fs/promises';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { writeFileAtomically } from './atomic-write.ts';

/** @param name what the file is called in errors @throws ClipSamError with `code` when it is not there or not JSON */
export async function readJsonFile(path: string, name: string, code: ErrorCode): Promise<unknown> {
  try {
    return parseJson(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClipSamError(code, `${name} ${path} cannot be read: ${reason}`, { cause });
  }
}

/** Whole or not at all. @throws ClipSamError `disk-full`, `path-denied` */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}
