import type { Head } from '../../src-shared/pack.ts';
import { type ContentGrid, type FeedTensor, mapMatrices, umciMatrices } from '../graph/umci-feeds.ts';

/** The resampling matrices that a head takes as inputs besides tokens, for a content grid. */
export function headMatrices(head: Head, content: ContentGrid): Record<string, FeedTensor> {
  if (head.kind === 'umci') return umciMatrices(head, content);
  return mapMatrices(content, head.kind === 'linear' ? 'corners' : 'centres');
}
