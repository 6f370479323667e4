import type { UnitTokens } from './unit-tokens.ts';

/**
 * A choice of a picture's tokens that covers them all: beginning with the one farthest from their mean, always the one
 * farthest from those chosen (k-centre, greedy); among equals the first.
 * @returns places in the order of choice: the first of a longer choice are a shorter one
 */
export function farthestTokens({ width, height, channels, data }: UnitTokens, count: number): Int32Array {
  const tokens = width * height;
  const mean = new Float32Array(channels);
  for (let i = 0, c = 0; i < data.length; i++, c = c + 1 === channels ? 0 : c + 1)
    mean[c]! += data[i]! / tokens;
  const nearest = new Float32Array(tokens).fill(Number.NEGATIVE_INFINITY);
  const chosen = new Int32Array(Math.min(count, tokens));
  let last = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let token = 0; token < tokens; token++) {
    const cosine = dot(data, token * channels, mean, 0, channels);
    if (cosine < lowest) [lowest, last] = [cosine, token];
  }
  for (let i = 0; i < chosen.length; i++) {
    chosen[i] = last;
    nearest[last] = Number.POSITIVE_INFINITY;
    let next = last;
    let least = Number.POSITIVE_INFINITY;
    for (let token = 0; token < tokens; token++) {
      if (nearest[token] === Number.POSITIVE_INFINITY) continue;
      const cosine = dot(data, token * channels, data, last * channels, channels);
      if (cosine > nearest[token]!) nearest[token] = cosine;
      if (nearest[token]! < least) [least, next] = [nearest[token]!, token];
    }
    last = next;
  }
  return chosen;
}

/** Some tokens in a row. */
export function pickTokens({ channels, data }: UnitTokens, places: ArrayLike<number>): UnitTokens {
  const some = new Float32Array(places.length * channels);
  for (let i = 0; i < places.length; i++) {
    some.set(data.subarray(places[i]! * channels, (places[i]! + 1) * channels), i * channels);
  }
  return { width: places.length, height: 1, channels, data: some };
}

function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
}
