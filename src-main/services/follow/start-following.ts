import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { failure } from '../../../src-shared/errors.ts';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import { listImageFiles } from '../../files/image-files.ts';
import { toReadError } from '../../files/read-error.ts';
import { noteKnown } from '../../store/followed-files.ts';
import { claimFolder, type FolderClaim, releaseFolder } from '../../store/followed-folders.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * Takes the right to follow a folder.
 * @param options.onlyNew images that are there now are passed over, but for those that came since it was followed last
 * @throws ClipSamError `input-invalid` for a folder that the workspace is in, `image-not-found`, `image-unreadable` for
 *   one that is not there, `conflict` while it is followed
 */
export async function startFollowing(
  workspace: Workspace,
  path: string,
  settings: FollowSettings,
  options: {
    readonly isOn: boolean;
    readonly inspector: string;
    readonly onlyNew: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<FolderClaim> {
  const folder = resolve(path);
  await checkFolder(workspace, folder);
  const claim = await claimFolder(workspace, folder, settings, options);
  try {
    if (options.onlyNew && claim.isNew) await passOver(workspace, claim, options.signal);
    return claim;
  } catch (error) {
    releaseFolder(claim);
    throw error;
  }
}

async function checkFolder(workspace: Workspace, folder: string): Promise<void> {
  let real: string;
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('it is a file');
    real = await realpath(folder);
  } catch (cause) {
    throw toReadError(cause, folder);
  }
  const inside = relative(real, await realpath(workspace.folder));
  if (inside === '' || !(inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside)) {
    throw failure(
      'folder-holds-workspace',
      { folder, workspace: workspace.folder },
      `${folder} holds the workspace ${workspace.folder}, whose maps would be taken for new images. Follow a folder that the workspace is not in.`,
    );
  }
}

/** Images that are there already are known from the beginning. */
async function passOver(workspace: Workspace, { folder }: FolderClaim, signal?: AbortSignal): Promise<void> {
  const known = [];
  for await (const entry of listImageFiles([folder.path], signal)) {
    const stats = entry.kind === 'image' ? await stat(entry.path).catch(() => undefined) : undefined;
    if (stats)
      known.push({ path: entry.path, contentHash: null, bytes: stats.size, modifiedAt: stats.mtimeMs });
  }
  await noteKnown(workspace, folder.id, known);
}
