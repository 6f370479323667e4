import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isWhole, parseShard, shardOf } from '../../src-shared/shard.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a shard', () => {
  it('is written as which of how many, from 1', () => {
    expect(parseShard('3/16')).toEqual({ index: 3, of: 16 });
    expect(parseShard('1/1')).toEqual({ index: 1, of: 1 });
    for (const text of ['0/4', '5/4', '4', '1/0', '-1/4', '1.5/4', '1/4/4', '', '1/99999', ' 1/4']) {
      expect(parseShard(text), text).toBeUndefined();
    }
  });

  it('takes its part of all contents, each of which falls into exactly one', () => {
    const of = 16;
    const counts = new Array<number>(of).fill(0);
    for (let i = 0; i < 16_000; i++) {
      const hash = hashOf(`image ${i}`);
      const shard = shardOf(hash, of);
      // By big integers, as a number of 48 bits is divided exactly.
      expect(shard).toBe(Number(BigInt(`0x${hash.slice(0, 12)}`) % 16n) + 1);
      counts[shard - 1]!++;
    }
    // 1000 each; a standard deviation is √(16000 · 1/16 · 15/16) ≈ 31.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 31);
    expect(shardOf(null, of)).toBe(1);
  });

  it('is the whole once all are there', () => {
    const shard = { of: 2, indices: [1], files: 5, inputs: hashOf('') };
    expect(isWhole(shard)).toBe(false);
    expect(isWhole({ ...shard, indices: [1, 2] })).toBe(true);
    expect(isWhole(null)).toBe(true);
  });
});
