/** Scales that one steps through, in pixels per point; 4/3 is the size on paper. */
const SCALES = [1 / 3, 1 / 2, 2 / 3, 1, 4 / 3, 5 / 3, 2, 8 / 3, 4] as const;

/** The next larger (`by` 1) or smaller (-1) scale; the outermost one at the end. */
export function zoomStep(scale: number, by: 1 | -1): number {
  const next =
    by === 1 ? SCALES.find((step) => step > scale * 1.01) : SCALES.findLast((step) => step < scale * 0.99);
  return next ?? (by === 1 ? SCALES.at(-1)! : SCALES[0]);
}
