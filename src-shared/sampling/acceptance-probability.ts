/**
 * Probability that a lot is accepted: at most `accept` nonconforming items among `sampleSize` drawn from a process of which
 * the share `nonconforming` is bad (binomial; ISO 2859-1:1999, table 10 has these curves).
 * @param nonconforming 0..1
 */
export function acceptanceProbability(sampleSize: number, accept: number, nonconforming: number): number {
  if (nonconforming <= 0 || accept >= sampleSize) return 1;
  if (nonconforming >= 1) return 0;
  // Logarithms: (1 − p)^n alone is below the smallest number for large samples.
  let term = sampleSize * Math.log1p(-nonconforming);
  const odds = Math.log(nonconforming) - Math.log1p(-nonconforming);
  let sum = Math.exp(term);
  for (let found = 1; found <= accept; found++) {
    term += Math.log((sampleSize - found + 1) / found) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/** Probability that a sample drawn without putting back has none of the lot's nonconforming items (hypergeometric). */
export function probabilityOfNone(lotSize: number, sampleSize: number, nonconforming: number): number {
  if (sampleSize > lotSize - nonconforming) return 0;
  let probability = 1;
  for (let drawn = 0; drawn < sampleSize; drawn++) {
    probability *= (lotSize - nonconforming - drawn) / (lotSize - drawn);
  }
  return probability;
}
