import { probabilityOfNone } from './acceptance-probability.ts';

/** How often a lot of rejectable quality may pass. */
export const CONSUMER_RISK = 0.1;

/**
 * Sample size of a plan that accepts no nonconforming item (c = 0): the smallest with which a lot of the rejectable quality
 * is accepted in at most {@link CONSUMER_RISK} of all cases. By formula (hypergeometric), not from a published table.
 * @param rejectable percent nonconforming that must not pass, above 0, 100 at most; the lot then has this share of
 *   nonconforming items, rounded up
 * @returns the lot size at most: then every item is inspected
 */
export function zeroAcceptanceSample(lotSize: number, rejectable: number): number {
  const nonconforming = Math.max(1, Math.ceil((lotSize * rejectable) / 100 - 1e-9));
  let [tooFew, enough] = [0, lotSize];
  while (enough - tooFew > 1) {
    const tried = Math.floor((tooFew + enough) / 2);
    if (probabilityOfNone(lotSize, tried, nonconforming) <= CONSUMER_RISK) enough = tried;
    else tooFew = tried;
  }
  return enough;
}
