import { expect, test } from 'vitest';
import { Random } from '../../src-shared/random.ts';

const draw = (random: Random, count = 20_000) => Array.from({ length: count }, () => random.next());

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(new Random('a'), 50)).toEqual(draw(new Random('a'), 50));
  expect(draw(new Random('a'), 50)).not.toEqual(draw(new Random('b'), 50));
  expect(draw(new Random(7), 50)).toEqual(draw(new Random('7'), 50));
});

test('numbers are uniform in [0, 1): mean, variance and tenths as expected', () => {
  const values = draw(new Random(1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // Standard error of the mean: sqrt(1/12/20000) = 0.002.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
  const tenths = new Array<number>(10).fill(0);
  for (const value of values) tenths[Math.floor(value * 10)]!++;
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('normal numbers have mean 0 and deviation 1, and 95 % lie within 1.96', () => {
  const random = new Random('normal');
  const values = Array.from({ length: 20_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.03);
  const within = values.filter((value) => Math.abs(value) < 1.96).length / values.length;
  expect(Math.abs(within - 0.95)).toBeLessThan(0.01);
});

test('ranges keep their bounds; integers reach both ends', () => {
  const random = new Random('ranges');
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) {
    const value = random.range(-2, 3);
    expect(value >= -2 && value < 3).toBe(true);
    const log = random.logRange(0.01, 100);
    expect(log >= 0.01 && log < 100).toBe(true);
    seen.add(random.int(4, 6));
  }
  expect([...seen].sort()).toEqual([4, 5, 6]);
});

test('a fork depends on the seed and its label, not on the numbers drawn before', () => {
  const fresh = new Random('seed').fork('x');
  const used = new Random('seed');
  draw(used, 10);
  expect(draw(used.fork('x'), 20)).toEqual(draw(fresh, 20));
  expect(draw(new Random('seed').fork('y'), 20)).not.toEqual(draw(new Random('seed').fork('x'), 20));
});

test('pick refuses an empty list', () => {
  expect(() => new Random(1).pick([])).toThrow(RangeError);
});
