import { openWorkspace } from '../../store/open-workspace.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Opens a workspace for something that reads, does it, and closes it again. @throws ClipSamError as `openWorkspace` */
export async function inWorkspace<T>(folder: string, act: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder, { allowReadOnly: true });
  try {
    return await act(workspace);
  } finally {
    await workspace.close();
  }
}
