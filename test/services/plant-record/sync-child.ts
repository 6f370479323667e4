import { syncWorkspace } from '../../../src-main/services/plant-record/sync-workspace.ts';

/** Syncs, and kills itself before the n-th block. */
const [workspaceFolder, address, count] = process.argv.slice(2) as [string, string, string];
let left = Number(count);
await syncWorkspace({
  workspaceFolder,
  address,
  onEvent() {
    if (--left < 0) process.kill(process.pid, 'SIGKILL');
  },
});
