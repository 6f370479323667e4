// Starts or resumes a run with a fake inference process that answers for so many images and no more, until it is done or
// somebody kills the process. Before, so many images are prepared to be compared with: where that is told, the recipe asks
// for consensus.
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { resumeBatchRun, startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import { recipe } from '../../store/results-fixture.ts';
import { fakeInference } from './fake-inference.ts';

const [folder, log, most, runId, compared] = process.argv.slice(2) as [string, string, ...string[]];
const workspace = await openWorkspace(folder);
const asked: string[] = [];
let embedded = 0;
const inference = fakeInference({
  onInspect: (name, { comparison }) => {
    asked.push(name);
    appendFileSync(log, `${name}${comparison ? ` ${comparison.hash}` : ''}\n`);
  },
  hold: (name) => asked.indexOf(name) >= Number(most),
  onEmbed: async () => {
    if (embedded++ >= Number(compared)) await setTimeout(3_600_000);
  },
});
const options = {
  workspace,
  inference,
  inspector: 'child',
  onEvent: (event: { kind: string }) => console.log(event.kind),
};
const opinions = { ...DEFAULT_OPINION_SETTINGS, consensus: 'automatic' as const };
const run =
  runId !== undefined && Number(runId) > 0
    ? await resumeBatchRun({ ...options, runId: Number(runId) })
    : await startBatchRun({
        ...options,
        batchId: 1,
        recipe: compared === undefined ? recipe : { ...recipe, opinions },
      });
await run.done;
await workspace.close();
