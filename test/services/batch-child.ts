// Starts or resumes a run with a slow fake inspector, until it is done or somebody kills the process.
import { appendFileSync } from 'node:fs';
import { resumeBatchRun, startBatchRun } from '../../src-main/services/batch-run.ts';
import { openWorkspace } from '../../src-main/store/workspace.ts';
import { recipe } from '../store/results-fixture.ts';
import { fakeInspector } from './fake-inspector.ts';

const [folder, log, runId] = process.argv.slice(2) as [string, string, string | undefined];
const workspace = await openWorkspace(folder);
const inspector = fakeInspector({ delay: 5, onInspect: (name) => appendFileSync(log, `${name}\n`) });
const options = {
  workspace,
  inspector,
  author: 'child',
  onEvent: (event: { kind: string }) => console.log(event.kind),
};
const run = runId
  ? await resumeBatchRun({ ...options, runId: Number(runId) })
  : await startBatchRun({ ...options, batchId: 1, recipe });
await run.done;
await workspace.close();
