import { toStoredPath, type Workspace } from './workspace.ts';

/**
 * A file below a folder of the workspace whose content some image already has; undefined: none.
 * @param folder in the workspace
 * @returns as it is stored, relative to the workspace
 */
export async function storedCopyOf(
  workspace: Workspace,
  folder: string,
  contentHash: string,
): Promise<string | undefined> {
  const row = await workspace.db
    .selectFrom('images')
    .select('path')
    .where('content_hash', '=', contentHash)
    .where('path', '>', `${toStoredPath(workspace, folder)}/`)
    .where('path', '<', `${toStoredPath(workspace, folder)}0`)
    .limit(1)
    .executeTakeFirst();
  return row?.path;
}

/** True while some image, of a deleted batch too, lies below a folder of the workspace. */
export async function hasImagesBelow(workspace: Workspace, folder: string): Promise<boolean> {
  // '0' comes right after '/': everything between begins with the folder.
  const row = await workspace.db
    .selectFrom('images')
    .select('id')
    .where('path', '>', `${toStoredPath(workspace, folder)}/`)
    .where('path', '<', `${toStoredPath(workspace, folder)}0`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
