import type { WantedChange } from '../../../src-shared/contract/references.ts';
import { failure } from '../../../src-shared/errors.ts';
import { type Product, productFromKey, productKey } from '../../../src-shared/product.ts';
import type { ContentHashes } from '../../files/content-hashes.ts';
import { getChange, type NewMemoryChange } from '../../store/memory-changes.ts';
import { type NewMemoryItem, productsOfItems } from '../../store/memory-items.ts';
import { findResult, inspectedImage } from '../../store/results.ts';
import { currentVerdicts } from '../../store/verdicts.ts';
import type { Workspace } from '../../store/workspace.ts';
import { refuseOther } from '../pictures/seen-file.ts';
import { markOf } from './mark.ts';
import { productOfRun } from './reference-set.ts';

interface OfImage {
  readonly runId: number;
  readonly imageId: number;
}

/**
 * What a change means: for which product, and what it adds and takes away.
 * @throws ClipSamError `not-found`; `input-invalid` for images or items of several products; `conflict` for an image
 * without an accepting verdict, and a change that cannot be undone (any more); `image-…` for a file that is not what it
 * was
 */
export async function resolveChange(
  workspace: Workspace,
  contents: ContentHashes,
  wanted: WantedChange,
  inspector: string,
): Promise<NewMemoryChange> {
  const by = { origin: 'hand', inspector } as const;
  switch (wanted.kind) {
    case 'add':
      return { ...by, ...(await accepted(workspace, contents, wanted.images)) };
    case 'remove':
      return { ...by, ...(await removal(workspace, wanted.items)) };
    case 'mark': {
      await refuseOther(workspace, contents, wanted);
      const product = await productOfRun(workspace, wanted.runId);
      const result = await findResult(workspace, wanted.runId, wanted.imageId);
      return { ...by, product, add: [markOf(result, { ...wanted, kind: wanted.as })] };
    }
    case 'undo':
      return { ...by, ...(await reversal(workspace, wanted.id)) };
  }
}

async function accepted(workspace: Workspace, contents: ContentHashes, images: readonly OfImage[]) {
  const products: Product[] = [];
  for (const runId of new Set(images.map((image) => image.runId))) {
    products.push(await productOfRun(workspace, runId));
  }
  const add: NewMemoryItem[] = [];
  for (const image of images) {
    const { runId, imageId } = image;
    const seen = await inspectedImage(workspace, runId, imageId);
    const verdicts = await currentVerdicts(workspace, runId, [imageId]);
    if (verdicts.get(imageId)?.verdict !== 'accept' || seen.contentHash === null) {
      throw failure(
        'reference-not-accepted',
        { file: seen.path },
        `Only images that an inspector accepted become references; ${seen.path} has no accepting verdict in run ${runId}. Accept it first.`,
      );
    }
    await refuseOther(workspace, contents, image);
    add.push({
      kind: 'reference',
      contentHash: seen.contentHash,
      page: seen.page,
      range: seen.range,
      imageId,
      runId,
      source: seen.path,
      polygons: null,
      width: null,
      height: null,
    });
  }
  return { product: onlyOne(products), add };
}

async function removal(workspace: Workspace, items: readonly number[]) {
  const ids = [...new Set(items)];
  const products = await productsOfItems(workspace.db, ids);
  if (products.size < ids.length) {
    throw failure('memory-changed', 'There is no such reference or mark. Load the page again.');
  }
  return { product: onlyOne([...products.values()]), remove: ids };
}

/** The reverse of a change that took effect. */
async function reversal(workspace: Workspace, id: number) {
  const { product, items, state } = await getChange(workspace, id);
  if (state !== 'effective') {
    throw failure('memory-changed', `Change ${id} did not take effect: there is nothing to undo.`);
  }
  const those = (effect: 'add' | 'remove') =>
    items.filter((one) => one.effect === effect).map(({ item }) => item.id);
  return { product, remove: those('add'), restore: those('remove'), undoes: id };
}

function onlyOne(products: readonly Product[]): Product {
  const keys = new Set(products.map(productKey));
  if (keys.size === 1) return productFromKey([...keys][0]!);
  throw failure('references-mixed', 'These images belong to several products. Choose those of one.');
}
