import { readFileSync } from 'node:fs';

/**
 * Which process has an id: ids are given out again, this is not. Undefined: none has it; null: the system does not tell.
 * Linux only: the time since the machine started, and which of its starts.
 */
export function processIdentity(pid: number): string | null | undefined {
  if (!processExists(pid)) return undefined;
  try {
    // The second field is the program's name in brackets, and may hold brackets and spaces.
    const [, fields] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const started = fields?.split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return started === undefined ? null : `${boot} ${started}`;
  } catch {
    return null;
  }
}

/**
 * Whether a process is there, and not another one with its id.
 * @param identity as {@link processIdentity} told it then
 */
export function isProcessThere(pid: number, identity: string | null): boolean {
  const now = processIdentity(pid);
  if (now === undefined) return false;
  return now === null || identity === null || now === identity;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
