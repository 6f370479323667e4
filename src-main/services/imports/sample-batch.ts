import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toWriteError } from '../../files/atomic-write.ts';
import { createBatch } from '../../store/batches.ts';
import { isNewWorkspace, type Workspace } from '../../store/workspace.ts';
import { importImages } from './import-images.ts';

/**
 * Puts the bundled samples into a workspace that never had a batch, ready to be inspected. They are copied, because
 * the program may lie elsewhere the next time.
 * @param folder of samples in MVTec AD's layout
 * @throws ClipSamError `disk-full`, `path-denied` and the store's errors
 */
export async function addSampleBatch(workspace: Workspace, folder: string, inspector: string): Promise<void> {
  if (!(await isNewWorkspace(workspace))) return;
  const target = join(workspace.folder, 'samples');
  try {
    await cp(folder, target, { recursive: true });
  } catch (error) {
    throw toWriteError(error, target);
  }
  const categories = (await readdir(target)).sort();
  const { id } = await createBatch(workspace, { name: 'Bundled samples' }, inspector);
  await importImages({
    workspace,
    batchId: id,
    paths: categories.map((category) => join(target, category, 'test')),
    inspector,
  });
}
