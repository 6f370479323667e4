import { openWorkspace } from '../../store/open-workspace.ts';
import { checkTotals, rebuildTotals, type WrongTotals } from '../../store/total-checks.ts';
import { inWorkspace } from './in-workspace.ts';

/** Running totals of a workspace that are not what a full count gives. */
export function wrongTotals(folder: string): Promise<WrongTotals[]> {
  return inWorkspace(folder, checkTotals);
}

/** Makes the running totals of a workspace anew. @throws ClipSamError as `openWorkspace` */
export async function mendTotals(folder: string): Promise<void> {
  const workspace = await openWorkspace(folder);
  try {
    await rebuildTotals(workspace);
  } finally {
    await workspace.close();
  }
}
