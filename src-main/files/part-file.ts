import { readFile, rm, stat } from 'node:fs/promises';
import { writeFileAtomically } from './atomic-write.ts';

/** What is known of a part of a file that is being downloaded. It stands beside the part. */
export interface PartState {
  readonly url: string;
  /** By what the server tells whether its file is still the one of the part; null: it can't be known. */
  readonly validator: string | null;
  /** SHA-256 that the server stated. */
  readonly linked: string | null;
}

/** Bytes of a part; 0 when there is none. */
export async function bytesOfPart(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** What is known of the part at `path`; undefined when it is of another address, or nothing can be known. */
export async function readPartState(path: string, url: string): Promise<PartState | undefined> {
  try {
    const state = JSON.parse(await readFile(stateOf(path), 'utf8')) as Record<string, unknown>;
    if (state.url !== url) return undefined;
    const { validator, linked } = state;
    return { url, validator: textOrNull(validator), linked: textOrNull(linked) };
  } catch {
    return undefined;
  }
}

/** @throws ClipSamError `disk-full`, `path-denied` */
export async function writePartState(path: string, state: PartState): Promise<void> {
  await writeFileAtomically(stateOf(path), JSON.stringify(state));
}

/** Removes what is known of a part, which is the file now. */
export async function removePartState(path: string): Promise<void> {
  await rm(stateOf(path), { force: true });
}

/** Removes what was downloaded of a file. */
export async function removePart(path: string): Promise<void> {
  await rm(path, { force: true });
  await removePartState(path);
}

function stateOf(path: string): string {
  return `${path}.json`;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
