import { inspectedProduct, type Product } from '../../../src-shared/product.ts';
import type { MemoryItem, MemoryKind } from '../../../src-shared/reference-set.ts';
import { canonicalJson, hashOfJson } from '../../files/canonical-json.ts';
import { getBatch } from '../../store/batches.ts';
import { countingItems } from '../../store/memory-items.ts';
import { getRecipe } from '../../store/recipes.ts';
import { getRun } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';

/** An item with the copy of its picture that the workspace keeps. */
export type KeptItem = MemoryItem & {
  /** Absolute path. */
  readonly path: string;
};

/** What a product's images are compared with. */
export interface ReferenceSet {
  readonly product: Product;
  /** SHA-256 over the contents and marks: the same for the same items, in whatever order they were added. */
  readonly hash: string;
  readonly references: readonly KeptItem[];
  readonly harmless: readonly KeptItem[];
  readonly counterExamples: readonly KeptItem[];
}

/** What counts for a product now. */
export async function referenceSetOf(workspace: Workspace, product: Product): Promise<ReferenceSet> {
  return setOf(workspace, product, await countingItems(workspace, product));
}

/** The set of some items. */
export function setOf(workspace: Workspace, product: Product, items: readonly MemoryItem[]): ReferenceSet {
  const ofKind = (kind: MemoryKind) =>
    items
      .filter((item) => item.kind === kind)
      .map((item) => ({ ...item, path: workspace.artifacts.pathOf(item.contentHash) }));
  return {
    product,
    hash: hashOfItems(items),
    references: ofKind('reference'),
    harmless: ofKind('harmless'),
    counterExamples: ofKind('counter-example'),
  };
}

/** What is seen and marked, not who added it and when. */
function hashOfItems(items: readonly MemoryItem[]): string {
  const meant = items.map(({ kind, version, polygons, width, height }) =>
    canonicalJson(polygons === null ? { kind, version } : { kind, version, polygons, width, height }),
  );
  return hashOfJson(meant.sort());
}

/** @throws ClipSamError `not-found` when there is no such run, `conflict` when its batch was deleted */
export async function productOfRun(workspace: Workspace, runId: number): Promise<Product> {
  const { batchId, recipeHash } = await getRun(workspace, runId);
  const { recipe } = await getRecipe(workspace, recipeHash);
  return inspectedProduct(await getBatch(workspace, batchId), recipe);
}
