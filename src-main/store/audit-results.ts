import type { AuditFinding } from '../../src-shared/audit.ts';
import { purgedBatches, type RecordedState, recordedStates } from './audit-states.ts';
import { type ResultsDigest, resultsDigest } from './results-digest.ts';
import type { Workspace } from './workspace.ts';

/** A run whose results were compared with the trail. */
interface CheckedResults {
  /** `open`: the run has not ended; `untold`: the trail holds no digest of them. */
  readonly state: 'compared' | 'open' | 'untold';
  /** Results that were compared. */
  readonly count: number;
  readonly findings: readonly AuditFinding[];
}

export async function countResults(db: Workspace['db']): Promise<number> {
  const query = db.selectFrom('results').select(({ fn }) => fn.countAll<number>().as('count'));
  return (await query.executeTakeFirstOrThrow()).count;
}

/** Compares the results of every run that has ended with the digest that the trail holds of them. */
export async function* checkResults(
  db: Workspace['db'],
  signal?: AbortSignal,
): AsyncGenerator<CheckedResults> {
  const runs = await db.selectFrom('runs').select(['id', 'status']).orderBy('id').execute();
  for (const { id } of runs) {
    const before = await stateOf(db, id);
    if (!before) continue;
    const digest = await resultsDigest(db, id, { withSizes: true, signal });
    const after = await stateOf(db, id);
    if (!after) continue;
    const checked = compareResults(id, digest, before, after);
    // Some of them may be gone already.
    const { batchId } = before.told?.fields ?? {};
    if (checked.findings.length > 0 && (await purgedBatches(db)).has(String(batchId))) continue;
    yield checked;
  }
}

interface RunState {
  readonly isOver: boolean;
  readonly told: RecordedState | undefined;
}

/** Undefined: the run is gone. */
async function stateOf(db: Workspace['db'], id: number): Promise<RunState | undefined> {
  const run = await db.selectFrom('runs').select('status').where('id', '=', id).executeTakeFirst();
  if (!run) return undefined;
  const isOver = run.status !== 'running' && run.status !== 'paused';
  return { isOver, told: (await recordedStates(db, 'run', [id])).get(String(id)) };
}

function compareResults(
  id: number,
  digest: ResultsDigest,
  before: RunState,
  after: RunState,
): CheckedResults {
  // It was taken up again while its results were read.
  const isSame = before.isOver && after.isOver && before.told?.entry === after.told?.entry;
  if (!isSame) return { state: 'open', count: 0, findings: [] };
  const told = after.told?.fields.results as ResultsDigest | undefined;
  if (!told) return { state: 'untold', count: 0, findings: [] };
  const isEqual =
    told.count === digest.count &&
    told.sha256 === digest.sha256 &&
    (told.sizes === undefined || told.sizes === digest.sizes);
  const entry = after.told!.entry;
  return {
    state: 'compared',
    count: digest.count,
    findings: isEqual ? [] : [{ kind: 'results-changed', run: String(id), entry }],
  };
}
