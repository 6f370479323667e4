import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isProcessThere, processIdentity } from './process-identity.ts';

/** Columns that say which program works on something. */
interface Owner {
  readonly owner_token: string;
  readonly owner_pid: number;
  readonly owner_host: string;
  readonly owner_process: string | null;
}

/** Tokens at work in this process: tells work that goes on here from work whose end could not be written down. */
const heldHere = new Set<string>();

/** The columns for work of this process. They count once the token is held. */
export function newOwner(): Owner {
  return {
    owner_token: randomUUID(),
    owner_pid: process.pid,
    owner_host: hostname(),
    owner_process: processIdentity(process.pid) ?? null,
  };
}

/** The work begins, or goes on, in this process. */
export function holdToken(token: string): void {
  heldHere.add(token);
}

/** It is not at work here any more, whether or not its end could be written down. */
export function releaseToken(token: string): void {
  heldHere.delete(token);
}

/** Where the owner is: at work in this process, in another one of this machine, on another machine, or gone. */
export function whereOwnerIs(owner: Owner): 'this-process' | 'this-machine' | 'elsewhere' | 'gone' {
  if (owner.owner_host !== hostname()) return 'elsewhere';
  if (owner.owner_pid === process.pid) return heldHere.has(owner.owner_token) ? 'this-process' : 'gone';
  return isProcessThere(owner.owner_pid, owner.owner_process) ? 'this-machine' : 'gone';
}
