import type { Annotation } from '../../../src-shared/annotation.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import { inspectedProduct, type Product } from '../../../src-shared/product.ts';
import type { MemoryChange } from '../../../src-shared/reference-set.ts';
import type { VerdictEntry } from '../../../src-shared/verdict.ts';
import { listAnnotations } from '../../store/annotations.ts';
import { getBatch } from '../../store/batches.ts';
import {
  endChangeWithin,
  insertChange,
  listChanges,
  openItems,
  roomFor,
} from '../../store/memory-changes.ts';
import { countingIds, type NewMemoryItem } from '../../store/memory-items.ts';
import { referencesOfImage } from '../../store/memory-overview.ts';
import { getRecipe } from '../../store/recipes.ts';
import { findResult } from '../../store/results.ts';
import { getRun } from '../../store/runs.ts';
import { verdictHistory } from '../../store/verdicts.ts';
import type { Workspace } from '../../store/workspace.ts';
import { markOf } from './mark.ts';

interface Concerned {
  readonly id: number;
  readonly product: Product;
}

/**
 * Changes of a product's memory that follow from what an inspector said, written down with it: a place that is no defect
 * becomes a harmless mark, a missed defect that was drawn a counter-example; what was learnt from an entry that is taken
 * back is taken back as well. Nothing is learnt where the recipe has no use for it, or there is no more room.
 */
export class Lesson {
  /** To be examined. */
  readonly asked: Concerned[] = [];
  /** Dropped before they counted. */
  readonly dropped: Concerned[] = [];

  /** In the transaction that stores the annotation. */
  readonly fromAnnotation = async (workspace: Workspace, annotation: Annotation): Promise<void> => {
    const { id, runId, imageId, kind, regionIndex, polygons, inspector } = annotation;
    // A corrected outline is that of a defect which was found: nothing is to be raised or silenced.
    const as = {
      'false-positive': 'harmless',
      'missed-defect': 'counter-example',
      'corrected-region': null,
    } as const;
    const mark = as[kind];
    if (mark === null || (mark === 'counter-example' && polygons === null)) return;
    const product = await learningProduct(workspace, runId);
    if (!product) return;
    const result = await findResult(workspace, runId, imageId);
    const item = markOf(result, { kind: mark, regionIndex, polygons });
    await this.#add(workspace, product, [item], { origin: 'annotation', originId: id, inspector });
  };

  /** In the transaction that retracts the annotation. */
  readonly fromRetraction = (
    workspace: Workspace,
    { id, inspector }: Pick<Annotation, 'id' | 'inspector'>,
  ): Promise<void> => this.#takeBack(workspace, { origin: 'annotation', originId: id, inspector });

  /** In the transaction that stores the verdict. */
  readonly fromVerdict = async (workspace: Workspace, entry: VerdictEntry): Promise<void> => {
    const { runId, imageId, verdict, inspector } = entry;
    if (verdict === 'accept') {
      await this.#fromAccept(workspace, entry);
      return;
    }
    for (const { id } of await verdictHistory(workspace, runId, imageId)) {
      await this.#takeBack(workspace, { origin: 'verdict', originId: id, inspector });
    }
    // Whatever it was accepted for before: a defect among the references would hide all like it.
    if (verdict === 'reject') await this.#withoutReference(workspace, entry);
  };

  /** What the model found on an image that is good is harmless. */
  async #fromAccept(workspace: Workspace, { id, runId, imageId, inspector }: VerdictEntry): Promise<void> {
    const stored = await findResult(workspace, runId, imageId);
    if (stored?.status !== 'done' || stored.result.verdict === 'accept') return;
    const product = await learningProduct(workspace, runId);
    if (!product) return;
    for (const verdict of await verdictHistory(workspace, runId, imageId)) {
      const known = await listChanges(workspace, { origin: 'verdict', originId: verdict.id });
      if (await isStanding(workspace, known)) return;
    }
    const annotations = await listAnnotations(workspace, runId, [imageId]);
    const marked = new Set(annotations.map(({ regionIndex }) => regionIndex));
    const items = stored.result.regions
      .filter(({ index }) => !marked.has(index))
      .map(({ index }) => markOf(stored, { kind: 'harmless', regionIndex: index, polygons: null }));
    await this.#add(workspace, product, items, { origin: 'verdict', originId: id, inspector });
  }

  async #add(
    workspace: Workspace,
    product: Product,
    add: readonly NewMemoryItem[],
    by: Source,
  ): Promise<void> {
    const kind = add[0]?.kind;
    if (!kind || (await roomFor(workspace.db, product)).get(kind)! < add.length) return;
    this.asked.push({ id: await insertChange(workspace, { product, add, ...by }), product });
  }

  async #takeBack(workspace: Workspace, by: Source): Promise<void> {
    for (const change of await listChanges(workspace, by)) {
      const { id, product, items } = change;
      if (await this.#drop(workspace, change, by.inspector)) continue;
      const counting = await countingIds(workspace.db, product);
      const open = await openItems(workspace.db, product);
      const remove = items
        .filter(({ effect, item }) => effect === 'add' && counting.has(item.id) && !open.has(item.id))
        .map(({ item }) => item.id);
      if (remove.length === 0) continue;
      const asked = await insertChange(workspace, { product, remove, undoes: id, ...by });
      this.asked.push({ id: asked, product });
    }
  }

  async #withoutReference(workspace: Workspace, { id, imageId, inspector }: VerdictEntry): Promise<void> {
    const { counting, open } = await referencesOfImage(workspace, imageId);
    for (const change of await listChanges(workspace, { ids: open })) {
      await this.#drop(workspace, change, inspector);
    }
    for (const [product, remove] of counting) {
      const by = { origin: 'verdict', originId: id, inspector } as const;
      this.asked.push({ id: await insertChange(workspace, { product, remove, ...by }), product });
    }
  }

  /** @returns false: it was decided before */
  async #drop(workspace: Workspace, change: MemoryChange, inspector: string): Promise<boolean> {
    const { id, product, decision, items } = change;
    if (decision) return false;
    // What takes something away goes on: it is what was asked for.
    if (items.some(({ effect }) => effect === 'remove')) return true;
    await endChangeWithin(workspace, id, { isEffective: false, inspector });
    this.dropped.push({ id, product });
    return true;
  }
}

interface Source {
  readonly origin: 'annotation' | 'verdict';
  readonly originId: number;
  readonly inspector: string;
}

/** Whether something that was learnt counts, or is about to. */
async function isStanding(workspace: Workspace, changes: readonly MemoryChange[]): Promise<boolean> {
  for (const { state, product, items } of changes) {
    if (state === 'examining' || state === 'waiting') return true;
    if (state === 'rejected') continue;
    const counting = await countingIds(workspace.db, product);
    if (items.some(({ item }) => counting.has(item.id))) return true;
  }
  return false;
}

/** The product of a run whose recipe compares with what is remembered; undefined: it does not. */
async function learningProduct(workspace: Workspace, runId: number): Promise<Product | undefined> {
  const { batchId, recipeHash } = await getRun(workspace, runId);
  const { recipe } = await getRecipe(workspace, recipeHash);
  const { references } = recipe.opinions ?? DEFAULT_OPINION_SETTINGS;
  return references === 'off' ? undefined : inspectedProduct(await getBatch(workspace, batchId), recipe);
}
