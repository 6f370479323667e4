import { failure } from '../../../src-shared/errors.ts';
import type { FileState } from '../../../src-shared/file-state.ts';
import { ContentHashes } from '../../files/content-hashes.ts';
import { changedSince, inspectedImage } from '../../store/results.ts';
import type { Workspace } from '../../store/workspace.ts';

export { ContentHashes };

/** An image file with the contents that were taken down of it. */
export interface SeenFile {
  readonly path: string;
  /** SHA-256 of what the model saw; null where it saw nothing. */
  readonly seen: string | null;
  /** SHA-256 of what was imported last, which is what is shown; null where that could not be read. */
  readonly imported: string | null;
}

/**
 * Whether a file still is what the model saw: whatever it says then may stand beside its picture. A file that was
 * imported anew is another one, also when it lies there as it was.
 */
export async function fileState(contents: ContentHashes, file: SeenFile): Promise<FileState> {
  const { path, seen, imported } = file;
  if (seen !== null && imported !== null && seen !== imported) return 'changed';
  const expected = seen ?? imported;
  try {
    const hash = await contents.hashOf(path);
    return expected === null || hash === expected ? 'same' : 'changed';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable';
  }
}

/**
 * Refuses what would be said of a picture that the model never saw.
 * @throws ClipSamError `image-changed`
 */
export async function refuseChanged(contents: ContentHashes, file: SeenFile): Promise<void> {
  if ((await fileState(contents, file)) === 'changed') throw changedSince(file.path);
}

/**
 * {@link refuseChanged} of the file behind a run's result.
 * @throws ClipSamError `image-changed`; `not-found` when the run has no result for the image
 */
export async function refuseChangedImage(
  workspace: Workspace,
  contents: ContentHashes,
  { runId, imageId }: { readonly runId: number; readonly imageId: number },
): Promise<void> {
  const { path, contentHash, imported } = await inspectedImage(workspace, runId, imageId);
  await refuseChanged(contents, { path, seen: contentHash, imported });
}

/**
 * As {@link refuseChangedImage}; refuses also what cannot be looked at now.
 * @throws ClipSamError `image-changed`, `image-not-found`, `image-unreadable`; `not-found` as above
 */
export async function refuseOther(
  workspace: Workspace,
  contents: ContentHashes,
  { runId, imageId }: { readonly runId: number; readonly imageId: number },
): Promise<void> {
  const { path, contentHash, imported } = await inspectedImage(workspace, runId, imageId);
  const state = await fileState(contents, { path, seen: contentHash, imported });
  if (state === 'changed') throw changedSince(path);
  if (state === 'missing') {
    throw failure(
      'file-missing',
      { file: path },
      `${path} is not there any more. Put it back, then try again.`,
    );
  }
  if (state === 'unreadable') {
    throw failure(
      'file-unreadable',
      { file: path },
      `${path} cannot be read. Make it readable, then try again.`,
    );
  }
}
