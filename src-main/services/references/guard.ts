import { ClipSamError } from '../../../src-shared/errors.ts';
import type { MemoryChange } from '../../../src-shared/reference-set.ts';
import { reviewedImages } from '../../store/reviewed-images.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Guard } from './reference-memory.ts';

/** Images with confirmed defects that are scored again, at most: those judged last. */
const EXAMINED = 200;

/** Whether confirmed defects would be missed with a change. */
export async function examineChange(workspace: Workspace, { product }: MemoryChange): ReturnType<Guard> {
  const confirmed = await reviewedImages(workspace, product, { verdict: 'reject', limit: EXAMINED });
  if (confirmed.total === 0) return { confirmed: 0, examined: 0, unread: 0, missed: [] };
  throw new ClipSamError(
    'inference-failed',
    `There are ${confirmed.total} images with confirmed defects, and none was scored again: nobody knows what would be missed.`,
  );
}
