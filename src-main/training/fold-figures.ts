import type { HeadFigures } from './head-validation.ts';

/** What tables show of a head: means over products, each of all its pictures; null where none has a value. */
export interface ProtocolFigures {
  readonly pixelAuroc: number | null;
  readonly pixelF1Max: number | null;
  readonly pixelAp: number | null;
  readonly pixelPro: number | null;
  readonly imageAuroc: number | null;
  readonly imageAp: number | null;
  readonly imageF1Max: number | null;
}

/** The figures of a table, in its order, and what they are called there. */
export const FIGURE_TITLES: Readonly<Record<keyof ProtocolFigures, string>> = {
  pixelAuroc: 'AUROC',
  pixelF1Max: 'F1-max',
  pixelAp: 'AP',
  pixelPro: 'PRO',
  imageAuroc: 'image AUROC',
  imageAp: 'image AP',
  imageF1Max: 'image F1-max',
};

/** Keys of {@link FIGURE_TITLES}. */
export const PROTOCOL_FIGURES = Object.keys(FIGURE_TITLES) as (keyof ProtocolFigures)[];

/** The plain mean over products; what a product has no value of is not counted. */
export function meanFigures(products: readonly ProtocolFigures[]): ProtocolFigures {
  const meanOfFigure = (key: keyof ProtocolFigures) => {
    const values = products.flatMap((figures) => figures[key] ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return Object.fromEntries(PROTOCOL_FIGURES.map((key) => [key, meanOfFigure(key)])) as Record<
    keyof ProtocolFigures,
    number | null
  >;
}

/** Share of the good and of the defective pictures whose map rises above θ; null where there are none. */
export function sharesAbove(
  { goodPeaks, defectivePeaks }: Pick<HeadFigures, 'goodPeaks' | 'defectivePeaks'>,
  theta: number,
): { readonly good: number | null; readonly defective: number | null } {
  const share = (peaks: readonly number[]) =>
    peaks.length === 0 ? null : peaks.filter((peak) => peak > theta).length / peaks.length;
  return { good: share(goodPeaks), defective: share(defectivePeaks) };
}

/** Steps of θ, and how far to both sides Youden's J is averaged. */
const THETA_STEPS = 100;
const SMOOTHING = 2;

/** A threshold, and by what it was chosen. */
export interface ThetaChoice {
  readonly theta: number;
  readonly by: 'youden' | 'pixel-f1' | 'recipe';
}

/**
 * θ where Youden's J, the share of defective pictures above it minus that of good ones, averaged over products and over
 * ±0.02, is largest; the lowest such θ. Where no product has both kinds, or no θ parts them: the mean of the thresholds
 * that reach each product's pixel F1-max; without any, `fallback`.
 */
export function chooseTheta(products: readonly HeadFigures[], fallback: number): ThetaChoice {
  const both = products.filter(
    ({ goodPeaks, defectivePeaks }) => goodPeaks.length > 0 && defectivePeaks.length > 0,
  );
  const byPixels = (): ThetaChoice => {
    const reached = products.flatMap(({ pixelF1Threshold }) => pixelF1Threshold ?? []);
    if (reached.length === 0) return { theta: fallback, by: 'recipe' };
    return { theta: reached.reduce((sum, value) => sum + value, 0) / reached.length, by: 'pixel-f1' };
  };
  if (both.length === 0) return byPixels();
  const j = Array.from({ length: THETA_STEPS + 1 }, (_, step) => {
    const gains = both.map((figures) => {
      const { good, defective } = sharesAbove(figures, step / THETA_STEPS);
      return defective! - good!;
    });
    return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  });
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < j.length; step++) {
    const near = j.slice(Math.max(0, step - SMOOTHING), step + SMOOTHING + 1);
    const smooth = near.reduce((sum, value) => sum + value, 0) / near.length;
    // Sums of the same numbers in another order differ in their last digits.
    if (smooth > highest + 1e-9) {
      highest = smooth;
      best = step;
    }
  }
  return highest > 1e-9 ? { theta: best / THETA_STEPS, by: 'youden' } : byPixels();
}
