import type { InspectionArea, PartMark } from '../../src-shared/inspection-area.ts';
import { hashOfJson } from './canonical-json.ts';

/** SHA-256 of where to look: what a pack says of the part, and where its image lies on the disk, is no part of it. */
export function hashOfArea({ part, ...drawn }: InspectionArea): string {
  return hashOfJson({ ...drawn, part: part && decisive(part) });
}

/** SHA-256 of how a part is found, as in {@link hashOfArea}. */
export function hashOfPart(part: PartMark): string {
  return hashOfJson(decisive(part));
}

function decisive({ contentHash, page, range, point, level }: PartMark) {
  return { contentHash, page, range, point, level };
}
