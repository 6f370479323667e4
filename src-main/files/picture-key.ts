import type { SampleRange } from '../../src-shared/sample-range.ts';
import { hashOfJson } from './canonical-json.ts';

/**
 * Names what is seen of a file: another content, page or sample range, another key. 64 hexadecimal digits, those of
 * the content where nothing else decides.
 */
export function pictureKey(picture: {
  /** SHA-256 of the file. */
  readonly contentHash: string;
  /** As readers count it; undefined where the file has one picture. */
  readonly page?: number | undefined;
  readonly range?: SampleRange | null | undefined;
}): string {
  const { contentHash, page, range } = picture;
  if (page === undefined && !range) return contentHash;
  return hashOfJson({
    contentHash,
    ...(page !== undefined && { page }),
    ...(range && { range: { low: range.low, high: range.high } }),
  });
}
