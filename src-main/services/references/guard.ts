import { basename } from 'node:path';
import { failure } from '../../../src-shared/errors.ts';
import { pageName } from '../../../src-shared/image-page.ts';
import type {
  GuardExamination,
  MemoryChange,
  MemoryItem,
  MissedDefect,
} from '../../../src-shared/reference-set.ts';
import type { Rescored } from '../../inference/inference-protocol.ts';
import { countingItems } from '../../store/memory-items.ts';
import { newestRecipe, reviewedImages } from '../../store/reviewed-images.ts';
import type { Guard } from './reference-memory.ts';
import { setOf } from './reference-set.ts';
import { type ReviewedPicture, reviewedPictures, scoreReviewed } from './reviewed-pictures.ts';
import type { ScoringOptions } from './scoring.ts';

/** Images that are scored again, at most: those judged last. */
export const EXAMINED = 200;

/**
 * Scores a product's confirmed defects again, with a change and without: those that are found now, and would not be any
 * more. A defect is found when its image's score is not below the recipe's `warn`, or a peak in it is above θ. It is asked
 * with the recipe of the product's newest run.
 */
export function guardWith({ workspace, pool }: Pick<ScoringOptions, 'workspace' | 'pool'>): Guard {
  return async ({ product, items }, { signal, onProgress }) => {
    const confirmed = await reviewedImages(workspace, product, { verdict: 'reject', limit: EXAMINED });
    const recipe = await newestRecipe(workspace, product);
    if (confirmed.total === 0 || !recipe) return { confirmed: 0, examined: 0, unread: 0, missed: [] };
    const reviewed = await reviewedPictures(workspace, confirmed.images, { product, recipe });
    const before = await countingItems(workspace, product);
    const sets = [before, afterChange(before, items)].map((some) => setOf(workspace, product, some));
    const { scored, withoutCrowd, withoutPart } = await scoreReviewed(
      { workspace, pool, signal, onProgress },
      { recipe, reviewed, sets },
    );
    const missed: MissedDefect[] = [];
    for (const [i, one] of reviewed.entries()) {
      const [found, left] = scored[i] ?? [];
      const defect = found && left && missedIn(one, found, left, recipe);
      if (defect) missed.push(defect);
    }
    const examined = scored.filter((one) => one !== null).length;
    if (examined === 0) throw noneToScore(confirmed.total);
    const unread = confirmed.images.length - examined;
    return { confirmed: confirmed.total, examined, unread, missed, withoutCrowd, withoutPart } satisfies Omit<
      GuardExamination,
      'error' | 'at'
    >;
  };
}

/** What counts when a change does. */
export function afterChange(
  counting: readonly MemoryItem[],
  items: MemoryChange['items'],
): readonly MemoryItem[] {
  const removed = new Set(items.filter(({ effect }) => effect === 'remove').map(({ item }) => item.id));
  const added = items.filter(({ effect }) => effect === 'add').map(({ item }) => item);
  return [...counting.filter(({ id }) => !removed.has(id)), ...added];
}

function missedIn(
  { runId, imageId, defectClass, regions, picture }: ReviewedPicture,
  before: Rescored,
  after: Rescored,
  { warn, theta }: { readonly warn: number; readonly theta: number },
): MissedDefect | undefined {
  const lost = regions.flatMap((regionIndex, i) => {
    const [was, is] = [before.peaks[i]!, after.peaks[i]!];
    return was > theta && is <= theta ? [{ regionIndex, before: was, after: is }] : [];
  });
  const isBelow = before.score >= warn && after.score < warn;
  if (!isBelow && lost.length === 0) return undefined;
  const told = ({ score, verdict }: Rescored) => ({ score, verdict });
  const name = pageName(basename(picture.path), picture.page);
  return { runId, imageId, name, defectClass, before: told(before), after: told(after), regions: lost };
}

function noneToScore(images: number) {
  return failure(
    'defects-unread',
    { images },
    `There are ${images} images with confirmed defects, and none of them can be read now: nobody knows what would be missed. Put them back, or decide it yourself.`,
  );
}
