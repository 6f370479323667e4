import { SAMPLE_KINDS } from '../../../src-shared/batch-range.ts';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import type { Scale } from '../../../src-shared/scale.ts';
import { changeScale, createBatch, getBatch } from '../../store/batches.ts';
import { batchBefore, setFollowedBatch } from '../../store/followed-folders.ts';
import type { Workspace } from '../../store/workspace.ts';
import { kindsIn, setSampleRange } from '../pictures/sample-ranges.ts';
import type { BatchPurpose } from './batch-purpose.ts';

/** A batch for images of a purpose, empty. @returns its id */
export async function newFollowedBatch(
  workspace: Workspace,
  options: {
    readonly folderId: number;
    readonly purpose: BatchPurpose;
    readonly settings: FollowSettings;
    readonly inspector: string;
  },
): Promise<number> {
  const { folderId, purpose, settings, inspector } = options;
  const { objectName, partNumber, lot, recipeHash } = settings;
  const metadata = { name: purpose.name, objectName, partNumber, lot, recipeHash };
  const { id } = await createBatch(workspace, metadata, inspector);
  await setFollowedBatch(workspace, folderId, purpose.key, id);
  return id;
}

/**
 * Says of a new batch with its first images how large a pixel is, and what is black and white in images of more than 8
 * bits: as somebody says, else as in the folder's batch before, so that a day's first image does not decide anew.
 */
export async function settleFollowedBatch(
  workspace: Workspace,
  batchId: number,
  options: {
    readonly folderId: number;
    readonly inspector: string;
    readonly scale?: Scale | undefined;
    readonly range?: SampleRange | undefined;
  },
): Promise<void> {
  const { inspector, range, folderId } = options;
  const before = await batchBefore(workspace, folderId, batchId);
  const last = before === undefined ? undefined : await getBatch(workspace, before).catch(() => undefined);
  const scale = options.scale ?? last?.scale;
  if (scale) await changeScale(workspace, batchId, scale, inspector);
  const kinds = await kindsIn(workspace, batchId);
  for (const kind of SAMPLE_KINDS) {
    const known = range ?? last?.sampleRanges[kind];
    if (!known || !kinds.includes(kind)) continue;
    const { low, high } = known;
    await setSampleRange(workspace, { batchId, kind, range: { low, high }, inspector });
  }
}
