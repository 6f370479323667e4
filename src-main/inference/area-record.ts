import type { Frame } from '../../src-shared/frame.ts';
import type { AreaRecord, InspectionArea } from '../../src-shared/inspection-area.ts';
import type { Notice } from '../../src-shared/notice.ts';
import { hashOfArea } from '../files/area-hash.ts';
import { cellOutline, isStretched, shareOf } from '../pipeline/area-mask.ts';
import type { FoundArea } from './area-lookup.ts';

/** What a result says of where the image was looked at. */
export function areaRecord(area: InspectionArea, { cells, part }: FoundArea, frame: Frame): AreaRecord {
  return {
    hash: hashOfArea(area),
    share: shareOf(cells),
    outline: cellOutline(cells, frame),
    ...(part && { partShare: 'share' in part ? part.share : null }),
  };
}

/** What has to be said of it. */
export function areaNotices(
  area: InspectionArea | undefined,
  found: FoundArea | undefined,
  frame: Frame,
): Notice[] {
  if (!area || !found) return [];
  const { part } = found;
  const ignored = 1 - shareOf(found.cells);
  const hasPolygons = area.include.length > 0 || area.ignore.length > 0;
  const { imageWidth: width, imageHeight: height } = frame;
  return [
    ...(ignored > 0 ? [{ code: 'area-ignored', share: ignored } as const] : []),
    ...(hasPolygons && isStretched(area, frame)
      ? [{ code: 'area-stretched', width, height, areaWidth: area.width, areaHeight: area.height } as const]
      : []),
    ...(part && 'doubt' in part ? [{ code: 'part-not-found', reason: part.doubt } as const] : []),
  ];
}
