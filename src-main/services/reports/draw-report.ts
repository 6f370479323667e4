import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import type { ReportOptions } from '../../../src-shared/report.ts';
import { SOFTWARE_VERSION } from '../../../src-shared/version.ts';
import { makeFolder } from '../../files/atomic-write.ts';
import { canonicalJson } from '../../files/canonical-json.ts';
import { sha256 } from '../../files/hash.ts';
import { writeReport } from '../../reports/pdf-report.ts';
import type { ReportInput } from '../../reports/report-input.ts';
import type { ReportRecords } from '../../reports/report-records.ts';
import { dispositionHistory } from '../../store/dispositions.ts';
import type { Workspace } from '../../store/workspace.ts';
import { earlierSignatures } from './earlier-signatures.ts';
import { pictureSource } from './picture-source.ts';

/** Tells how far a report is: pictures done, of all. */
export type OnMaking = (event: {
  readonly kind: 'making';
  readonly done: number;
  readonly total: number;
}) => void;

/** What a report says besides its records. */
export interface ReportHead
  extends Pick<ReportInput, 'number' | 'revision' | 'changes' | 'inspector' | 'createdAt'> {
  readonly options: ReportOptions;
}

/** Records with their canonical JSON and its SHA-256. */
export interface HashedRecords {
  readonly records: ReportRecords;
  readonly json: string;
  readonly hash: string;
}

export function hashed(records: ReportRecords): HashedRecords {
  const json = canonicalJson(records);
  return { records, json, hash: sha256(json) };
}

/**
 * Draws a report into a file.
 * @throws ClipSamError `cancelled`, `disk-full`, `path-denied`
 */
export async function drawReport(
  workspace: Workspace,
  { records, hash }: HashedRecords,
  head: ReportHead,
  path: string,
  {
    signal,
    onMaking,
  }: { readonly signal?: AbortSignal | undefined; readonly onMaking?: OnMaking | undefined },
) {
  const { options } = head;
  const { logo } = options.company;
  const { maxPixels } = records.recipe.content;
  const runId = records.run.id;
  return writeReport(
    {
      ...head,
      records,
      recordsHash: hash,
      softwareVersion: SOFTWARE_VERSION,
      // A logo that was taken away leaves its place empty.
      logo: logo ? await readFile(workspace.artifacts.pathOf(logo)).catch(() => null) : null,
      dispositions:
        options.imageId === null ? [] : await dispositionHistory(workspace, runId, options.imageId),
      signatures: await earlierSignatures(workspace, records),
      pictureOf: (imageId) => pictureSource(workspace, runId, imageId, maxPixels),
      step(done, total) {
        throwIfCancelled(signal);
        onMaking?.({ kind: 'making', done, total });
      },
    },
    path,
  );
}

/** Where reports lie while they are made, on the disk of the artifacts. */
function makingFolder({ folder }: Pick<Workspace, 'folder'>): string {
  return join(folder, 'unfinished-reports');
}

/** Path of a new file there; what reports of this machine left that died is removed. */
export async function unfinishedFile(workspace: Workspace): Promise<string> {
  const folder = makingFolder(workspace);
  await makeFolder(folder);
  const host = sha256(hostname()).slice(0, 8);
  for (const name of await readdir(folder)) {
    const [, of, pid] = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name) ?? [];
    if (of === host && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
  return join(folder, `${host}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
