import { fileURLToPath } from 'node:url';
import { utilityProcess } from 'electron';
import { unpackedPath } from '../files/unpacked-path.ts';
import {
  type HostedProcess,
  INFERENCE_PROCESS,
  inferenceEnvironment,
  type ProcessHost,
  STDERR_TAIL,
} from '../inference/process-host.ts';
import type { Log } from './log-file.ts';

/** The module of the inference process, where Node finds it without Electron's help. */
export function inferenceModule(): string {
  return unpackedPath(fileURLToPath(INFERENCE_PROCESS));
}

/** Milliseconds that the last of standard error may take to arrive after the process has ended. */
const DRAIN = 500;

/** Inference in a utility process of Electron: a Node process of its own, whose crash takes nothing else along. */
export function utilityProcessHost(
  module: string,
  log: Log,
  env: NodeJS.ProcessEnv = process.env,
): ProcessHost {
  return {
    spawn(): HostedProcess {
      const child = utilityProcess.fork(module, [], {
        env: inferenceEnvironment(env),
        execArgv: [],
        serviceName: 'ClipSAM inference',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stderrTail = '';
      let isGone = false;
      const drained = Promise.withResolvers<void>();
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8');
        stream?.on('data', (text: string) => {
          if (stream === child.stderr) stderrTail = (stderrTail + text).slice(-STDERR_TAIL);
          log.info(`inference: ${text.trimEnd()}`);
        });
      }
      child.stderr?.once('close', () => drained.resolve());
      // V8 ran out of memory or the like; 'exit' follows.
      child.on('error', (type, location) => {
        stderrTail = `${stderrTail}\n${type} error at ${location}`.slice(-STDERR_TAIL);
      });
      return {
        get pid() {
          return child.pid;
        },
        stderrTail: () => stderrTail.trim(),
        send(message) {
          if (!isGone) child.postMessage(message);
        },
        onMessage: (listener) => void child.on('message', listener),
        onExit(listener) {
          child.once('exit', async (code) => {
            isGone = true;
            await Promise.race([drained.promise, new Promise((resolve) => setTimeout(resolve, DRAIN))]);
            log.info(`inference: ended with exit code ${code}`);
            listener({ code, signal: null });
          });
        },
        kill() {
          // `child.kill()` asks by SIGTERM; a process that hangs in a driver needs more.
          if (child.pid === undefined) child.kill();
          else killNow(child.pid);
        },
      };
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
