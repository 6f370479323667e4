import {
  type KeptComparison,
  keptComparisonSchema,
  type RunComparison,
} from '../../src-shared/run-comparison.ts';
import { assertClaim, type RunClaim } from './run-claims.ts';
import { runRow } from './run-row.ts';
import type { Workspace } from './workspace.ts';

/** Migration 023: what the run's images are compared with, JSON; null: nothing, or not decided yet. */
export const RUN_COMPARISON = [
  `alter table runs add column comparison text check (json_valid(comparison))`,
  // The same in short, once it is ready: what is shown of a run.
  `alter table runs add column compared_with text check (json_valid(compared_with))`,
];

/** What was decided for a run; undefined: nothing. */
export async function keptComparison({ db }: Workspace, runId: number): Promise<KeptComparison | undefined> {
  const { comparison } = await runRow(db, runId);
  return comparison === null ? undefined : keptComparisonSchema.parse(JSON.parse(comparison));
}

/**
 * Writes it down under the run's claim.
 * @param summary null: not all images have their token files yet, or there is nothing to compare with
 * @throws ClipSamError `workspace-locked` when another program took the run over
 */
export async function keepComparison(
  workspace: Workspace,
  claim: RunClaim,
  comparison: KeptComparison,
  summary: RunComparison | null,
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    await assertClaim(db, claim);
    await db
      .updateTable('runs')
      .set({
        comparison: JSON.stringify(comparison),
        compared_with: summary && JSON.stringify(summary),
      })
      .where('id', '=', claim.runId)
      .execute();
  });
}
