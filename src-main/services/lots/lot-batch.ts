import type { Batch } from '../../../src-shared/batch.ts';
import { listBatches } from '../../store/batches.ts';
import type { Workspace } from '../../store/workspace.ts';
import { chooseBatches } from '../exports/choose-batch.ts';

/** The batch that a person means, by name (the newest of it) or id. @throws ClipSamError as `chooseBatches` */
export async function lotBatch(workspace: Workspace, text: string): Promise<Batch> {
  const [batch] = chooseBatches(await listBatches(workspace), text);
  return batch!;
}
