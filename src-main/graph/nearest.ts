import { GraphBuilder } from './builder.ts';
import type { Model } from './model.ts';

/**
 * How like every token its nearest is among the tokens of several pictures: the largest cosine per picture.
 *
 * Inputs: `queries` [q, C] and `memory` [n, C, t] (n pictures of t tokens each), both of unit length per token; with a
 * window also `away` [q, t]: what is added to a cosine before the largest is taken, 0 or so low that it never is.
 * Output: `nearest` [n, q].
 */
export function buildNearestGraph({ windowed }: { readonly windowed: boolean }): Model {
  const b = new GraphBuilder();
  const queries = b.input('queries', 'float32', ['q', 'c']);
  const memory = b.input('memory', 'float32', ['n', 'c', 't']);
  const cosines = b.matmul(queries, memory);
  const near = windowed ? b.add(cosines, b.input('away', 'float32', ['q', 't'])) : cosines;
  b.output('nearest', b.reduceMax(near, 2));
  return b.build(windowed ? 'nearest-in-window' : 'nearest');
}
