import type { Ablation, VariantResult } from './ablation.ts';
import type { ProtocolFigures } from './fold-figures.ts';
import type { RefinementResult } from './refinement-sweep.ts';

/** What the paper (arXiv 2401.12665) reports, and what was measured here. */
export interface PaperOrder {
  readonly claim: string;
  /** Pixel AP of what is compared, in percent. */
  readonly measured: string;
  /** Null: not measured, or alike. */
  readonly agrees: boolean | null;
}

/** Where our order agrees with the paper's Tables 2 and 3, by mean pixel AP, and where it does not. */
export function paperOrder(
  trained: Pick<Ablation, 'variants'> | undefined,
  refined: readonly RefinementResult[] = [],
): PaperOrder[] {
  const variants = trained?.variants ?? [];
  const named = (name: string) => variants.find((variant) => variant.name === name);
  const [full, strip, scale] = ['full', 'without the strip path', 'without the scale path'].map(named);
  const others = variants.filter(({ varies }) => varies === 'paths');
  const linear = variants.find(({ varies }) => varies === 'umci');
  const recipe = refined.find(({ varies }) => varies === 'recipe');
  const unrefined = refined.find(({ varies }) => varies === 'mmr');
  return [
    ...pair('The strip path helps', full, strip),
    ...pair('The scale path helps', full, scale),
    ...pair('The scale path helps more than the strip path', strip, scale),
    ...(linear && others.length > 0
      ? pair('Without UMCI it is worse than without any path', worst(others), linear)
      : []),
    ...pair('MMR helps', recipe, unrefined),
    ...extreme(
      'A larger hidden dimension is better',
      variants.filter(({ varies }) => varies === 'hidden'),
      (best, count) => best === count - 1,
    ),
    ...extreme(
      'A moderate pair of kernels is best',
      variants.filter(({ varies }) => varies === 'scale-kernels'),
      (best, count) => best > 0 && best < count - 1,
    ),
    ...extreme('A moderate θ is best', byTheta(refined), (best, count) => best > 0 && best < count - 1),
  ];
}

type Measured = { readonly name: string; readonly mean: ProtocolFigures };

function pair(claim: string, better: Measured | undefined, worse: Measured | undefined): PaperOrder[] {
  if (!better || !worse) return [];
  const [a, b] = [better.mean.pixelAp, worse.mean.pixelAp];
  const agrees = a === null || b === null || a === b ? null : a > b;
  return [{ claim, measured: `${better.name} ${apText(better)}, ${worse.name} ${apText(worse)}`, agrees }];
}

/** @param isAsSaid whether the paper's word holds, with the best at this place of so many */
function extreme(
  claim: string,
  list: readonly Measured[],
  isAsSaid: (best: number, count: number) => boolean,
): PaperOrder[] {
  const values = list.map(({ mean }) => mean.pixelAp);
  if (list.length < 3 || values.includes(null)) return [];
  const best = values.indexOf(Math.max(...values.map(Number)));
  const measured = list.map((one) => `${one.name} ${apText(one)}`).join(', ');
  return [{ claim, measured, agrees: isAsSaid(best, list.length) }];
}

function byTheta(refined: readonly RefinementResult[]): RefinementResult[] {
  const list = refined.filter(({ varies }) => varies === 'theta' || varies === 'recipe');
  return list.sort((a, b) => (a.theta ?? 0) - (b.theta ?? 0));
}

function worst(variants: readonly VariantResult[]): VariantResult {
  return variants.reduce((a, b) => ((b.mean.pixelAp ?? 0) < (a.mean.pixelAp ?? 0) ? b : a));
}

function apText({ mean }: Measured): string {
  return mean.pixelAp === null ? '–' : (mean.pixelAp * 100).toFixed(1);
}
