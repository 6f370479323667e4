import { existsSync, writeFileSync } from 'node:fs';
import type { FromChild, InferenceRequests, ToChild } from '../../src-main/inference/inference-protocol.ts';

/** What surrounds the fake: a process of its own, or nothing but the test. */
export interface Surroundings {
  readonly pid: number;
  say(message: FromChild): void;
  /** As `kill -9` does. */
  kill(): void;
  exit(code: number, stderrTail: string): void;
  /** Does nothing any more, for ever. */
  freeze(): void;
}

/**
 * Speaks the inference process's protocol and does with an image what its path says: `crash`, `hang` (no answer),
 * `freeze` (no heartbeat either), `slow`, `tiles` (three
 * tiles, each as long as `slow`), `grow` (reports 1000 MB from then on), `bad` (fails), `once:FILE` (crashes
 * unless the file is there, and makes it), `memory:N` (its device lacks memory the first N times); anything else is answered at once. So do the packs `refuse`,
 * `crash-at-start`, `fill-at-start` (ends as V8 does with a full heap), `kill-at-start`,
 * `grow-at-start` and `never-ready`. Of the devices `cuda` crashes, `webgpu` fails, and the others beat the CPU.
 * @returns takes the parent's messages
 */
export function fakeInference({ pid, say, kill, exit, freeze }: Surroundings): (message: ToChild) => void {
  const cancelled = new Set<number>();
  let megabytes = 100;
  const heartbeat = () => say({ kind: 'heartbeat', rssBytes: megabytes * 2 ** 20 });
  setInterval(heartbeat, 50);

  let lack: InferenceRequests['open']['job']['lackOfMemory'];
  const open = (id: number, { packFolder, device, lackOfMemory }: InferenceRequests['open']['job']) => {
    lack = lackOfMemory;
    if (packFolder === 'refuse') {
      say({ kind: 'failed', id, error: { code: 'pack-not-found', message: 'No such pack.' } });
    } else if (packFolder === 'crash-at-start') exit(7, 'Error: the driver is broken\n');
    else if (packFolder === 'fill-at-start') {
      exit(134, 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n');
    } else if (packFolder === 'kill-at-start') kill();
    else if (packFolder === 'grow-at-start') megabytes = 1000;
    else if (packFolder !== 'never-ready') {
      const running = device === 'cuda' && (lack?.step ?? 0) < 2 ? 'cuda' : 'cpu';
      const report = { asked: device, running, ...(lack && { outOfMemory: lack }) } as const;
      const result = { device: report, packHash: 'hash' };
      say({ kind: 'answer', id, result });
    }
  };
  const work = (id: number, { path }: { readonly path: string }) => {
    const [behaviour, file] = path.split(':');
    const answer = () => {
      const result = { contentHash: path, pid } as unknown as (FromChild & { kind: 'answer' })['result'];
      if (!cancelled.has(id)) say({ kind: 'answer', id, result });
    };
    if (behaviour === 'memory' && (lack?.step ?? 0) < Number(file)) {
      exit(1, 'CUDA failure 2: out of memory ; GPU=0\n');
    } else if (behaviour === 'crash') kill();
    else if (behaviour === 'once' && file && !existsSync(file)) {
      writeFileSync(file, '');
      kill();
    } else if (behaviour === 'freeze') freeze();
    else if (behaviour === 'hang') return;
    else if (behaviour === 'bad') {
      say({ kind: 'failed', id, error: { code: 'image-unreadable', message: 'Bad image.' } });
    } else if (behaviour === 'slow') setTimeout(answer, 150);
    else if (behaviour === 'late') setTimeout(answer, 450);
    else if (behaviour === 'tiles' || behaviour === 'prepares') {
      const step = (at: number) => {
        if (at > 3) return answer();
        const progress = behaviour === 'tiles' ? { tile: at, tiles: 3 } : { done: at, total: 3 };
        say({ kind: 'progress', id, progress });
        setTimeout(step, 150, at + 1);
      };
      step(1);
    } else {
      if (behaviour === 'grow') {
        megabytes = 1000;
        heartbeat();
      }
      answer();
    }
  };
  const measure = (id: number, { device }: InferenceRequests['measureDevice']['job']) => {
    if (device === 'cuda') exit(139, 'Fatal: the driver is broken\n');
    else if (device === 'webgpu') {
      say({ kind: 'failed', id, error: { code: 'model-file-invalid', message: 'No supported adapters' } });
    } else {
      const result = { side: 128, ms: 2, cpuMs: 5, difference: 0, isRight: true };
      say({ kind: 'answer', id, result });
    }
  };
  return (message) => {
    if (message.kind === 'request') {
      const { id, request } = message;
      if (request.kind === 'open') open(id, request.job);
      else if (request.kind === 'measureDevice') measure(id, request.job);
      else if (request.kind !== 'examine' && request.kind !== 'rescore') work(id, request.job);
    } else {
      cancelled.add(message.id);
      say({ kind: 'failed', id: message.id, error: { code: 'cancelled', message: 'Cancelled.' } });
    }
  };
}
