import { sql } from 'kysely';
import type { Workspace } from './workspace.ts';

/** Defect classes of verdicts and annotations that count, the most frequent first. */
export async function defectClasses(workspace: Workspace): Promise<string[]> {
  const { rows } = await sql<{ defect_class: string }>`
    select defect_class from (
      select v.defect_class from verdicts v
      where v.verdict <> 'withdrawn' and not exists (select 1 from verdicts n where n.supersedes = v.id)
      union all
      select a.defect_class from annotations a
      where a.kind is not null and not exists (select 1 from annotations r where r.retracts = a.id)
    ) where defect_class <> '' group by defect_class order by count(*) desc, defect_class`.execute(
    workspace.db,
  );
  return rows.map((row) => row.defect_class);
}
