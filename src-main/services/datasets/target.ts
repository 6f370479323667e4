import { sha256 } from '../../files/hash.ts';
import type { DefectCategory, TargetCategory } from './defect-category.ts';
import { keepGroundTruth } from './ground-truth.ts';

/**
 * Hides the ground truth of a category. Measuring alone gets it back (`groundTruthOf`).
 * @returns a frozen object that leads to no mask and no kind
 */
export function targetOf(category: DefectCategory): TargetCategory {
  const ordered = category.images
    .map(({ path }) => ({ path, order: sha256(path) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const target: TargetCategory = Object.freeze({
    dataset: category.dataset,
    category: category.category,
    images: Object.freeze(ordered.map(({ path }) => path)),
  });
  keepGroundTruth(target, category);
  return target;
}
