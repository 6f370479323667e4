import type { MinimumDefect } from '../../src-shared/minimum-defect.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { type Scale, typedScale } from '../../src-shared/scale.ts';
import { numberOf } from './draft-numbers.ts';

/** How large a pixel is and what is too small to matter, as it is typed. Empty: not said. */
export interface SizeDraft {
  readonly millimetresPerPixel: number | string;
  /** The scale that the recipe had: unless another number is typed, it stays with where it comes from. */
  readonly before: Scale | null;
  readonly unit: MinimumDefect['unit'];
  readonly length: number | string;
  /** In square units. */
  readonly area: number | string;
}

/** Numbers of sizes, each with a field. */
type SizeNumber = 'millimetresPerPixel' | 'length' | 'area';
/** Fields in which something may be wrong. */
export type SizeField = `size-${SizeNumber}`;

export function toSizeDraft({ scale, minimumDefect }: Pick<Recipe, 'scale' | 'minimumDefect'>): SizeDraft {
  return {
    millimetresPerPixel: scale?.millimetresPerPixel ?? '',
    before: scale ?? null,
    unit: minimumDefect?.unit ?? 'mm',
    length: minimumDefect?.length ?? '',
    area: minimumDefect?.area ?? '',
  };
}

/** What a recipe says of sizes; nothing where nothing is typed, so that its hash is that of one from before. */
export function fromSizeDraft(draft: SizeDraft): Pick<Recipe, 'scale' | 'minimumDefect'> {
  const { before, unit, length, area } = draft;
  const value = numberOf(draft.millimetresPerPixel);
  const scale = value === before?.millimetresPerPixel ? before : typedScale(value);
  const limits = {
    ...(length !== '' && { length: numberOf(length) }),
    ...(area !== '' && { area: numberOf(area) }),
  };
  return {
    ...(draft.millimetresPerPixel !== '' && { scale }),
    ...(Object.keys(limits).length > 0 && { minimumDefect: { unit, ...limits } }),
  };
}

/** The field that an objection is about; undefined: it is not about sizes. */
export function sizeFieldOf([first, second]: readonly PropertyKey[]): SizeField | undefined {
  if (first === 'scale') return 'size-millimetresPerPixel';
  return first === 'minimumDefect' ? `size-${second === 'area' ? 'area' : 'length'}` : undefined;
}
