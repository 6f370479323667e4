import type { ReviewFilter } from '../../src-shared/review-queue.ts';
import type { Scale } from '../../src-shared/scale.ts';

type Ends = readonly (number | null)[];

/** Both ends of the filter by length as they are typed: in millimetres with a scale, else in pixels; null: open. */
export function lengthInUnit(length: ReviewFilter['length'], scale: Scale | null): Ends {
  const factor = scale?.millimetresPerPixel ?? 1;
  return (length ?? [null, null]).map((pixels) =>
    pixels === null ? null : Number((pixels * factor).toPrecision(12)),
  );
}

/** The filter by length in pixels; null: both ends are open. @param typed in the unit of {@link lengthInUnit} */
export function lengthInPixels(typed: Ends, scale: Scale | null): ReviewFilter['length'] {
  const factor = scale?.millimetresPerPixel ?? 1;
  const [least = null, most = null] = typed.map((value) => (value === null ? null : value / factor));
  return least === null && most === null ? null : [least, most];
}
