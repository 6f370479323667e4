import { type FromChild, HEARTBEAT_INTERVAL, type ToChild } from './inference-protocol.ts';
import type { HostedProcess, ProcessExit, ProcessHost } from './process-host.ts';

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
      readonly lastWords: string;
    }
  | { readonly kind: 'not-started'; readonly message: string };

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
      const lines = reason.lastWords.split('\n');
      const telling =
        lines.findLast((line) => /error|fatal|abort|terminate|what\(\)/i.test(line)) ?? lines.at(-1);
      return telling ? `${how} (${telling.trim()})` : how;
    }
  }
}

/** Whether a process ended because memory did: by the system's own end of it, or by V8's where a limit was not enough. */
export function ranOutOfMemory(reason: DeathReason): boolean {
  if (reason.kind !== 'died') return false;
  const { signal, lastWords } = reason;
  return (
    (signal === 'SIGKILL' && lastWords === '') || /\b(heap|process|JavaScript) out of memory/i.test(lastWords)
  );
}

const megabytes = (bytes: number) => Math.round(bytes / (1 << 20));
const seconds = (ms: number) => Math.round(ms / 100) / 10;

export interface ChildLimits {
  /** Milliseconds from start to `ready`, or to the end of an examination. */
  readonly readyTimeout: number;
  /** Milliseconds without any message after which the child counts as hung. */
  readonly silence: number;
}

/** What a child says. Nothing more comes after `onDeath`, nor after {@link SupervisedChild.kill} but `onDeath`. */
export interface ChildListener {
  onMessage(message: FromChild): void;
  onDeath(reason: DeathReason): void;
}

/** One generation of the inference process: it lives once. */
export interface SupervisedChild {
  readonly pid: number | undefined;
  send(message: ToChild): void;
  /** Ends the child, whatever it is doing. The first reason counts. */
  kill(reason: DeathReason): void;
}

/** What the first message is answered with. */
const FIRST_ANSWERS: ReadonlySet<string> = new Set(['ready', 'refused', 'examined']);
/** A process that even SIGKILL doesn't end (stuck in a device or network drive) is given up after this long. */
const KILL_PATIENCE = 5000;

/** Starts a child and watches over it: ready in time, heartbeats, death. */
export function superviseChild(
  host: ProcessHost,
  first: ToChild & { readonly kind: 'open' | 'examine' },
  limits: ChildLimits,
  listener: ChildListener,
): SupervisedChild {
  let condemned: DeathReason | undefined;
  let buried = false;
  let silentTicks = 0;
  const child: HostedProcess = host.spawn();

  const kill = (reason: DeathReason) => {
    if (condemned || buried) return;
    condemned = reason;
    child.kill();
    setTimeout(() => bury(reason), KILL_PATIENCE).unref();
  };
  const bury = (reason: DeathReason) => {
    if (buried) return;
    buried = true;
    clearTimeout(readyTimer);
    clearInterval(watch);
    listener.onDeath(reason);
  };

  const readyTimer = setTimeout(
    () => kill({ kind: 'start-timeout', afterMs: limits.readyTimeout }),
    limits.readyTimeout,
  );
  // Ticks instead of the clock: a parent that slept or was busy has not listened, which is no fault of the child.
  const watch = setInterval(() => {
    silentTicks++;
    if (silentTicks * HEARTBEAT_INTERVAL >= limits.silence) {
      kill({ kind: 'unresponsive', silentMs: limits.silence });
    }
  }, HEARTBEAT_INTERVAL);

  child.onMessage((message) => {
    if (condemned || buried) return;
    silentTicks = 0;
    const known = message as FromChild;
    if (FIRST_ANSWERS.has(known.kind)) clearTimeout(readyTimer);
    listener.onMessage(known);
  });
  child.onExit((exit) => bury(condemned ?? deathOf(exit, child.lastWords())));
  child.send(first);
  return {
    // Electron knows it only once the process runs.
    get pid() {
      return child.pid;
    },
    send: (message) => child.send(message),
    kill,
  };
}

function deathOf(exit: ProcessExit, lastWords: string): DeathReason {
  if (exit.error !== undefined) return { kind: 'not-started', message: exit.error };
  return { kind: 'died', code: exit.code, signal: exit.signal, lastWords };
}
