import { byListing } from '../../files/image-files.ts';
import { type ForeignImage, foreignImages, type OfferedImage } from '../../store/merge-images.ts';
import type { Workspace } from '../../store/workspace.ts';

/** A batch, or a part of one, whose images are to be in a batch of the target. */
export interface ImagesOfPart {
  readonly workspace: Workspace;
  readonly batchId: number;
  readonly mayAdd: boolean;
}

/** The images of several parts in the order in which all of them would have been listed, if each part is in that order. */
export async function* inListingOrder(parts: readonly ImagesOfPart[]): AsyncGenerator<OfferedImage> {
  const lanes = parts.map((part) => ({ part, images: foreignImages(part.workspace, part.batchId) }));
  const heads: (ForeignImage | undefined)[] = [];
  const take = async (at: number) => {
    const next = await lanes[at]!.images.next();
    heads[at] = next.done ? undefined : next.value;
  };
  for (const at of lanes.keys()) await take(at);
  for (;;) {
    let first = -1;
    for (const [at, head] of heads.entries()) {
      if (head && (first < 0 || compare(head, heads[first]!) < 0)) first = at;
    }
    if (first < 0) return;
    const { workspace, mayAdd } = lanes[first]!.part;
    yield { image: heads[first]!, source: workspace.folder, mayAdd };
    await take(first);
  }
}

function compare(a: ForeignImage, b: ForeignImage): number {
  return byListing(a.path, b.path) || a.page - b.page;
}
