import { openWorkspace } from '../src-main/store/open-workspace.ts';
import type { Workspace } from '../src-main/store/workspace.ts';

/** Opens a workspace, does something in it, and closes it. */
export async function within<T>(folder: string, act: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder);
  try {
    return await act(workspace);
  } finally {
    await workspace.close();
  }
}
