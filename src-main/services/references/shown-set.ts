import type { SetOfRun, ShownSet } from '../../../src-shared/contract/references.ts';
import { type Product, productKey } from '../../../src-shared/product.ts';
import { productSummaries, referencesInBatch } from '../../store/memory-overview.ts';
import { lastVerdicts } from '../../store/reviewed-images.ts';
import type { Workspace } from '../../store/workspace.ts';
import { productOfRun, type ReferenceSet, referenceSetOf } from './reference-set.ts';

/** How far each reference is from the others, by its item's id: see `ShownReference`. */
export interface SetTightness {
  readonly distance: ReadonlyMap<number, number>;
  readonly contribution: ReadonlyMap<number, number>;
}

/** A product's set as it is shown. @param measured of this set, where it was measured */
export async function shownSet(
  workspace: Workspace,
  product: Product,
  measured: (set: ReferenceSet) => SetTightness | undefined = () => undefined,
): Promise<ShownSet> {
  const set = await referenceSetOf(workspace, product);
  const { distance, contribution } = measured(set) ?? {};
  const verdicts = await lastVerdicts(
    workspace,
    set.references.flatMap(({ imageId }) => imageId ?? []),
  );
  const distances = [...(distance?.values() ?? [])];
  return {
    product,
    hash: set.hash,
    references: set.references.map((item) => ({
      item,
      verdict: (item.imageId !== null && verdicts.get(item.imageId)) || null,
      distance: distance?.get(item.id) ?? null,
      contribution: contribution?.get(item.id) ?? null,
    })),
    harmless: set.harmless,
    counterExamples: set.counterExamples,
    tightness:
      distances.length > 0 ? distances.reduce((sum, value) => sum + value, 0) / distances.length : null,
  };
}

/** What Review needs to know to offer a run's images as references. */
export async function setOfRun(workspace: Workspace, runId: number): Promise<SetOfRun> {
  const product = await productOfRun(workspace, runId);
  const summary = (await productSummaries(workspace)).find(
    (one) => productKey(one.product) === productKey(product),
  );
  return {
    product,
    references: summary?.references ?? 0,
    waiting: summary?.waiting ?? 0,
    images: await referencesInBatch(workspace, product, runId),
  };
}
