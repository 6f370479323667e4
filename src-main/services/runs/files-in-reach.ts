import { access, constants } from 'node:fs/promises';
import { failure } from '../../../src-shared/errors.ts';
import { listImages } from '../../store/images.ts';
import { hasInspected } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * Refuses a run that could only fail over a batch that was inspected before: its share or drive is away, and the run
 * would be the newest, with nothing in it. One file that can be read is enough.
 * @throws ClipSamError `image-unreadable`
 */
export async function checkFilesInReach(workspace: Workspace, batchId: number): Promise<void> {
  if (!(await hasInspected(workspace, batchId))) return;
  let files = 0;
  let file: string | undefined;
  for (let after = 0; ; ) {
    const images = await listImages(workspace, batchId, { after });
    for (const { id, path } of images) {
      if (await canBeRead(path)) return;
      file ??= path;
      files++;
      after = id;
    }
    if (images.length === 0) break;
  }
  if (file === undefined) return;
  throw failure(
    'batch-away',
    { files, file },
    `None of the ${files} images of batch ${batchId} can be read now (the first is ${file}). Is a drive or network folder away? No run was started, and earlier results stay as they are.`,
  );
}

function canBeRead(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
