import { fork } from 'node:child_process';
import { ClipSamError } from '../../../src-shared/errors.ts';

/**
 * Runs a module in a process of its own, whose memory is not this one's.
 * @param doing what it does, in errors
 * @returns the message that it sends before it ends
 * @throws ClipSamError `cancelled`; `inference-failed` when it ends without one
 */
export function measuredApart<Cost>(
  module: URL,
  args: readonly string[],
  doing: string,
  signal: AbortSignal | undefined,
): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const child = fork(module, args, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const stop = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    let cost: Cost | undefined;
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4096);
    });
    child.on('message', (message) => {
      cost = message as Cost;
    });
    child.on('error', reject);
    child.on('close', () => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(new ClipSamError('cancelled', 'The measurement was cancelled.'));
      else if (cost) resolve(cost);
      else {
        const problem = `The process that ${doing} ended early: ${said.trim()}`;
        reject(new ClipSamError('inference-failed', problem));
      }
    });
  });
}
