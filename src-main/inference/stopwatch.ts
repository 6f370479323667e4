import type { Timings } from '../../src-shared/result.ts';
import type { Session, Tensors } from './ort.ts';

type Step = 'encode' | 'umci' | 'compare' | 'regions' | 'decode';

/** Sums of milliseconds per step of the engine; those of sessions are bare: nothing but the run. */
export class Stopwatch {
  readonly timings: { -readonly [S in keyof Pick<Timings, Step>]: number } = {
    encode: 0,
    umci: 0,
    compare: 0,
    regions: 0,
    decode: 0,
  };
  /** Milliseconds among them that passed for another method on the same image, not now. */
  spared = 0;

  async run(step: Step, session: Session, feeds: Tensors): Promise<Tensors> {
    const start = performance.now();
    const outputs = await session.run(feeds);
    this.timings[step] += performance.now() - start;
    return outputs;
  }
}
