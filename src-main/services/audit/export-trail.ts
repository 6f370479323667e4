import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { AuditEntry, AuditFilter, AuditHead } from '../../../src-shared/audit.ts';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { PLAIN_CSV } from '../../../src-shared/export-formats.ts';
import { makeFolder, writeFileAtomically } from '../../files/atomic-write.ts';
import { writeJsonFile } from '../../files/json-file.ts';
import { csvText } from '../../reports/csv-text.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { auditHead, countAudit, readAudit } from '../../store/audit-search.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Entries read at a time. */
const PAGE = 1000;

/**
 * Writes entries, oldest first, into a new file `audit-trail-<time>` in a folder. As JSON they stand with their hashes, so
 * that others can check them: see the documentation of the command line.
 * @param options.folder null: `exports` in the workspace
 * @throws ClipSamError `disk-full`, `path-denied`; nothing is left of what was not written whole
 */
export async function exportTrail(options: {
  readonly workspace: Workspace;
  readonly filter: AuditFilter;
  readonly format: 'csv' | 'json';
  readonly folder: string | null;
  /** For the trail, to which the export is added. */
  readonly inspector: string;
  /** The folder is there only until a browser has fetched the file. */
  readonly download?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}): Promise<{ readonly folder: string; readonly path: string; readonly entries: number }> {
  const { workspace, filter, format, inspector } = options;
  const folder = options.folder ?? join(workspace.folder, 'exports');
  const path = join(folder, `audit-trail-${fileTime()}.${format}`);
  await makeFolder(folder);
  const head = await auditHead(workspace);
  const written = { entries: 0 };
  const pages = pagesOf(options, written);
  await writeFileAtomically(path, format === 'csv' ? csvOf(pages) : jsonOf(pages, head, filter));
  if (!workspace.isReadOnly) {
    const place = options.download ? { download: basename(path) } : { path };
    const newValue = { format, filter, ...place, entries: written.entries };
    await recordAuditEvent(workspace, {
      inspector,
      action: 'exported',
      subject: 'export',
      subjectId: 'audit-trail',
      newValue,
    });
  }
  return { folder, path, entries: written.entries };
}

/** Writes the end of the trail into a new file in a folder. @param folder default: `exports` in the workspace */
export async function exportHead(
  workspace: Workspace,
  folder: string = join(workspace.folder, 'exports'),
): Promise<{ readonly folder: string; readonly path: string; readonly head: AuditHead }> {
  const path = join(folder, `audit-head-${fileTime()}.json`);
  const head = await auditHead(workspace);
  await writeJsonFile(path, head);
  return { folder, path, head };
}

const fileTime = () => new Date().toISOString().slice(0, 23).replaceAll(/[:.]/g, '-');

async function* pagesOf(
  { workspace, filter, signal, onProgress }: Parameters<typeof exportTrail>[0],
  written: { entries: number },
): AsyncGenerator<readonly AuditEntry[]> {
  const total = await countAudit(workspace, filter);
  for (let after = 0; ; ) {
    throwIfCancelled(signal);
    const entries = await readAudit(workspace, filter, { after, limit: PAGE });
    yield entries;
    written.entries += entries.length;
    onProgress?.(written.entries, Math.max(total, written.entries));
    if (entries.length < PAGE) return;
    after = entries.at(-1)!.id;
    await setImmediate();
  }
}

async function* csvOf(pages: AsyncIterable<readonly AuditEntry[]>): AsyncGenerator<string> {
  let header = true;
  for await (const entries of pages) {
    const rows = entries.map((entry) => ({
      entry: entry.id,
      created_at: entry.createdAt,
      inspector: entry.inspector,
      action: entry.action,
      subject: entry.subject,
      subject_id: entry.subjectId,
      old_value: entry.oldValue,
      new_value: entry.newValue,
      hash: entry.hash,
    }));
    if (rows.length > 0) yield csvText(rows, PLAIN_CSV, header);
    else if (header) yield `\ufeff${CSV_HEADER}\r\n`;
    header = false;
  }
}

const CSV_HEADER = 'entry,created_at,inspector,action,subject,subject_id,old_value,new_value,hash';

async function* jsonOf(
  pages: AsyncIterable<readonly AuditEntry[]>,
  head: AuditHead,
  filter: AuditFilter,
): AsyncGenerator<string> {
  yield `{"head":${JSON.stringify(head)},"filter":${JSON.stringify(filter)},"entries":[`;
  let separator = '\n';
  for await (const entries of pages) {
    for (const entry of entries) {
      yield separator + JSON.stringify(entry);
      separator = ',\n';
    }
  }
  yield '\n]}\n';
}
