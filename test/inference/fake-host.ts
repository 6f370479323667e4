import type { ToChild } from '../../src-main/inference/inference-protocol.ts';
import type { ProcessExit, ProcessHost } from '../../src-main/inference/process-host.ts';
import { fakeInference } from './fake-inference.ts';

/** Gives "processes" that live in the test itself, and on its clock: nothing depends on how fast a system starts one. */
export class FakeHost implements ProcessHost {
  /** Ids of those that live. */
  readonly alive = new Set<number>();
  #lastId = 0;

  spawn(): ReturnType<ProcessHost['spawn']> {
    const pid = ++this.#lastId;
    let words = '';
    let isFrozen = false;
    let hear: (message: unknown) => void = () => {};
    let tellExit: (exit: ProcessExit) => void = () => {};
    const end = (exit: ProcessExit) => {
      if (this.alive.delete(pid)) queueMicrotask(() => tellExit(exit));
    };
    const kill = () => end({ code: null, signal: 'SIGKILL' });
    this.alive.add(pid);
    const receive = fakeInference({
      pid,
      say: (message) => {
        if (this.alive.has(pid) && !isFrozen) queueMicrotask(() => hear(message));
      },
      kill,
      exit: (code, stderrTail) => {
        words = stderrTail;
        end({ code, signal: null });
      },
      freeze: () => {
        isFrozen = true;
      },
    });
    return {
      pid,
      stderrTail: () => words.trim(),
      send: (message) => {
        if (this.alive.has(pid) && !isFrozen) queueMicrotask(() => receive(message as ToChild));
      },
      onMessage: (listener) => {
        hear = listener;
      },
      onExit: (listener) => {
        tellExit = listener;
      },
      kill,
    };
  }
}
