import type { Pack } from '../../src-shared/pack.ts';
import { aprilGan } from './april-gan.ts';
import { umciHead } from './umci-head.ts';

/** Numbers that were trained for a pack's own head; 0 where it has none. */
export function headWeightCount(pack: Pack): number {
  if (pack.head.kind === 'none') return 0;
  return (pack.head.kind === 'umci' ? umciHead : aprilGan).trainedParameters(pack);
}
