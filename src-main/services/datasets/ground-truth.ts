import type { DefectCategory, TargetCategory } from './defect-category.ts';

/** What is known of targets, where nothing that holds a target finds it. */
const TRUTHS = new WeakMap<TargetCategory, DefectCategory>();

/** @internal For `targetOf` alone. */
export function keepGroundTruth(target: TargetCategory, category: DefectCategory): void {
  TRUTHS.set(target, category);
}

/** What is known of a target's images. Lint lets nothing import it that trains or chooses: it is for measuring. */
export function groundTruthOf(target: TargetCategory): DefectCategory {
  const category = TRUTHS.get(target);
  if (!category) throw new TypeError(`${target.category} was not made by targetOf`);
  return category;
}
