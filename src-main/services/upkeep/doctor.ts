import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SHOWN_PATHS } from '../../../src-shared/backup.ts';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { FINDINGS, type Finding, type FindingCase } from '../../../src-shared/finding.ts';
import { copyHashed } from '../../files/copy-hashed.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { findBrokenReferences, imageFiles } from '../../store/database-snapshot.ts';
import { countLeftRuns, newestInHistory } from '../../store/examination.ts';
import { mayBeWriting } from '../../store/run-claims.ts';
import { checkTotals, rebuildTotals } from '../../store/total-checks.ts';
import type { Workspace } from '../../store/workspace.ts';
import { verifyTrail } from '../audit/verify-trail.ts';
import { listPacks, type PackRoots, verifyPack } from '../packs/model-packs.ts';
import { artifactPath } from './backup-contents.ts';
import { type BackupStore, openBackups } from './backup-folder.ts';
import { backupState } from './backup-schedule.ts';
import { restoreFromQuarantine, usedArtifacts } from './unused-artifacts.ts';

export interface ExaminationOptions {
  readonly workspace: Workspace;
  readonly packs: PackRoots;
  /** What is wrong with the device that was chosen; undefined: nothing. */
  readonly device?: () => Promise<{ readonly device: string; readonly problem: string } | undefined>;
  /** Mends what loses nothing. */
  readonly mend: boolean;
  readonly inspector: string;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly onProgress?: (progress: {
    readonly step: ExaminationStep;
    readonly done: number;
    readonly total: number;
  }) => void;
}

export type ExaminationStep = 'database' | 'artifacts' | 'images' | 'packs' | 'rest';

/** Megabytes below which a disk is low. */
const LOW = 1000;
/** Milliseconds that a clock may be behind the history: machines differ. */
const CLOCK_SLACK = 5 * 60_000;
/** Milliseconds after which a temporary file is nobody's any more. */
const ABANDONED = 60 * 60_000;

/**
 * Examines a workspace: what is wrong, how bad it is, and whether it can be mended without losing anything; with `mend` it
 * does. Nothing that could still be of use is removed: damaged files go into quarantine.
 */
export async function findFaults(options: ExaminationOptions): Promise<Finding[]> {
  const { workspace, mend, inspector, signal, onProgress } = options;
  const findings: Finding[] = [];
  const steps: Record<ExaminationStep, (options: ExaminationOptions) => Promise<readonly Finding[]>> = {
    database: examineDatabase,
    artifacts: examineArtifacts,
    images: examineImages,
    packs: examinePacks,
    rest: examineRest,
  };
  for (const [step, work] of Object.entries(steps) as [ExaminationStep, (typeof steps)['rest']][]) {
    throwIfCancelled(signal);
    onProgress?.({ step, done: 0, total: 0 });
    findings.push(...(await work(options)));
  }
  const mended = findings.filter((finding) => (finding.mended ?? 0) > 0);
  if (mend && mended.length > 0 && !workspace.isReadOnly) {
    await recordAuditEvent(workspace, {
      inspector,
      action: 'mended',
      subject: 'workspace',
      subjectId: workspace.id,
      newValue: Object.fromEntries(mended.map((finding) => [finding.case, finding.mended])),
    });
  }
  return findings;
}

function found(
  which: FindingCase,
  values: Finding['values'] = {},
  more: Partial<Pick<Finding, 'paths' | 'mend' | 'mended'>> = {},
): Finding {
  const { paths = [], mend = 'no', mended = null } = more;
  return {
    case: which,
    severity: FINDINGS[which].severity,
    values,
    paths: paths.slice(0, SHOWN_PATHS),
    mend,
    mended,
  };
}

async function examineDatabase(options: ExaminationOptions): Promise<readonly Finding[]> {
  const { workspace, mend } = options;
  const damage = await workspace.findDamage();
  const broken = damage === undefined ? await findBrokenReferences(workspace.db) : undefined;
  return [
    ...(damage === undefined ? [] : [found('database-damaged', { problem: damage })]),
    ...(broken === undefined ? [] : [found('references-broken', { problem: broken })]),
    ...(damage === undefined ? await examineTrail(options) : []),
    ...(damage === undefined ? await examineTotals(workspace, mend && !workspace.isReadOnly) : []),
  ];
}

/** Nothing mends it: what it should say, nobody knows. */
async function examineTrail({
  workspace,
  signal,
  onProgress,
}: ExaminationOptions): Promise<readonly Finding[]> {
  const { found: count } = await verifyTrail(workspace, {
    signal,
    onProgress: ({ done, total }) => onProgress?.({ step: 'database', done, total }),
  });
  return count === 0 ? [] : [found('trail-broken', { count })];
}

async function examineTotals(workspace: Workspace, mend: boolean): Promise<readonly Finding[]> {
  const wrong = await checkTotals(workspace);
  if (wrong.length === 0) return [];
  if (mend) await rebuildTotals(workspace);
  const tables = wrong.map(({ table }) => table).join(', ');
  return [
    found(
      'totals-wrong',
      { count: wrong.length, tables },
      { mend: 'yes', mended: mend ? wrong.length : null },
    ),
  ];
}

/** By their hashes: all are read. */
async function examineArtifacts(options: ExaminationOptions): Promise<readonly Finding[]> {
  const { workspace, mend, signal, onProgress } = options;
  const used = await usedArtifacts(workspace, signal);
  const unused: string[] = [];
  const damaged: string[] = [];
  const temporary: string[] = [];
  let unusedBytes = 0;
  let done = 0;
  const there = new Set<string>();
  for await (const { path, sha256, isWhole } of workspace.artifacts.list()) {
    throwIfCancelled(signal);
    if (!isWhole) {
      temporary.push(path);
      continue;
    }
    there.add(sha256);
    if (!used.has(sha256)) {
      unused.push(path);
      unusedBytes += (await stat(path).catch(() => undefined))?.size ?? 0;
    } else if ((await sha256OfFile(path).catch(() => '')) !== sha256) damaged.push(sha256);
    onProgress?.({ step: 'artifacts', done: ++done, total: Math.max(used.size, done) });
  }
  const quarantined = new Set(await readdir(join(workspace.folder, 'quarantine')).catch(() => []));
  const lost = [...used].filter((sha256) => !there.has(sha256));
  const aside = lost.filter((sha256) => quarantined.has(`${sha256}.png`));
  const missing = lost.filter((sha256) => !quarantined.has(`${sha256}.png`));
  const backups = await backupsOf(workspace);
  const canMend = mend && !workspace.isReadOnly;
  const findings: Finding[] = [];
  if (aside.length > 0) {
    const mended = canMend ? await restoreFromQuarantine(workspace) : null;
    findings.push(
      found(
        'artifacts-in-quarantine',
        { count: aside.length },
        { mend: 'yes', mended, paths: aside.map(artifactPath) },
      ),
    );
  }
  for (const [which, hashes] of [
    ['artifacts-missing', missing],
    ['artifacts-damaged', damaged],
  ] as const) {
    if (hashes.length === 0) continue;
    const inBackup = await soundIn(backups, hashes);
    const mended = canMend && backups ? await takeFrom(backups, workspace, inBackup, signal) : null;
    findings.push(
      found(
        which,
        { count: hashes.length, inBackup: inBackup.length },
        { mend: amountOf(inBackup.length, hashes.length), mended, paths: hashes.map(artifactPath) },
      ),
    );
  }
  if (unused.length > 0) {
    findings.push(
      found(
        'artifacts-unused',
        { count: unused.length, megabytes: megabytes(unusedBytes) },
        { paths: unused },
      ),
    );
  }
  return [...findings, ...(await examineTemporary(options, temporary))];
}

/** What writes that were cut off have left. */
async function examineTemporary(
  { workspace, mend, now }: ExaminationOptions,
  artifacts: readonly string[],
): Promise<readonly Finding[]> {
  const { folder } = workspace;
  const inCopies = await readdir(join(folder, 'database-copies')).catch(() => []);
  const candidates = [
    ...artifacts,
    join(folder, 'workspace.sqlite.restoring'),
    ...inCopies
      .filter((name) => name.endsWith('.sqlite.tmp'))
      .map((name) => join(folder, 'database-copies', name)),
  ];
  const left: string[] = [];
  let bytes = 0;
  for (const path of candidates) {
    const stats = await stat(path).catch(() => undefined);
    if (!stats?.isFile() || now - stats.mtimeMs < ABANDONED) continue;
    left.push(path);
    bytes += stats.size;
  }
  if (left.length === 0) return [];
  const values = { count: left.length, megabytes: megabytes(bytes) };
  const mayMend = !workspace.isReadOnly && !(await mayBeWriting(workspace.db));
  if (mend && mayMend) for (const path of left) await rm(path, { force: true });
  return [
    found('temporary-left', values, {
      paths: left,
      mend: mayMend ? 'yes' : 'no',
      mended: mend && mayMend ? left.length : null,
    }),
  ];
}

/** Reads all images that can be reached. */
async function examineImages({
  workspace,
  signal,
  onProgress,
}: ExaminationOptions): Promise<readonly Finding[]> {
  const missing: string[] = [];
  const changed: string[] = [];
  let done = 0;
  for await (const page of imageFiles(workspace.db)) {
    for (const { path, contentHash } of page) {
      throwIfCancelled(signal);
      const file = isAbsolute(path) ? path : join(workspace.folder, path);
      const hash = await sha256OfFile(file).catch(() => undefined);
      if (hash === undefined) missing.push(file);
      else if (contentHash !== null && hash !== contentHash) changed.push(file);
      onProgress?.({ step: 'images', done: ++done, total: 0 });
    }
  }
  return [
    ...(missing.length > 0 ? [found('images-missing', { count: missing.length }, { paths: missing })] : []),
    ...(changed.length > 0 ? [found('images-changed', { count: changed.length }, { paths: changed })] : []),
  ];
}

async function examinePacks({ packs, signal, onProgress }: ExaminationOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const all = await listPacks(packs);
  for (const [i, pack] of all.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ step: 'packs', done: i, total: all.length });
    const { error, files } = await verifyPack(pack.folder);
    const problem = error ?? files.find((file) => file.status !== 'ok')?.error;
    if (problem) findings.push(found('pack-damaged', { pack: pack.id, problem: problem.message }));
  }
  return findings;
}

async function examineRest({ workspace, device, now }: ExaminationOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { bavail, bsize } = await statfs(workspace.folder);
  if (megabytes(bavail * bsize) < LOW) {
    findings.push(found('disk-low', { folder: workspace.folder, megabytes: megabytes(bavail * bsize) }));
  }
  const newest = await newestInHistory(workspace);
  if (newest !== null && Date.parse(newest) > now + CLOCK_SLACK) {
    findings.push(found('clock-behind', { newest, now: new Date(now).toISOString() }));
  }
  const left = await countLeftRuns(workspace);
  if (left > 0) findings.push(found('runs-left', { count: left }));
  const problem = await device?.();
  if (problem) findings.push(found('device-failed', problem));
  const { settings, last, isOverdue } = await backupState(workspace, now);
  if (!settings) return [...findings, found('backups-none')];
  const since = last?.madeAt ?? '–';
  if (isOverdue) findings.push(found('backups-overdue', { folder: settings.folder, since }));
  const unreachable = await openBackups(settings.folder).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (unreachable !== undefined) {
    findings.push(found('backups-unreachable', { folder: settings.folder, problem: unreachable }));
  }
  return findings;
}

async function backupsOf(workspace: Workspace): Promise<BackupStore | undefined> {
  const { settings } = await backupState(workspace, 0);
  return settings ? openBackups(settings.folder).catch(() => undefined) : undefined;
}

/** Those that a backup has as they were. */
async function soundIn(backups: BackupStore | undefined, hashes: readonly string[]): Promise<string[]> {
  const sound: string[] = [];
  for (const sha256 of hashes) {
    const hash = await (backups ? sha256OfFile(backups.contentPath(sha256)) : Promise.reject()).catch(
      () => '',
    );
    if (hash === sha256) sound.push(sha256);
  }
  return sound;
}

/** Puts files of a backup in their places; damaged ones that stand there go into quarantine. @returns how many */
async function takeFrom(
  backups: BackupStore,
  { artifacts, folder }: Workspace,
  hashes: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let taken = 0;
  for (const sha256 of hashes) {
    const path = artifacts.pathOf(sha256);
    await mkdir(join(path, '..'), { recursive: true });
    const temporary = `${path}.${process.pid}-${sha256.slice(0, 12)}.tmp`;
    await rm(temporary, { force: true });
    const copied = await copyHashed(backups.contentPath(sha256), temporary, signal);
    if (copied.sha256 !== sha256) {
      await rm(temporary, { force: true });
      continue;
    }
    if (await stat(path).catch(() => undefined)) {
      await mkdir(join(folder, 'quarantine'), { recursive: true });
      await rename(path, join(folder, 'quarantine', `damaged-${sha256}-${Date.now()}.png`));
    }
    await rename(temporary, path);
    taken++;
  }
  return taken;
}

function amountOf(part: number, whole: number): Finding['mend'] {
  if (part === 0) return 'no';
  return part < whole ? 'some' : 'yes';
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
