export type NelsonRule = 1 | 2 | 3 | 4;

/**
 * The first four tests for special causes (Nelson 1984, "The Shewhart Control Chart – Tests for Special Causes", Journal
 * of Quality Technology 16): 1, a point beyond 3σ; 2, nine points in a row on the same side of the centre; 3, six in a row,
 * each above, or each below, the one before; 4, fourteen in a row going up and down by turns. A point that completes such a
 * row violates the rule, and so does every further point that continues it. Points on the centre end a row of rule 2, two
 * like points one of the rules 3 and 4.
 * @param distances of the points from the centre in σ, in the order of time
 * @returns by point: the rules that it violates, rising
 */
export function nelsonViolations(distances: readonly number[]): NelsonRule[][] {
  let onSide = 0;
  let rising = 1;
  let alternating = 1;
  return distances.map((z, i) => {
    const before = i > 0 ? distances[i - 1]! : undefined;
    const side = Math.sign(z);
    onSide = side === 0 ? 0 : before !== undefined && Math.sign(before) === side ? onSide + 1 : 1;
    const step = before === undefined ? 0 : Math.sign(z - before);
    const stepBefore = i > 1 ? Math.sign(before! - distances[i - 2]!) : 0;
    rising = step === 0 ? 1 : step === stepBefore ? rising + 1 : 2;
    alternating = step === 0 ? 1 : step === -stepBefore ? alternating + 1 : 2;
    const violated: NelsonRule[] = [];
    if (Math.abs(z) > 3) violated.push(1);
    if (onSide >= 9) violated.push(2);
    if (rising >= 6) violated.push(3);
    if (alternating >= 14) violated.push(4);
    return violated;
  });
}
