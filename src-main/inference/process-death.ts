/** Why an inference process is gone. */
export type DeathReason =
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'memory-cap'; readonly rssBytes: number; readonly capBytes: number }
  | { readonly kind: 'start-timeout'; readonly afterMs: number }
  | { readonly kind: 'unresponsive'; readonly silentMs: number }
  | { readonly kind: 'timeout'; readonly path: string; readonly afterMs: number }
  | {
      readonly kind: 'died';
      readonly code: number | null;
      readonly signal: string | null;
      /** The end of what it wrote to standard error. */
      readonly stderr: string;
    }
  | { readonly kind: 'not-started'; readonly message: string };

/** What a request to a process fails with when the process is gone. */
export class ProcessDeath extends Error {
  readonly reason: DeathReason;

  constructor(reason: DeathReason) {
    super(`The inference process ${describeDeath(reason)}.`);
    this.name = 'ProcessDeath';
    this.reason = reason;
  }
}

/** The reason as the end of a sentence: "The inference process ...". */
export function describeDeath(reason: DeathReason): string {
  switch (reason.kind) {
    case 'closed':
      return 'was closed';
    case 'refused':
      return 'could not open the model pack';
    case 'memory-cap':
      return `used ${megabytes(reason.rssBytes)} MB of memory, more than the ${megabytes(reason.capBytes)} MB allowed`;
    case 'start-timeout':
      return `was not ready ${seconds(reason.afterMs)} s after its start`;
    case 'unresponsive':
      return `gave no sign of life for ${seconds(reason.silentMs)} s`;
    case 'timeout':
      return `worked on ${reason.path} for more than ${seconds(reason.afterMs)} s`;
    case 'not-started':
      return `could not be started (${reason.message})`;
    case 'died': {
      const how = reason.signal ? `was ended by ${reason.signal}` : `ended with exit code ${reason.code}`;
      const lines = reason.stderr.split('\n');
      const telling =
        lines.findLast((line) => /error|fatal|abort|terminate|what\(\)/i.test(line)) ?? lines.at(-1);
      return telling ? `${how} (${telling.trim()})` : how;
    }
  }
}

/** Whether a process ended because memory did: by the system's own end of it, or by V8's where a limit was not enough. */
export function ranOutOfMemory(reason: DeathReason): boolean {
  if (reason.kind !== 'died') return false;
  const { signal, stderr } = reason;
  return (signal === 'SIGKILL' && stderr === '') || /\b(heap|process|JavaScript) out of memory/i.test(stderr);
}

const megabytes = (bytes: number) => Math.round(bytes / (1 << 20));
const seconds = (ms: number) => Math.round(ms / 100) / 10;
