import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { failure } from '../../../src-shared/errors.ts';
import { type ReportRecord, reportFileName } from '../../../src-shared/report.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { getReport } from '../../store/reports.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * Copies a report's PDF into a folder, as `R-000123-2.pdf`, and the records below it as `R-000123-2-records.json`. What
 * is there already with the same content is left; anything else of that name is refused.
 * @param options.folder absolute; null: `exports` in the workspace
 * @throws ClipSamError `not-found`; `input-invalid` when the folder is not absolute; `export-in-the-way`; `disk-full`,
 * `path-denied`; `image-not-found` when the artifact was taken away
 */
export async function saveReport(
  workspace: Workspace,
  options: {
    readonly id: number;
    readonly folder: string | null;
    readonly records: boolean;
    readonly inspector: string;
    /** The folder is there only until a browser has fetched the files. */
    readonly download?: boolean;
  },
): Promise<{ readonly folder: string; readonly files: string[]; readonly report: ReportRecord }> {
  const { id, inspector } = options;
  const report = await getReport(workspace, id);
  if (options.folder !== null && !isAbsolute(options.folder)) {
    const path = options.folder;
    throw failure('not-a-full-path', { path }, `"${path}" is not the full path of a folder.`);
  }
  const folder = options.folder ?? join(workspace.folder, 'exports');
  const name = reportFileName(report);
  const copies = [
    { hash: report.file, path: join(folder, name) },
    ...(options.records
      ? [{ hash: report.recordsHash, path: join(folder, name.replace(/\.pdf$/, '-records.json')) }]
      : []),
  ];
  for (const { hash, path } of copies) await copyArtifact(workspace, hash, path, folder);
  const files = copies.map(({ path }) => path);
  if (!workspace.isReadOnly) {
    const subjectId = `${report.number} revision ${report.revision}`;
    await recordAuditEvent(workspace, {
      inspector,
      action: 'saved',
      subject: 'report',
      subjectId,
      newValue: options.download ? { download: files.map((file) => basename(file)) } : { files },
    });
  }
  return { folder, files, report };
}

async function copyArtifact(workspace: Workspace, hash: string, path: string, folder: string): Promise<void> {
  const source = workspace.artifacts.pathOf(hash);
  if (!(await workspace.artifacts.has(hash)) || (await sha256OfFile(source)) !== hash) {
    throw failure(
      'map-lost',
      { file: source },
      `${source} is not there any more, or is not what was kept. Restore it from a copy of the workspace.`,
    );
  }
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() && (await sha256OfFile(path)) === hash) return;
  if (there) {
    throw failure(
      'export-foreign',
      { folder, names: path },
      `${path} is there already and is another file. Choose another folder.`,
    );
  }
  await writeFileAtomically(path, await readFile(source));
}
