import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-shared/random.ts';
import { nelsonViolations } from '../../../src-shared/statistics/nelson-rules.ts';

/** Positions, from 1, that violate a rule. */
const violating = (distances: readonly number[], rule: 1 | 2 | 3 | 4) =>
  nelsonViolations(distances).flatMap((rules, i) => (rules.includes(rule) ? [i + 1] : []));

/** The rules as Nelson (1984) words them, read literally for each point: do the last n points make the pattern? */
function literally(distances: readonly number[]): number[][] {
  const last = (end: number, n: number) => (end + 1 >= n ? distances.slice(end + 1 - n, end + 1) : null);
  const steps = (points: readonly number[]) => points.slice(1).map((z, i) => z - points[i]!);
  return distances.map((z, end) => {
    const nine = last(end, 9);
    const six = last(end, 6);
    const fourteen = last(end, 14);
    return [
      ...(z > 3 || z < -3 ? [1] : []),
      ...(nine && (nine.every((p) => p > 0) || nine.every((p) => p < 0)) ? [2] : []),
      ...(six && (steps(six).every((s) => s > 0) || steps(six).every((s) => s < 0)) ? [3] : []),
      ...(fourteen && steps(fourteen).every((s, i, all) => s !== 0 && (i === 0 || s * all[i - 1]! < 0))
        ? [4]
        : []),
    ];
  });
}

// Nelson 1984, "The Shewhart Control Chart – Tests for Special Causes": one point beyond zone A, nine points in a row in zone C
// or beyond on one side, six points in a row steadily increasing or decreasing, fourteen in a row alternating up and down.
describe('the first four of Nelson’s tests', () => {
  it('1: a point beyond three sigma, on either side, but not on it', () => {
    expect(violating([0, 3, 3.01, -3, -3.5], 1)).toEqual([3, 5]);
  });

  it('2: the ninth point in a row on one side, and those that continue', () => {
    const row = [-1, ...Array.from({ length: 10 }, () => 0.5), -0.2];
    expect(violating(row, 2)).toEqual([10, 11]);
    expect(violating([...Array.from({ length: 8 }, () => 0.5), 0, 0.5], 2)).toEqual([]);
  });

  it('3: the sixth point in a row that rises, or falls', () => {
    expect(violating([0, -0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.1, 0], 3)).toEqual([7, 8]);
    expect(
      violating(
        [6, 5, 4, 3, 2, 1].map((z) => z / 3),
        3,
      ),
    ).toEqual([6]);
    expect(
      violating(
        [1, 2, 3, 3, 4, 5, 6].map((z) => z / 3),
        3,
      ),
    ).toEqual([]);
  });

  it('4: the fourteenth point in a row that goes up and down by turns', () => {
    const turns = Array.from({ length: 15 }, (_, i) => (i % 2 === 0 ? -0.5 : 0.5));
    expect(violating(turns, 4)).toEqual([14, 15]);
    expect(violating(turns.slice(0, 13), 4)).toEqual([]);
  });

  it('says for thousands of random points what the words of the rules say', () => {
    const random = new Random('nelson');
    const found = new Set<number>();
    for (let series = 0; series < 200; series++) {
      // Few different values, trends and turns: all rules are met, and so are ties and points on the centre.
      const trend = random.int(-1, 1);
      const turn = random.int(0, 1);
      const points = Array.from(
        { length: 40 },
        (_, i) => (random.int(-2, 2) + trend * (i % 9) + turn * (i % 2 === 0 ? 4 : -4)) / 2,
      );
      const rules = nelsonViolations(points);
      for (const rule of rules.flat()) found.add(rule);
      expect(rules).toEqual(literally(points));
    }
    expect([...found].sort()).toEqual([1, 2, 3, 4]);
  });
});
