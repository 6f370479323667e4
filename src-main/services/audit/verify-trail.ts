import { setImmediate } from 'node:timers/promises';
import type {
  AuditFinding,
  AuditHead,
  AuditRecord,
  AuditRemark,
  AuditReport,
} from '../../../src-shared/audit.ts';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { checkRecords, countRecords } from '../../store/audit-records.ts';
import { checkResults, countResults } from '../../store/audit-results.ts';
import { countAudit, coverageOf, lastNumberGiven, readAudit } from '../../store/audit-search.ts';
import type { Workspace } from '../../store/workspace.ts';
import { ChainCheck } from './chain-check.ts';

/** Entries read at a time. */
const PAGE = 1000;
/** Findings that are named; more are counted. */
const NAMED = 200;

/** How far a check is. */
export interface AuditProgress {
  readonly phase: 'entries' | 'records' | 'results';
  readonly done: number;
  readonly total: number;
}

interface Options {
  /** One that was kept elsewhere. */
  readonly head?: AuditHead | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: AuditProgress) => void;
}

/**
 * Checks that every entry of the audit trail follows from the one before, that the end is there, and that results and the
 * records of `store/audit-kinds.ts` are what the trail tells of them.
 */
export async function verifyTrail(workspace: Workspace, options: Options = {}): Promise<AuditReport> {
  const outcome = new Outcome();
  const chain = await checkChain(workspace, options, outcome);
  const records = await compareRecords(workspace, options, outcome);
  const results = await compareResults(workspace, options, outcome);
  const { untrustedFrom, last, hash } = chain;
  const at = new Date().toISOString();
  return {
    head: { workspace: workspace.id, entries: last, hash, at },
    ...{ records, results, untrustedFrom },
    ...{ findings: outcome.findings, found: outcome.found, remarks: outcome.remarks() },
  };
}

class Outcome {
  readonly findings: AuditFinding[] = [];
  readonly #remarks: AuditRemark[] = [];
  readonly #uncovered = new Map<AuditRecord, number>();
  found = 0;

  find(findings: readonly AuditFinding[]): void {
    this.found += findings.length;
    this.findings.push(...findings.slice(0, NAMED - this.findings.length));
  }

  remark(remark: AuditRemark): void {
    this.#remarks.push(remark);
  }

  miss(record: AuditRecord, count: number): void {
    if (count > 0) this.#uncovered.set(record, (this.#uncovered.get(record) ?? 0) + count);
  }

  remarks(): readonly AuditRemark[] {
    const uncovered = [...this.#uncovered].map(
      ([record, count]): AuditRemark => ({ kind: 'not-covered', record, count }),
    );
    return [...this.#remarks, ...uncovered];
  }
}

async function checkChain(
  workspace: Workspace,
  { head, signal, onProgress }: Options,
  outcome: Outcome,
): Promise<ChainCheck> {
  const coverage = await coverageOf(workspace);
  if (coverage) outcome.remark({ kind: 'not-covered-before', date: coverage.createdAt });
  const chain = new ChainCheck(workspace.id, coverage?.id ?? 0, head);
  const total = await countAudit(workspace, {});
  for (let done = 0; ; ) {
    throwIfCancelled(signal);
    onProgress?.({ phase: 'entries', done, total: Math.max(done, total) });
    // Of what is added meanwhile, the number that was given last is read before its entry.
    const given = await lastNumberGiven(workspace);
    const entries = await readAudit(workspace, {}, { after: chain.last, limit: PAGE });
    for (const entry of entries) outcome.find(chain.add(entry));
    done += entries.length;
    if (entries.length < PAGE) {
      outcome.find(chain.end(workspace.id, given));
      break;
    }
    await setImmediate();
  }
  const { count, first } = chain.earlier;
  if (count > 0) outcome.remark({ kind: 'clock-set-back', entry: first, count });
  return chain;
}

async function compareRecords(
  workspace: Workspace,
  { signal, onProgress }: Options,
  outcome: Outcome,
): Promise<number> {
  const total = await countRecords(workspace.db);
  let done = 0;
  for await (const { record, count, findings, uncovered } of checkRecords(workspace)) {
    throwIfCancelled(signal);
    outcome.find(findings);
    outcome.miss(record, uncovered);
    done += count;
    onProgress?.({ phase: 'records', done, total: Math.max(done, total) });
  }
  return done;
}

async function compareResults(
  workspace: Workspace,
  { signal, onProgress }: Options,
  outcome: Outcome,
): Promise<number> {
  const total = await countResults(workspace.db);
  let done = 0;
  let open = 0;
  for await (const { state, count, findings } of checkResults(workspace.db, signal)) {
    if (state === 'open') open++;
    if (state === 'untold') outcome.miss('run', 1);
    outcome.find(findings);
    done += count;
    onProgress?.({ phase: 'results', done, total: Math.max(done, total) });
  }
  if (open > 0) outcome.remark({ kind: 'runs-open', count: open });
  return done;
}
