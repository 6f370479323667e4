import { GraphBuilder, type Value } from '../graph/builder.ts';
import { gradients } from '../graph/gradient.ts';
import { encodeModel } from '../graph/model.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';
import { createSession, type Session, type Tensors } from '../inference/ort.ts';
import type { Weights } from './weights.ts';

/** Forward and backward pass of a loss as one ONNX session. */
export class TrainingGraph {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /**
   * @param define builds the loss (one number) from the graph's inputs and the weights, which it asks for by name
   */
  static async create(
    specs: readonly WeightSpec[],
    define: (builder: GraphBuilder, weight: (name: string) => Value) => Value,
    options: { readonly threads?: number } = {},
  ): Promise<TrainingGraph> {
    const builder = new GraphBuilder();
    const values = new Map(
      specs.map(({ name, shape }) => [name, builder.input(`weight/${name}`, 'float32', shape)]),
    );
    const loss = define(builder, (name) => {
      const value = values.get(name);
      if (!value) throw new TypeError(`no weight is called "${name}"`);
      return value;
    });
    const flat = gradients(builder, loss, [...values.values()]).map((g) => builder.reshape(g, [-1]));
    builder.output('loss', builder.reshape(loss, [1]));
    builder.output('gradient', builder.concat(flat, 0));
    return new TrainingGraph(
      await createSession(encodeModel(builder.build()), { device: 'cpu', ...options }),
    );
  }

  /** Runs both passes; adds the gradient to `into` and returns the loss. */
  async run(weights: Weights, feeds: Tensors, into: Float32Array): Promise<number> {
    const named = [...weights.tensors].map(([name, { shape, data }]) => [
      `weight/${name}`,
      { type: 'float32', dims: shape, data } as const,
    ]);
    const { loss, gradient } = await this.#session.run({ ...feeds, ...Object.fromEntries(named) });
    if (loss?.type !== 'float32' || gradient?.type !== 'float32')
      throw new TypeError('float32 outputs expected');
    for (let i = 0; i < into.length; i++) into[i]! += gradient.data[i]!;
    return loss.data[0]!;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
