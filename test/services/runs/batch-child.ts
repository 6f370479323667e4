// Starts or resumes a run with a fake inference process that answers for so many images and no more, until it is done or
// somebody kills the process.
import { appendFileSync } from 'node:fs';
import { resumeBatchRun, startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { recipe } from '../../store/results-fixture.ts';
import { fakeInference } from './fake-inference.ts';

const [folder, log, most, runId] = process.argv.slice(2) as [string, string, string, string | undefined];
const workspace = await openWorkspace(folder);
const asked: string[] = [];
const inference = fakeInference({
  onInspect: (name) => {
    asked.push(name);
    appendFileSync(log, `${name}\n`);
  },
  hold: (name) => asked.indexOf(name) >= Number(most),
});
const options = {
  workspace,
  inference,
  inspector: 'child',
  onEvent: (event: { kind: string }) => console.log(event.kind),
};
const run = runId
  ? await resumeBatchRun({ ...options, runId: Number(runId) })
  : await startBatchRun({ ...options, batchId: 1, recipe });
await run.done;
await workspace.close();
