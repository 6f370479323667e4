import {
  type FromChild,
  HEARTBEAT_INTERVAL,
  type Heartbeat,
  type InferenceRequests,
} from './inference-protocol.ts';
import { type DeathReason, ProcessDeath } from './process-death.ts';
import type { HostedProcess, ProcessExit, ProcessHost } from './process-host.ts';
import { RequestClient } from './request-channel.ts';

export interface ChildLimits {
  /** Milliseconds from start to the first answer: the pack is loaded, or examined. */
  readonly readyTimeout: number;
  /** Milliseconds without any message after which the child counts as hung. */
  readonly silence: number;
}

/** What a child says besides its answers. Nothing more comes after `onDeath`, nor after a kill but `onDeath`. */
export interface ChildListener {
  onHeartbeat(heartbeat: Heartbeat): void;
  onDeath(reason: DeathReason): void;
}

/** One generation of the inference process: it lives once. */
export interface SupervisedChild {
  readonly pid: number | undefined;
  /** @throws ClipSamError what the process answers; {@link ProcessDeath} when it ends before that */
  readonly ask: RequestClient<InferenceRequests>['ask'];
  /** Ends the child, whatever it is doing. The first reason counts. */
  kill(reason: DeathReason): void;
}

/** A process that even SIGKILL doesn't end (stuck in a device or network drive) is given up after this long. */
const KILL_PATIENCE = 5000;

/** Starts a child and watches over it: ready in time, heartbeats, death. What can't be started dies at once. */
export function superviseChild(
  host: ProcessHost,
  limits: ChildLimits,
  listener: ChildListener,
): SupervisedChild {
  let killReason: DeathReason | undefined;
  let isGone = false;
  let silentTicks = 0;
  const child = spawnFrom(host);

  const kill = (reason: DeathReason) => {
    if (killReason || isGone) return;
    killReason = reason;
    child.kill();
    setTimeout(() => end(reason), KILL_PATIENCE).unref();
  };
  const end = (reason: DeathReason) => {
    if (isGone) return;
    isGone = true;
    clearTimeout(readyTimer);
    clearInterval(watch);
    requests.close(new ProcessDeath(reason));
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

  const requests = new RequestClient<InferenceRequests>({
    send: (message) => child.send(message),
    onMessage: (receive) =>
      child.onMessage((message) => {
        if (killReason || isGone) return;
        silentTicks = 0;
        const known = message as FromChild;
        if (known.kind === 'heartbeat') return listener.onHeartbeat(known);
        clearTimeout(readyTimer);
        receive(message);
      }),
  });
  child.onExit((exit) => end(killReason ?? deathOf(exit, child.stderrTail())));
  return {
    // Electron knows it only once the process runs.
    get pid() {
      return child.pid;
    },
    ask: (kind, job, options) => requests.ask(kind, job, options),
    kill,
  };
}

/** A process of the host; when there is none to have (no memory, no process ids), one that has already ended. */
function spawnFrom(host: ProcessHost): HostedProcess {
  try {
    return host.spawn();
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause);
    return {
      pid: undefined,
      stderrTail: () => '',
      send: () => {},
      onMessage: () => {},
      onExit: (listener) => queueMicrotask(() => listener({ code: null, signal: null, error })),
      kill: () => {},
    };
  }
}

function deathOf(exit: ProcessExit, stderr: string): DeathReason {
  if (exit.error !== undefined) return { kind: 'not-started', message: exit.error };
  return { kind: 'died', code: exit.code, signal: exit.signal, stderr };
}
