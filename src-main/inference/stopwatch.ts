import type { Session, Tensors } from './ort.ts';
import { joinServed, type ServedBy } from './server/served-by.ts';

const STEPS = ['encode', 'umci', 'compare', 'regions', 'decode'] as const;
type Step = (typeof STEPS)[number];

/** Milliseconds per step of the engine. */
export type StepTimings = { readonly [S in Step]: number };

/** Sums of milliseconds per step of the engine; those of sessions are bare: nothing but the run. */
export class Stopwatch {
  readonly timings: { -readonly [S in Step]: number } = {
    encode: 0,
    umci: 0,
    compare: 0,
    regions: 0,
    decode: 0,
  };
  /** Milliseconds among them that passed for another method on the same image, not now. */
  spared = 0;
  /** Who computed, where servers were asked. */
  served: ServedBy | undefined;
  readonly #signal: AbortSignal | undefined;
  /** Of the time that has passed, what a step has. */
  #passed = 0;

  /** @param signal goes with every run: servers are told to stop */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  async run(step: Step, session: Session, feeds: Tensors): Promise<Tensors> {
    const start = performance.now();
    const outputs = await session.run(feeds, undefined, {
      signal: this.#signal,
      onServed: (by) => {
        this.served = joinServed(this.served, by);
      },
    });
    this.#pass(step, performance.now() - start);
    return outputs;
  }

  /** Counts for a step what work takes besides the steps within it. */
  async rest<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const before = this.#passed;
    const result = await work();
    this.#pass(step, performance.now() - start - (this.#passed - before));
    return result;
  }

  /** What work takes, per step. */
  async measure<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly timings: StepTimings }> {
    const before = { ...this.timings };
    const result = await work();
    const timings = { ...this.timings };
    for (const step of STEPS) timings[step] -= before[step];
    return { result, timings };
  }

  /** Counts what others took for the same: each is measured as if it ran alone. */
  addKnown(timings: StepTimings): void {
    for (const step of STEPS) {
      this.timings[step] += timings[step];
      this.spared += timings[step];
    }
  }

  #pass(step: Step, ms: number): void {
    this.timings[step] += ms;
    this.#passed += ms;
  }
}
