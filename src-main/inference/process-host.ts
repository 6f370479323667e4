import { fork } from 'node:child_process';

/** How a process ended: by itself (`code`), by a signal, or without ever having started (`error`). */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: string;
}

/** A process that was started by a {@link ProcessHost}. Messages are structured clones. */
export interface HostedProcess {
  readonly pid: number | undefined;
  /** What the process wrote to its standard error last, a few kilobytes: why native code gave up. */
  stderrTail(): string;
  /** A message to a process that is gone is dropped: its exit says all there is to say. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, after the last message. */
  onExit(listener: (exit: ProcessExit) => void): void;
  /** Ends the process at once, whatever it is doing. */
  kill(): void;
}

/** The little that supervision needs of `child_process.fork` or Electron's `utilityProcess`, so that either fits. */
export interface ProcessHost {
  spawn(): HostedProcess;
}

/** Variables that the child gets: enough to find libraries, drivers and temporary folders, nothing private. */
const ALLOWED_VARIABLES =
  /^(PATH|HOME|USERPROFILE|TMP|TEMP|TMPDIR|LANG|LC_.*|TZ|SYSTEMROOT|WINDIR|LOCALAPPDATA|APPDATA|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|XDG_RUNTIME_DIR|XDG_CACHE_HOME|CLIPSAM_GRAPHS|VK_.*|CUDA.*|NVIDIA_.*|NODE_COMPILE_CACHE)$/i;

/** The part of an environment that the inference process may see. */
export function scrubbedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => ALLOWED_VARIABLES.test(name)));
}

/** The environment of the inference process: {@link scrubbedEnvironment} and what keeps its memory flat. */
export function inferenceEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  // glibc keeps what threads free in an arena per thread; two keep a long batch's memory flat.
  return { ...(scrubbedEnvironment(env) as Record<string, string>), MALLOC_ARENA_MAX: '2' };
}

/** Characters of {@link HostedProcess.stderrTail} that are kept. */
export const STDERR_TAIL = 4096;

/** The module that an inference process runs. */
export const INFERENCE_PROCESS = new URL('./inference-process.ts', import.meta.url);

/** Plain Node: forks `module`. Its standard output is dropped, so that it can't mix with the parent's. */
export function forkHost(module: URL = INFERENCE_PROCESS, env: NodeJS.ProcessEnv = process.env): ProcessHost {
  return {
    spawn() {
      const child = fork(module, {
        env: inferenceEnvironment(env),
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let stderrTail = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderrTail = (stderrTail + text).slice(-STDERR_TAIL);
      });
      return {
        pid: child.pid,
        stderrTail: () => stderrTail.trim(),
        send(message) {
          if (child.connected) child.send(message as object, () => {});
        },
        onMessage: (listener) => void child.on('message', listener),
        onExit(listener) {
          let told = false;
          const once = (exit: ProcessExit) => {
            if (!told) listener(exit);
            told = true;
          };
          // 'close' comes after 'exit', when the channel and standard error are drained.
          child.on('close', (code, signal) => once({ code, signal }));
          child.on('error', (error) => {
            if (child.pid === undefined) once({ code: null, signal: null, error: error.message });
          });
        },
        kill: () => void child.kill('SIGKILL'),
      };
    },
  };
}
