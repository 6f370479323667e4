import { Random } from '../random.ts';

/**
 * Draws a sample at random, every one with the same probability, and so that it can be repeated by hand: the first steps of
 * Fisher–Yates. `Random` (mulberry32) begins with the text `<seed>/sample`; for place i = 0, 1, … it gives a j from i to the last
 * place, and i and j change places.
 * @param ids in rising order
 * @returns `size` ids (all of them when there are fewer), in the order in which they were drawn
 */
export function drawSample(ids: readonly number[], size: number, seed: string): number[] {
  const random = new Random(`${seed}/sample`);
  const order = [...ids];
  const drawn = Math.min(size, order.length);
  for (let i = 0; i < drawn; i++) {
    const j = random.int(i, order.length - 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, drawn);
}
