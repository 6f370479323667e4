import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import type { ExportFormat } from '../../src-shared/export-formats.ts';
import type { ExportManifest, ManifestFile } from '../../src-shared/export-manifest.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { makeFolder, syncFolder, toWriteError, writeFileAtomically } from '../files/atomic-write.ts';
import { sha256, sha256OfFile } from '../files/hash.ts';
import { isOwn, MANIFEST, readManifest, statOf } from './export-manifest.ts';
import type { RunReport } from './run-report.ts';

/** What each format puts into the folder: a file, or a folder of its own. */
const OUTPUTS: Readonly<Record<ExportFormat, string>> = {
  csv: 'results.csv',
  xlsx: 'results.xlsx',
  json: 'results.json',
  parquet: 'parquet',
  opc: 'opc-40100-1.json',
  coco: 'coco.json',
  cvat: 'cvat',
  'label-studio': 'label-studio',
  masks: 'masks',
  html: 'html',
  pdf: 'report.pdf',
};
/** Names that an error tells. */
const TOLD = 3;
/** Files looked at at a time. */
const AT_A_TIME = 8;

const inUse = new Set<string>();

/**
 * A folder that an export is written into. Everything is written beside it first and put in its place at the end, so
 * that a crash leaves what was there before, or a manifest that knows both. Files of an earlier export of the same
 * batch are replaced, its stale ones removed; what anybody else put there, or changed since, is never touched.
 */
export class ExportFolder {
  readonly #root: string;
  readonly #report: RunReport;
  readonly #formats: readonly ExportFormat[];
  readonly #force: boolean;
  readonly #before: readonly ManifestFile[];
  /** Files of the earlier export that stay: of other formats, when it was of the same run. */
  readonly #kept: readonly ManifestFile[];
  readonly #areKeptWhole: boolean;
  /** Where the files are written first. */
  readonly staging: string;

  private constructor(
    root: string,
    report: RunReport,
    formats: readonly ExportFormat[],
    force: boolean,
    earlier: ExportManifest | undefined,
  ) {
    this.#root = root;
    this.#report = report;
    this.#formats = formats;
    this.#force = force;
    this.#before = earlier?.files ?? [];
    const isSameRun = earlier?.run === report.run.id && isOf(earlier, report);
    this.#kept = isSameRun ? this.#before.filter(({ format }) => !formats.includes(format)) : [];
    this.#areKeptWhole = this.#kept.length === 0 || earlier?.complete === true;
    this.staging = join(root, `${stagingPrefix(process.pid)}${randomBytes(6).toString('hex')}.tmp`);
  }

  /**
   * @param force whatever is in the way is replaced
   * @throws ClipSamError `export-in-the-way` when the folder holds another batch's export, or files that no export
   * wrote where this one writes; `conflict` while another export writes there; `disk-full`, `path-denied`, `input-invalid`
   */
  static async open(
    root: string,
    report: RunReport,
    formats: readonly ExportFormat[],
    force: boolean,
  ): Promise<ExportFolder> {
    if (inUse.has(root)) throw isBusy(root);
    inUse.add(root);
    try {
      await makeFolder(root);
      await removeLeftOvers(root);
      const manifest = await readManifest(root);
      if (manifest && !isOf(manifest, report) && !force) throw isOfOther(root, manifest.batch.name);
      const folder = new ExportFolder(root, report, formats, force, manifest ?? undefined);
      const foreign = force ? [] : await folder.#foreignOutputs(manifest);
      if (foreign.length > 0) throw notOurs(root, foreign);
      await makeFolder(folder.staging);
      return folder;
    } catch (error) {
      inUse.delete(root);
      throw toWriteError(error, join(root, MANIFEST));
    }
  }

  /** Puts what was written in its place. @throws ClipSamError as {@link open} */
  async publish(): Promise<void> {
    const written = await this.#written();
    const stale = this.#before.filter((file) => !this.#kept.includes(file));
    const contents = Map.groupBy(stale, ({ path }) => path);
    if (!this.#force) {
      const known = new Set(contents.keys());
      // What stands in a new file's place appeared while the export was written.
      const ways = written.map(({ path }) => path).filter((path) => !known.has(path));
      const foreign = await notOwn(this.#root, ways, contents);
      if (foreign.length > 0) throw notOurs(this.#root, foreign);
    }
    await this.#note([...this.#kept, ...stale, ...written], false);
    try {
      const folders = new Set(written.map(({ path }) => dirname(join(this.#root, path))));
      for (const folder of folders) await makeFolder(folder);
      for (const { path } of written) await rename(join(this.staging, path), join(this.#root, path));
      const present = new Set([...written, ...this.#kept].map(({ path }) => path));
      await this.#remove(stale.map(({ path }) => path).filter((path) => !present.has(path)));
      for (const folder of folders) await syncFolder(folder);
    } catch (error) {
      throw toWriteError(error, join(this.#root, MANIFEST));
    }
    await this.#note([...this.#kept, ...written], this.#areKeptWhole);
  }

  /** Ends the work on the folder; what was not published is gone. */
  async close(): Promise<void> {
    await rm(this.staging, { recursive: true, force: true });
    inUse.delete(this.#root);
  }

  /** Outputs of this export at whose path something else than the earlier one stands. */
  async #foreignOutputs(manifest: ExportManifest | null | undefined): Promise<string[]> {
    const known = new Set(this.#before.map(({ path }) => path.split('/')[0]!));
    const outputs = this.#formats.map((format) => OUTPUTS[format]).filter((output) => !known.has(output));
    const taken: string[] = manifest === null ? [MANIFEST] : [];
    for (const output of outputs) if (await isTaken(join(this.#root, output))) taken.push(output);
    const stale = Map.groupBy(
      this.#before.filter((file) => !this.#kept.includes(file)),
      ({ path }) => path,
    );
    return [...taken, ...(await notOwn(this.#root, [...stale.keys()], stale))];
  }

  async #written(): Promise<ManifestFile[]> {
    const entries = await readdir(this.staging, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    return eachOf(files, async (file) => {
      const path = file.slice(this.staging.length + 1).replaceAll(sep, '/');
      const format = this.#formats.find((one) => OUTPUTS[one] === path.split('/')[0])!;
      const { size } = (await statOf(file))!;
      return { path, format, bytes: size, sha256: await sha256OfFile(file) };
    });
  }

  async #remove(paths: readonly string[]): Promise<void> {
    const folders = new Set<string>();
    for (const path of paths) {
      // Another batch's files go only when they still are what was exported.
      const own = this.#before.filter((file) => file.path === path);
      if (!(await isOwn(this.#root, path, own))) continue;
      await rm(join(this.#root, path), { force: true });
      for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
    }
    // Those within others first; what holds something else stays.
    const deepestFirst = [...folders].sort((a, b) => b.length - a.length);
    for (const folder of deepestFirst) await rmdir(join(this.#root, folder)).catch(() => {});
  }

  async #note(files: readonly ManifestFile[], complete: boolean): Promise<void> {
    const { workspaceId, batch, run } = this.#report;
    const manifest: ExportManifest = {
      format: 'clipsam-export',
      formatVersion: 1,
      writtenBy: SOFTWARE_VERSION,
      createdAt: new Date().toISOString(),
      workspace: workspaceId,
      batch: { id: batch.id, name: batch.name },
      run: run.id,
      complete,
      files,
    };
    await writeFileAtomically(join(this.#root, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
  }
}

function isOf({ workspace, batch }: ExportManifest, report: RunReport): boolean {
  return workspace === report.workspaceId && batch.id === report.batch.id;
}

/** True where something is that is no empty folder. */
async function isTaken(path: string): Promise<boolean> {
  const stats = await statOf(path);
  if (!stats) return false;
  return !stats.isDirectory() || (await readdir(path)).length > 0;
}

async function notOwn(
  root: string,
  paths: readonly string[],
  contents: ReadonlyMap<string, readonly ManifestFile[]>,
): Promise<string[]> {
  const owned = await eachOf(paths, (path) => isOwn(root, path, contents.get(path) ?? []));
  return paths.filter((_, i) => !owned[i]);
}

async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_A_TIME) {
    results.push(...(await Promise.all(items.slice(start, start + AT_A_TIME).map(work))));
  }
  return results;
}

function stagingPrefix(pid: number): string {
  return `.clipsam-export-${sha256(hostname()).slice(0, 8)}-${pid}-`;
}

/** Removes what exports of this machine left that died. */
async function removeLeftOvers(root: string): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    const [, host, pid] = /^\.clipsam-export-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name) ?? [];
    if (pid === undefined || host !== sha256(hostname()).slice(0, 8) || isAlive(Number(pid))) continue;
    await rm(join(root, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const ADVICE = 'Choose another folder, or a new one in it.';

function isBusy(folder: string): ClipSamError {
  return failure('export-busy', { folder }, `Another export is being written into ${folder}. Wait for it.`);
}

function isOfOther(folder: string, batch: string): ClipSamError {
  const message = `${folder} holds an export of the batch "${batch}". ${ADVICE}`;
  return failure('export-of-other', { folder, batch }, message);
}

function notOurs(folder: string, paths: readonly string[]): ClipSamError {
  const names = paths.slice(0, TOLD).join(', ') + (paths.length > TOLD ? ', …' : '');
  const message = `${folder} holds what this export would replace and did not write: ${names}. ${ADVICE}`;
  return failure('export-foreign', { folder, names }, message);
}
