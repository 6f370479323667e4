import { sql } from 'kysely';
import type { InspectionResult, ResultArtifacts } from '../../src-shared/result.ts';
import { storedNotices } from './result-row.ts';
import type { Workspace } from './workspace.ts';

/** What of a result decides how many regions it has at each θ. */
export type UncountedResult = Pick<InspectionResult, 'artifacts' | 'width' | 'height' | 'notices'> & {
  readonly id: number;
};

/** Results of a run whose regions were not counted yet, in the order of its images; a page starts behind `after`. */
export async function uncountedResults(
  workspace: Workspace,
  runId: number,
  page: { readonly after: number; readonly limit: number },
): Promise<UncountedResult[]> {
  const { rows } = await sql<{
    id: number;
    artifacts: string;
    width: number;
    height: number;
    notices: string | null;
  }>`
    select r.id, r.artifacts, r.width, r.height, r.notices from results r
    where r.run_id = ${runId} and r.status = 'done' and r.id > ${page.after}
      and not exists (select 1 from region_counts c where c.result_id = r.id)
    order by r.id limit ${page.limit}`.execute(workspace.db);
  return rows.map(({ artifacts, notices, ...row }) => ({
    ...row,
    artifacts: JSON.parse(artifacts) as ResultArtifacts,
    notices: storedNotices(notices),
  }));
}

/** Keeps counts of regions: a byte per threshold. Results never change, so neither do these. */
export async function saveRegionCounts(
  workspace: Workspace,
  counted: readonly { readonly id: number; readonly counts: Uint8Array }[],
): Promise<void> {
  if (counted.length === 0) return;
  await workspace.db
    .insertInto('region_counts')
    .values(counted.map(({ id, counts }) => ({ result_id: id, counts: Buffer.from(counts) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The counts of a run's results. */
export async function listRegionCounts(workspace: Workspace, runId: number): Promise<Uint8Array[]> {
  const rows = await workspace.db
    .selectFrom('region_counts')
    .innerJoin('results', 'results.id', 'region_counts.result_id')
    .select('region_counts.counts')
    .where('results.run_id', '=', runId)
    .execute();
  return rows.map(({ counts }) => counts);
}

/** How many results of a run were not counted yet. */
export async function countUncounted(workspace: Workspace, runId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from results r
    where r.run_id = ${runId} and r.status = 'done'
      and not exists (select 1 from region_counts c where c.result_id = r.id)`.execute(workspace.db);
  return rows[0]!.count;
}
