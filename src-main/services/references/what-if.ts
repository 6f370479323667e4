import { basename } from 'node:path';
import type { ReferenceWhatIf, WantedChange } from '../../../src-shared/contract/references.ts';
import { pageName } from '../../../src-shared/image-page.ts';
import type { Product } from '../../../src-shared/product.ts';
import type { MemoryItem } from '../../../src-shared/reference-set.ts';
import type { HumanVerdict, ModelVerdict } from '../../../src-shared/verdict.ts';
import type { ContentHashes } from '../../files/content-hashes.ts';
import { pictureKey } from '../../files/picture-key.ts';
import { getChange, type NewMemoryChange } from '../../store/memory-changes.ts';
import { countingItems, itemsOf, type NewMemoryItem } from '../../store/memory-items.ts';
import { newestRecipe, reviewedImages } from '../../store/reviewed-images.ts';
import type { Workspace } from '../../store/workspace.ts';
import { afterChange, EXAMINED } from './guard.ts';
import { type KeptItem, type ReferenceSet, setOf } from './reference-set.ts';
import { reviewedPictures, scoreReviewed } from './reviewed-pictures.ts';
import type { ScoringOptions } from './scoring.ts';
import { resolveChange } from './wanted-change.ts';

/**
 * What a change would do to images of the product that inspectors judged, which is not made.
 * @param wanted a change as it is asked for, or one that waits
 * @throws ClipSamError as {@link resolveChange} and {@link scorePictures}
 */
export async function whatIfOfChange(
  options: ScoringOptions & { readonly contents: ContentHashes },
  wanted: WantedChange | { readonly kind: 'proposal'; readonly id: number },
): Promise<ReferenceWhatIf> {
  const { workspace, contents } = options;
  const { product, sets } =
    wanted.kind === 'proposal'
      ? await setsOfProposal(workspace, wanted.id)
      : await setsOfWanted(workspace, await resolveChange(workspace, contents, wanted, ''));
  const judged = await reviewedImages(workspace, product, { limit: EXAMINED });
  const recipe = await newestRecipe(workspace, product);
  if (!recipe) return { reviewed: 0, examined: 0, unread: 0, flips: [], agreeing: { before: 0, after: 0 } };
  const reviewed = await reviewedPictures(workspace, judged.images, { product, recipe });
  const { scored, ...otherwise } = await scoreReviewed(options, { recipe, reviewed, sets });
  const flips: ReferenceWhatIf['flips'][number][] = [];
  const agreeing = { before: 0, after: 0 };
  for (const [i, { runId, imageId, human, picture }] of reviewed.entries()) {
    const [before, after] = scored[i] ?? [];
    if (!before || !after) continue;
    if (agree(human, before.verdict)) agreeing.before++;
    if (agree(human, after.verdict)) agreeing.after++;
    if (before.verdict === after.verdict) continue;
    flips.push({
      runId,
      imageId,
      name: pageName(basename(picture.path), picture.page),
      human,
      before: { score: before.score, verdict: before.verdict },
      after: { score: after.score, verdict: after.verdict },
    });
  }
  const examined = scored.filter((one) => one !== null).length;
  return {
    reviewed: judged.total,
    examined,
    unread: judged.images.length - examined,
    ...otherwise,
    flips,
    agreeing,
  };
}

function agree(human: HumanVerdict, model: ModelVerdict): boolean {
  return human === model;
}

/** What counts now, and with the change. */
interface Sets {
  readonly product: Product;
  readonly sets: readonly [ReferenceSet, ReferenceSet];
}

async function setsOfProposal(workspace: Workspace, id: number): Promise<Sets> {
  const { product, items } = await getChange(workspace, id);
  const before = await countingItems(workspace, product);
  const after = afterChange(before, items);
  return { product, sets: [setOf(workspace, product, before), setOf(workspace, product, after)] };
}

async function setsOfWanted(workspace: Workspace, change: NewMemoryChange): Promise<Sets> {
  const { product, add = [], remove = [], restore = [] } = change;
  const before = await countingItems(workspace, product);
  const removed = new Set(remove);
  const restored = await itemsOf(workspace, restore);
  const added = add.map((item, i) => unstored(item, -1 - i));
  const after = [...before.filter(({ id }) => !removed.has(id)), ...restored, ...added];
  const set = setOf(workspace, product, after);
  // There is no copy of what is not remembered yet.
  const sourceOf = new Map(added.map(({ id, source }) => [id, source]));
  const readable = (items: readonly KeptItem[]) =>
    items.map((item) => ({ ...item, path: sourceOf.get(item.id) ?? item.path }));
  const { references, harmless, counterExamples } = set;
  return {
    product,
    sets: [
      setOf(workspace, product, before),
      {
        ...set,
        references: readable(references),
        harmless: readable(harmless),
        counterExamples: readable(counterExamples),
      },
    ],
  };
}

/** A new item as one of the store's. */
function unstored(item: NewMemoryItem, id: number): MemoryItem {
  const { contentHash, page, range } = item;
  const version = pictureKey({ contentHash, page: page?.index, range });
  return { ...item, id, version, addedBy: '', addedAt: '' };
}
