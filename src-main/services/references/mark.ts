import { failure } from '../../../src-shared/errors.ts';
import { boxOutline, type Polygon } from '../../../src-shared/geometry.ts';
import type { MemoryItem } from '../../../src-shared/reference-set.ts';
import type { Region } from '../../../src-shared/result.ts';
import type { NewMemoryItem } from '../../store/memory-items.ts';
import type { StoredResult } from '../../store/results.ts';

/**
 * A place in an image that inspectors judged.
 * @param where what was drawn, else the model's region
 * @throws ClipSamError `not-found` without a result, or such a region in it; `input-invalid` where neither was given
 */
export function markOf(
  stored: StoredResult | undefined,
  where: {
    readonly kind: Exclude<MemoryItem['kind'], 'reference'>;
    readonly regionIndex: number | null;
    readonly polygons: readonly Polygon[] | null;
  },
): NewMemoryItem {
  if (stored?.status !== 'done') throw failure('no-result', 'There is no result to mark a place in.');
  const { image, result, runId } = stored;
  return {
    kind: where.kind,
    contentHash: result.contentHash,
    page: image.page,
    range: image.range,
    imageId: image.id,
    runId,
    source: image.path,
    polygons: where.polygons?.length ? where.polygons : regionOf(result.regions, where.regionIndex),
    width: result.width,
    height: result.height,
  };
}

function regionOf(regions: readonly Region[], index: number | null): readonly Polygon[] {
  if (index === null) throw failure('nothing-marked', 'Choose a region, or draw an area, to mark.');
  const region = regions.find((one) => one.index === index);
  if (!region) throw failure('region-unknown', { region: index }, `The result has no region ${index}.`);
  return outlineOf(region);
}

/** What a region covers; its box where the final mask has nothing of it. */
function outlineOf({ polygons, box }: Pick<Region, 'polygons' | 'box'>): readonly Polygon[] {
  return polygons.length > 0 ? polygons : [boxOutline(box)];
}
