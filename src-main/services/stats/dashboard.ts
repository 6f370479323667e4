import type { Dashboard } from '../../../src-shared/statistics/dashboard.ts';
import { type CountedRun, dashboardOf } from '../../../src-shared/statistics/dashboard-of.ts';
import type { StatsFilter, Subgroup } from '../../../src-shared/statistics/stats-filter.ts';
import {
  countedRuns,
  inspectorsOf,
  overlappingVerdicts,
  reworkedImages,
  scoreTotals,
  studyAnswers,
  timeTotals,
  verdictTotals,
} from '../../store/totals.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Statistics over the batches that the filter lets through, from running totals: no result is read. */
export async function dashboard(workspace: Workspace, filter: StatsFilter, by: Subgroup): Promise<Dashboard> {
  const all = await countedRuns(workspace);
  const runs = all.filter((run) => isMeant(run, filter));
  const runIds = runs.map(({ runId }) => runId);
  const batchIds = runs.map(({ batchId }) => batchId);
  return dashboardOf({
    filter,
    by,
    choices: {
      partNumbers: namesOf(all, ({ partNumber }) => partNumber),
      lots: namesOf(all, ({ lot }) => lot),
      recipes: namesOf(all, ({ recipe }) => recipe),
      inspectors: await inspectorsOf(
        workspace,
        all.map(({ runId }) => runId),
      ),
    },
    runs,
    verdicts: await verdictTotals(workspace, runIds, filter),
    scores: await scoreTotals(workspace, runIds, filter),
    times: await timeTotals(workspace, runIds, filter),
    history: await overlappingVerdicts(workspace, runIds, filter),
    studies: await studyAnswers(workspace, batchIds, filter),
    reworked: await reworkedImages(workspace, runIds, filter),
  });
}

/** Whether the filter lets a run through, as far as its batch and recipe say. */
export function isMeant(run: CountedRun, { partNumber, lot, recipe, batchId }: StatsFilter): boolean {
  return (
    (partNumber === undefined || run.partNumber === partNumber) &&
    (lot === undefined || run.lot === lot) &&
    (recipe === undefined || run.recipe === recipe) &&
    (batchId === undefined || run.batchId === batchId)
  );
}

function namesOf(runs: readonly CountedRun[], name: (run: CountedRun) => string): string[] {
  return [...new Set(runs.map(name))].filter((text) => text !== '').sort();
}
