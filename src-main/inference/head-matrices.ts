import type { Head } from '../../src-shared/pack.ts';
import { type ContentGrid, type FeedTensor, umciMatrices } from '../graph/umci-feeds.ts';

/** The resampling matrices that a head takes as inputs besides tokens, for a content grid. */
export function headMatrices(head: Head, content: ContentGrid): Record<string, FeedTensor> {
  return head.kind === 'umci' ? umciMatrices(head, content) : {};
}
