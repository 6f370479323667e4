import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import {
  numberOfReport,
  type ReportChange,
  type ReportOptions,
  type ReportRecord,
  type ReportRemarks,
  reportNumber,
} from '../../../src-shared/report.ts';
import { SOFTWARE_VERSION } from '../../../src-shared/version.ts';
import { makeFolder, syncFolder, writeFileAtomically } from '../../files/atomic-write.ts';
import type { ReportRecords } from '../../reports/report-records.ts';
import { fileReport, getReport, nextReportNumber } from '../../store/reports.ts';
import type { Workspace } from '../../store/workspace.ts';
import { drawReport, type HashedRecords, hashed, type OnMaking, unfinishedFile } from './draw-report.ts';
import { gatherRecords } from './gather-records.ts';
import { changesOfRecords } from './record-changes.ts';

/** Changes of a revision that are stored with it; the kept records have all. */
const STORED = 2000;
/** Others may file reports at the same moment. */
const TRIES = 4;

/** What a report is made with. */
export interface MakeOptions {
  /** As somebody may use it. */
  readonly workspace: Workspace;
  readonly options: ReportOptions;
  readonly inspector: string;
  readonly signal?: AbortSignal;
  readonly onMaking?: OnMaking;
}

/** A report that was filed. */
export interface MadeReport {
  readonly report: ReportRecord;
  readonly remarks: ReportRemarks;
}

/**
 * Makes a report and files it: all or nothing, whenever it is cut off.
 * @throws ClipSamError `not-found`, `conflict` (nothing inspected yet; others file reports all the time), `cancelled`,
 * `disk-full`, `path-denied`
 */
export async function makeReport(making: MakeOptions): Promise<MadeReport> {
  const records = await currentRecords(making);
  return inTurns(async () => {
    const number = await nextReportNumber(making.workspace);
    return attempt(making, records, { number, revision: 1, reason: '', changes: null });
  });
}

/**
 * Makes the next revision of a report, of the records as they are now, and files it beside the earlier ones.
 * @param revising.options null: those of the newest revision
 * @throws ClipSamError as {@link makeReport}; `conflict` when there is a later revision; `input-invalid` when the
 * options are about something else; `not-found` also when its batch is gone
 */
export async function reviseReport(
  revising: Omit<MakeOptions, 'options'> & {
    readonly id: number;
    readonly options: ReportOptions | null;
    readonly reason: string;
  },
): Promise<MadeReport> {
  const { workspace, id, reason } = revising;
  const earlier = await getReport(workspace, id);
  if (!earlier.isNewest) throw superseded(earlier);
  const options = revising.options ?? earlier.options;
  const isOfSame = (['template', 'runId', 'imageId'] as const).every(
    (name) => options[name] === earlier.options[name],
  );
  if (!isOfSame) {
    throw failure(
      'report-other-run',
      'A revision is about the same run and image. Make a new report instead.',
    );
  }
  const making = { ...revising, options };
  const records = await currentRecords(making);
  const before = await keptRecords(workspace, earlier);
  const changes = [
    ...changesOfRecords(before, JSON.parse(records.json) as unknown),
    ...changesOfRecords({ options: earlier.options }, { options }),
  ];
  const made = await attempt(making, records, {
    number: numberOfReport(earlier.number)!,
    revision: earlier.revision + 1,
    reason,
    changes,
  });
  if (!made) throw superseded(earlier);
  return made;
}

/** The records below a report, as they were kept. @throws ClipSamError `image-not-found` when they are lost */
async function keptRecords(workspace: Workspace, report: ReportRecord): Promise<ReportRecords> {
  const path = workspace.artifacts.pathOf(report.recordsHash);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ReportRecords;
  } catch (error) {
    throw failure(
      'map-lost',
      { file: path },
      `${path} is not there any more. Restore it from a copy of the workspace, or make a new report.`,
      error,
    );
  }
}

async function currentRecords({ workspace, options, signal }: MakeOptions): Promise<HashedRecords> {
  const records = await gatherRecords(workspace, options.runId, options.lotId, signal);
  if (options.imageId !== null && !records.images.some(({ imageId }) => imageId === options.imageId)) {
    throw failure('no-result', `Run ${options.runId} has no result for image ${options.imageId}.`);
  }
  return hashed(records);
}

async function inTurns(turn: () => Promise<MadeReport | undefined>): Promise<MadeReport> {
  for (let i = 0; i < TRIES; i++) {
    const made = await turn();
    if (made) return made;
  }
  throw failure('report-busy', 'Other reports were filed meanwhile, several times. Try again.');
}

/** Draws the report and files it; undefined when its number was taken meanwhile. */
async function attempt(
  making: MakeOptions,
  hashedRecords: HashedRecords,
  which: {
    readonly number: number;
    readonly revision: number;
    readonly reason: string;
    readonly changes: readonly ReportChange[] | null;
  },
): Promise<MadeReport | undefined> {
  const { workspace, options, inspector, signal, onMaking } = making;
  const { number, revision, reason, changes } = which;
  const { records, json, hash } = hashedRecords;
  const createdAt = new Date().toISOString();
  const [pdf, kept] = [await unfinishedFile(workspace), await unfinishedFile(workspace)];
  try {
    const listed = changes?.slice(0, STORED) ?? null;
    const head = {
      ...{ options, inspector, createdAt, number: reportNumber(number), revision },
      changes: listed && { reason, listed, count: changes!.length },
    };
    const { written, remarks } = await drawReport(workspace, hashedRecords, head, pdf, { signal, onMaking });
    await writeFileAtomically(kept, json);
    throwIfCancelled(signal);
    const files = [
      { temporary: pdf, path: workspace.artifacts.pathOf(written.sha256) },
      { temporary: kept, path: workspace.artifacts.pathOf(hash) },
    ];
    for (const { path } of files) await makeFolder(dirname(path));
    const { name, partNumber, lot } = records.batch;
    const report = await fileReport(
      workspace,
      {
        ...{ number, revision, options, reason, inspector, createdAt, recordsHash: hash, changes: listed },
        batchId: records.batch.id,
        batch: { name, partNumber, revision: records.batch.revision, lot: records.lot?.lot || lot },
        file: written.sha256,
        bytes: written.bytes,
        pages: written.pages,
        changeCount: changes?.length ?? 0,
        softwareVersion: SOFTWARE_VERSION,
      },
      files,
    );
    for (const { path } of files) await syncFolder(dirname(path));
    return report && { report, remarks };
  } finally {
    for (const path of [pdf, kept]) await rm(path, { force: true });
  }
}

function superseded({ number, revision }: ReportRecord) {
  return failure(
    'report-superseded',
    { report: number, revision: revision + 1 },
    `${number} has a later revision by now. Revise that one.`,
  );
}

/**
 * Draws a report that is not filed, into a file of the caller's.
 * @throws ClipSamError as {@link makeReport}
 */
export async function draftReport(making: MakeOptions, path: string): Promise<ReportRemarks> {
  const { workspace, options, inspector, signal, onMaking } = making;
  const records = await currentRecords(making);
  const head = {
    options,
    inspector,
    createdAt: new Date().toISOString(),
    number: null,
    revision: 1,
    changes: null,
  };
  const { remarks } = await drawReport(workspace, records, head, path, { signal, onMaking });
  return remarks;
}
