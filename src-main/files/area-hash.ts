import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import { hashOfJson } from './canonical-json.ts';

/** SHA-256 of where to look: what a pack says of the part, and where its image lies on the disk, is no part of it. */
export function hashOfArea({ part, ...drawn }: InspectionArea): string {
  if (part === null) return hashOfJson({ ...drawn, part });
  const { contentHash, page, range, point, level } = part;
  return hashOfJson({ ...drawn, part: { contentHash, page, range, point, level } });
}
