import type { BatchImage } from '../../src-shared/batch.ts';
import type { BatchRange, SampleKind, SampleRanges } from '../../src-shared/batch-range.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { recordAudit } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** Ranges from their column. */
export function parseRanges<Range extends SampleRange>(
  column: string | null,
): Readonly<Record<SampleKind, Range | null>> {
  return column ? JSON.parse(column) : { integer: null, float: null };
}

/** What is black and white in an image; null: its file decides. */
export function rangeOf(row: {
  readonly sample_kind: BatchImage['sampleKind'];
  readonly sample_ranges: string | null;
}): SampleRange | null {
  if (row.sample_ranges === null || row.sample_kind === null || row.sample_kind === 'none') return null;
  return plain(parseRanges(row.sample_ranges)[row.sample_kind]);
}

/** The range alone, without where it is from. */
function plain(range: SampleRange | null): SampleRange | null {
  return range && { low: range.low, high: range.high };
}

/** The batch's ranges as a run keeps them: JSON, or null where there is none. */
export async function rangesOfBatch(db: Workspace['db'], batchId: number): Promise<string | null> {
  const row = await db
    .selectFrom('batches')
    .select('sample_ranges')
    .where('id', '=', batchId)
    .executeTakeFirst();
  if (!row?.sample_ranges) return null;
  const ranges = parseRanges(row.sample_ranges);
  return JSON.stringify({
    integer: plain(ranges.integer),
    float: plain(ranges.float),
  } satisfies SampleRanges);
}

/**
 * Sets what is black and white in a batch from now on; results that are there keep what they were made with.
 * @param range null: forgotten, to be measured again
 * @returns false when nothing changed, or when it was only measured and somebody has set it meanwhile
 */
export async function changeSampleRange(
  workspace: Workspace,
  batchId: number,
  kind: SampleKind,
  range: BatchRange | null,
  inspector: string,
): Promise<boolean> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await db
      .selectFrom('batches')
      .select('sample_ranges')
      .where('id', '=', batchId)
      .executeTakeFirstOrThrow();
    const before = parseRanges<BatchRange>(row.sample_ranges);
    const old = before[kind];
    const isMeasured = range !== null && range.setBy === null;
    if (isMeasured && old !== null && old.setBy !== null) return false;
    if (JSON.stringify(old) === JSON.stringify(range)) return false;
    const after = { ...before, [kind]: range };
    await db
      .updateTable('batches')
      .set({ sample_ranges: JSON.stringify(after) })
      .where('id', '=', batchId)
      .execute();
    await recordAudit(db, [
      {
        inspector,
        action: isMeasured ? 'sample range measured' : 'sample range changed',
        subject: 'batch',
        subjectId: batchId,
        oldValue: { sampleRanges: before },
        newValue: { sampleRanges: after },
      },
    ]);
    return true;
  });
}
