import { readFile } from 'node:fs/promises';
import { failure } from '../../../src-shared/errors.ts';
import type { ReportRecord } from '../../../src-shared/report.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { sha256 } from '../../files/hash.ts';
import type { ReportRecords } from '../../reports/report-records.ts';
import { getReport } from '../../store/reports.ts';
import type { Workspace } from '../../store/workspace.ts';
import { gatherRecords } from '../reports/gather-records.ts';
import { ifGone } from './if-gone.ts';
import type { SignedRecord } from './signed-record.ts';

/**
 * What a signature under a report covers: its number, revision, file and kept records, and the records as they are now.
 * The records go in by their hash, since they are kept as an artifact already and can be megabytes.
 */
export async function readReport(workspace: Workspace, id: string): Promise<SignedRecord | undefined> {
  const report = await getReport(workspace, Number(id)).catch(ifGone);
  if (!report) return undefined;
  const { number, revision, file, recordsHash } = report;
  const now = await recordsNow(workspace, report);
  const hash = now && hashOfJson(now);
  return {
    name: number,
    revision,
    twoPeople: now?.recipe.content.signatures !== undefined,
    ...(hash !== recordsHash && {
      notYet: failure(
        'signing-outdated',
        { report: number },
        `What ${number} stands on has changed since it was made. Revise it, then sign the new revision.`,
      ),
    }),
    record: { report: { number, revision, file, recordsHash }, records: hash ?? null },
    async whole(record) {
      const { records } = record as { readonly records: string | null };
      const found = records === hash ? now : await keptRecords(workspace, records);
      return found ? { ...(record as object), records: byId(found) } : record;
    },
  };
}

/** Undefined when the run, its batch or its lot is gone. */
async function recordsNow(
  workspace: Workspace,
  { options }: ReportRecord,
): Promise<ReportRecords | undefined> {
  return gatherRecords(workspace, options.runId, options.lotId).catch(ifGone);
}

/** Undefined when they are not as they were kept any more. */
async function keptRecords(workspace: Workspace, hash: string | null): Promise<ReportRecords | undefined> {
  if (hash === null) return undefined;
  const bytes = await readFile(workspace.artifacts.pathOf(hash)).catch(() => null);
  return bytes && sha256(bytes) === hash ? (JSON.parse(String(bytes)) as ReportRecords) : undefined;
}

/** With images and marks as objects by id, so that what has changed in them is named alike wherever it stands. */
function byId({ images, ...others }: ReportRecords) {
  const keyed = images.map(({ imageId, name, annotations, ...image }) => [
    `${imageId} ${name}`,
    { ...image, annotations: Object.fromEntries(annotations.map((one) => [one.id, one])) },
  ]);
  return { ...others, images: Object.fromEntries(keyed) as Record<string, unknown> };
}
