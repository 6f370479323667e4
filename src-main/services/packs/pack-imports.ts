import { readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { UnfinishedPack } from '../../../src-shared/contract/packs.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { isDownload, type Pack } from '../../../src-shared/pack.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import type { PackImportEvent } from '../../../src-shared/progress.ts';
import { makeFolder, syncFolder, toWriteError, writeFileAtomically } from '../../files/atomic-write.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { type DownloadPatience, download, removePart } from '../../files/download.ts';
import { isPlainPath } from '../../files/plain-path.ts';
import { receiveFile } from '../../files/receive-file.ts';
import { type PackExaminer, packExaminer } from '../../inference/pack-examiner.ts';
import { placeInPack } from '../../inference/pack-files.ts';
import {
  listPacks,
  newPackContents,
  type PackPlaces,
  parsePack,
  verifyPack,
} from '../../inference/pack-loader.ts';
import { assertMayAct } from '../../store/acting.ts';
import { recordPack } from '../../store/packs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lockPacks } from '../../store/workspace-lock.ts';
import {
  absentFile,
  addressOf,
  checkAddress,
  DESCRIPTION,
  openPackSource,
  outsideFile,
  type PackNetwork,
  type PackSource,
  unreadable,
} from './pack-source.ts';

/** Folder of the packs that were brought into a workspace: they go with it when it is copied or moved. */
export function importedPacks(workspaceFolder: string): string {
  return join(workspaceFolder, 'models');
}

/** What came of bringing in a pack. */
export interface AddedPack {
  /** How recipes name it. */
  readonly id: string;
  /** `repaired`: it was there, but not whole. */
  readonly outcome: 'added' | 'already-there' | 'repaired';
}

/** Who brings in a pack, and who hears how it goes. */
export interface PackWork {
  readonly inspector: string;
  /** The workspace as the inspector may use it. Default: without a check. */
  readonly acting?: Workspace;
  readonly signal?: AbortSignal | undefined;
  onEvent?(event: PackImportEvent): void;
}

/** What is kept of a download, so that it can go on. */
interface Begun {
  readonly place: string;
  readonly base: string | null;
  readonly inspector: string;
  readonly startedAt: string;
}

/** A file that has to come into the pack's folder. */
interface WantedFile {
  readonly name: string;
  /** Path below the pack's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Address to download it from, where its source does not have it. */
  readonly url: string | undefined;
}

/** A pack on its way. */
interface Task {
  readonly pack: Pack;
  readonly packHash: string;
  readonly files: readonly WantedFile[];
  readonly source: PackSource;
  readonly note: Begun;
  readonly work: PackWork;
}

/** Milliseconds between two events, and over how many of them the rate is taken. */
const TICK = 250;
const RATE_WINDOW = 20;

/**
 * Brings model packs into a workspace. A pack is put together in a folder of its own beside the others, every file
 * hashed, and appears by one rename when all of it is as its description says: there is never half a pack. What a
 * crash leaves of copying is removed, what it leaves of downloading is kept and goes on.
 */
export class PackImports {
  readonly #workspace: Workspace;
  readonly #places: PackPlaces;
  readonly #root: string;
  readonly #patience: DownloadPatience | undefined;
  readonly #loopback: boolean;
  readonly #examiner: PackExaminer;
  /** Hash of the pack that is being brought in by this program. */
  #atWork: string | undefined;

  constructor(options: {
    readonly workspace: Workspace;
    readonly places: PackPlaces;
    /** With servers; for tests. */
    readonly patience?: DownloadPatience;
    /** Packs come from http servers on this machine as well. Default: only from https. */
    readonly loopback?: boolean;
    /** Opens the files of packs. Default: one that forks. */
    readonly examiner?: PackExaminer;
  }) {
    this.#workspace = options.workspace;
    this.#places = options.places;
    this.#root = importedPacks(options.workspace.folder);
    this.#patience = options.patience;
    this.#loopback = options.loopback ?? false;
    this.#examiner = options.examiner ?? packExaminer();
  }

  /**
   * Brings in the pack of a folder, a ZIP file, a pack.json or its address.
   * @throws ClipSamError `pack-exists` when another pack of the same id and version is there; `workspace-locked` while
   *   another one is brought in; `pack-not-found`, `pack-invalid`, `pack-file-missing`, `pack-hash-mismatch`,
   *   `path-denied`, `download-failed`, `disk-full`, `cancelled`, and what checking the models says
   */
  add(place: string, work: PackWork): Promise<AddedPack> {
    return this.#alone(async () => {
      const source = await openPackSource(place, this.#network(work));
      try {
        const pack = parsePack(source.description, source.place);
        return await this.#bring(pack, source, work);
      } finally {
        source.close();
      }
    });
  }

  /**
   * Goes on with a download that stopped.
   * @param packHash of {@link unfinished}
   * @throws ClipSamError as {@link add}; `pack-not-found` when it is not there any more
   */
  resume(packHash: string, work: PackWork): Promise<AddedPack> {
    return this.#alone(async () => {
      const begun = await this.#begun(packHash);
      if (!begun) {
        throw failure(
          'pack-import-gone',
          'This download is not there any more: it was finished or discarded. Look at the list of packs.',
        );
      }
      const { pack, note } = begun;
      // What is on the machine was copied before the first download began.
      const source: PackSource = {
        ...note,
        description: begun.description,
        text: (path) => readFile(join(this.#stage(packHash), 'pack', path), 'utf8'),
        open: async () => undefined,
        close() {},
      };
      return this.#bring(pack, source, work);
    });
  }

  /** Downloads that stopped before their end; not the one that this program is at. */
  async unfinished(): Promise<UnfinishedPack[]> {
    const found: UnfinishedPack[] = [];
    for (const packHash of await this.#stages()) {
      const begun =
        packHash === this.#atWork ? undefined : await this.#begun(packHash).catch(() => undefined);
      if (!begun) continue;
      const { pack, note } = begun;
      const files = wantedFiles(pack, note.base);
      let done = 0;
      for (const file of files) done += Math.min(await this.#bytesThere(packHash, file), file.bytes);
      const { place, inspector, startedAt } = note;
      const total = sum(files);
      found.push({
        packHash,
        pack: exactReference(pack),
        title: pack.title,
        place,
        inspector,
        startedAt,
        done,
        total,
      });
    }
    return found;
  }

  /** Throws away what a download that stopped has brought. @throws ClipSamError `workspace-locked` */
  async discard(packHash: string): Promise<void> {
    if (!(await this.#stages()).includes(packHash)) return;
    await this.#alone(() => remove(this.#stage(packHash)));
  }

  /** Removes what copies left that were cut off. Does nothing while a pack is brought in. */
  async sweep(): Promise<void> {
    if ((await this.#stages()).length === 0) return;
    await this.#alone(async () => {
      for (const packHash of await this.#stages()) {
        const begun = await this.#begun(packHash).catch(() => undefined);
        if (!begun) await remove(this.#stage(packHash));
      }
    }).catch((error: unknown) => {
      if (!(error instanceof ClipSamError && error.code === 'workspace-locked')) throw error;
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    await makeFolder(join(this.#root, INCOMING));
    const lock = lockPacks(join(this.#root, INCOMING));
    try {
      return await work();
    } finally {
      this.#atWork = undefined;
      lock.release();
    }
  }

  async #bring(pack: Pack, source: PackSource, work: PackWork): Promise<AddedPack> {
    const { inspector, acting = this.#workspace, signal, onEvent } = work;
    const packHash = hashOfJson(pack);
    const there = await this.#there(pack, packHash);
    if (there?.isWhole) {
      await remove(this.#stage(packHash));
      return { id: there.id, outcome: 'already-there' };
    }
    const files = wantedFiles(pack, source.base);
    const total = sum(files);
    onEvent?.({ kind: 'found', pack: exactReference(pack), title: pack.title, total });
    this.#atWork = packHash;
    const stage = this.#stage(packHash);
    // Of a copy that was cut off nothing is known.
    if (!(await this.#begun(packHash).catch(() => undefined))) await remove(stage);
    const note: Begun = {
      place: source.place,
      base: source.base,
      inspector,
      startedAt: new Date().toISOString(),
    };
    try {
      await this.#gather({ pack, packHash, files, source, note, work });
      throwIfCancelled(signal);
      onEvent?.({ kind: 'checking' });
      await this.#examiner.contents(await newPackContents(pack, join(stage, 'pack')), signal);
      throwIfCancelled(signal);
      await assertMayAct(acting);
    } catch (error) {
      await this.#leave(packHash, files);
      throw error;
    }
    const id = exactReference(pack);
    const folder = join(this.#root, id);
    if (there) await replaceFiles(join(stage, 'pack'), folder);
    else await appear(join(stage, 'pack'), folder);
    await remove(stage);
    const action = there ? 'repaired' : 'added';
    await recordPack(this.#workspace, id, { packHash, place: source.place, action }, inspector);
    return { id, outcome: action };
  }

  /** The pack of this id and version that is there already. @throws ClipSamError `pack-exists` when it is another one */
  async #there(
    pack: Pack,
    packHash: string,
  ): Promise<{ readonly id: string; readonly isWhole: boolean } | undefined> {
    const reference = exactReference(pack);
    for (const { id, folder, isImported, version } of await listPacks(this.#places)) {
      const isIt = isImported ? id === reference : id === pack.id && version === pack.version;
      if (!isIt) continue;
      const { pack: other, error } = await verifyPack(folder, {}, this.#examiner);
      if (!other || hashOfJson(other) !== packHash) {
        throw failure(
          'pack-taken',
          { pack: reference, folder },
          `Another model pack ${reference} is already in ${folder}. Results name packs by id and version, so yours needs another version.`,
        );
      }
      if (!error) return { id, isWhole: true };
      if (isImported) return { id, isWhole: false };
    }
    return undefined;
  }

  async #gather(task: Task): Promise<void> {
    const { pack, packHash, files, source, note, work } = task;
    const stage = this.#stage(packHash);
    await this.#mustFit(packHash, files);
    await makeFolder(join(stage, 'parts'));
    await writeFileAtomically(join(stage, 'pack', DESCRIPTION), source.description);
    await this.#putCard(pack, source, stage);
    const progress = new Progress(sum(files), work.onEvent);
    try {
      const missing = await this.#copy(task, progress);
      if (missing.length === 0) return;
      // From here on it can go on by itself: what the machine has is copied.
      await writeFileAtomically(join(stage, NOTE), JSON.stringify(note));
      await this.#download(missing, task, progress);
    } finally {
      progress.close();
    }
  }

  /** Copies what is on this machine. @returns what is not */
  async #copy({ packHash, files, source, work }: Task, progress: Progress): Promise<WantedFile[]> {
    const { signal } = work;
    const stage = this.#stage(packHash);
    const missing: WantedFile[] = [];
    for (const file of files) {
      throwIfCancelled(signal);
      const target = join(stage, 'pack', file.path);
      if (await isThere(target, file.bytes)) {
        progress.begin(progress.done + file.bytes);
        continue;
      }
      const content = await source.open(file.path);
      if (!content) {
        if (file.url === undefined) throw absentFile(file.path);
        missing.push(file);
        continue;
      }
      const part = partOf(stage, file);
      await removePart(part);
      const isRight = await receiveFile(content, part, file, {
        signal,
        onBytes: (bytes) => progress.move(progress.done + bytes, file.name, false),
      }).catch((error: unknown) => {
        throw error instanceof ClipSamError ? error : unreadable(error, `${source.place}: ${file.path}`);
      });
      if (!isRight) throw alteredFile(file.path, source.place);
      await settle(part, target);
    }
    return missing;
  }

  async #download(files: readonly WantedFile[], { packHash, work }: Task, progress: Progress): Promise<void> {
    const stage = this.#stage(packHash);
    for (const { url } of files) checkAddress(url!, this.#loopback);
    for (const file of files) {
      const part = partOf(stage, file);
      const before = progress.done;
      progress.begin(before + (await this.#bytesThere(packHash, file)));
      await download(file.url!, part, file, {
        ...this.#network(work),
        onBytes: (bytes) => progress.move(before + bytes, file.name, true),
        onWait: (seconds) => progress.wait(seconds),
      });
      progress.begin(before + file.bytes);
      await settle(part, join(stage, 'pack', file.path));
    }
  }

  async #putCard(pack: Pack, source: PackSource, stage: string): Promise<void> {
    if (!isPlainPath(pack.card) || pack.card.toLowerCase() === DESCRIPTION) {
      throw failure(
        'pack-file-outside',
        { file: pack.card },
        `The pack's card ${pack.card} lies outside of the pack.`,
      );
    }
    const target = join(stage, 'pack', pack.card);
    if ((await stat(target).catch(() => undefined))?.isFile()) return;
    await writeFileAtomically(target, await source.text(pack.card));
  }

  /** @throws ClipSamError `disk-full` before anything is written */
  async #mustFit(packHash: string, files: readonly WantedFile[]): Promise<void> {
    let needed = 0;
    for (const file of files)
      needed += file.bytes - Math.min(await this.#bytesThere(packHash, file), file.bytes);
    const disk = await statfs(this.#root).catch(() => undefined);
    if (!disk || disk.bavail * disk.bsize >= needed) return;
    throw toWriteError(
      Object.assign(new Error(`${needed} bytes are needed`), { code: 'ENOSPC' }),
      join(this.#root, DESCRIPTION),
    );
  }

  /** After a failure: a download that has brought something stays, anything else goes. */
  async #leave(packHash: string, files: readonly WantedFile[]): Promise<void> {
    const stage = this.#stage(packHash);
    let bytes = 0;
    if (await this.#begun(packHash).catch(() => undefined)) {
      for (const file of files) bytes += await this.#bytesThere(packHash, file);
    }
    if (bytes === 0) await remove(stage).catch(() => {});
  }

  /** Of a file, in its place or on its way. */
  async #bytesThere(packHash: string, file: WantedFile): Promise<number> {
    const stage = this.#stage(packHash);
    for (const path of [join(stage, 'pack', file.path), partOf(stage, file)]) {
      const stats = await stat(path).catch(() => undefined);
      if (stats) return stats.size;
    }
    return 0;
  }

  /** A download that began; undefined when there is none. @throws when what is there cannot be read */
  async #begun(packHash: string) {
    const stage = this.#stage(packHash);
    const text = await readFile(join(stage, NOTE), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const path = join(stage, 'pack', DESCRIPTION);
    const description = await readFile(path, 'utf8');
    return { note: JSON.parse(text) as Begun, description, pack: parsePack(description, path) };
  }

  async #stages(): Promise<string[]> {
    const names = await readdir(join(this.#root, INCOMING)).catch(() => []);
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  #stage(packHash: string): string {
    return join(this.#root, INCOMING, packHash);
  }

  #network({ signal, onEvent }: PackWork): PackNetwork {
    return {
      signal,
      patience: this.#patience,
      loopback: this.#loopback,
      onWait: (seconds) => onEvent?.({ kind: 'waiting', seconds }),
    };
  }
}

const INCOMING = '.incoming';
const NOTE = 'download.json';

/** Each file once, with its place in the pack's folder. @throws ClipSamError `path-denied`, `pack-invalid` */
function wantedFiles(pack: Pack, base: string | null): WantedFile[] {
  const wanted = new Map<string, WantedFile>();
  for (const [name, file] of Object.entries(pack.files)) {
    const { source, sha256, bytes } = file;
    if (source.startsWith('npm:')) continue;
    const path = placeInPack(file).slice('pack:'.length);
    if (!isPlainPath(path) || path.toLowerCase() === DESCRIPTION || path === pack.card) {
      throw outsideFile(path);
    }
    const url = isDownload(source) ? source : base === null ? undefined : addressOf(path, base);
    const before = wanted.get(path);
    if (before && before.sha256 !== sha256) throw alteredFile(path, 'pack.json, which names it twice');
    wanted.set(path, { name, path, bytes, sha256, url });
  }
  return [...wanted.values()];
}

function sum(files: readonly WantedFile[]): number {
  return files.reduce((bytes, file) => bytes + file.bytes, 0);
}

function partOf(stage: string, { path, sha256 }: WantedFile): string {
  return join(stage, 'parts', `${sha256}-${hashOfJson(path).slice(0, 8)}.part`);
}

function alteredFile(file: string, place: string): ClipSamError {
  return failure(
    'pack-file-altered',
    { file },
    `${file} in ${place} is not the file that the pack was made with: size or SHA-256 are others. Fetch the pack again.`,
  );
}

async function isThere(path: string, bytes: number): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size === bytes;
}

/** Gives a file whose hash was right its place. */
async function settle(part: string, target: string): Promise<void> {
  await makeFolder(dirname(target));
  await rename(part, target).catch((error: unknown) => {
    throw toWriteError(error, target);
  });
  await syncFolder(dirname(target));
}

/** The whole pack at once, or not at all. */
async function appear(from: string, folder: string): Promise<void> {
  await syncFolder(from);
  await rename(from, folder).catch((error: unknown) => {
    throw toWriteError(error, folder);
  });
  await syncFolder(dirname(folder));
}

/** Puts whole files in the place of those that are damaged or missing, one at a time: each makes it better. */
async function replaceFiles(from: string, folder: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    await settle(path, join(folder, path.slice(from.length)));
  }
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Tells how far it is, a few times a second as long as something moves. */
class Progress {
  readonly #total: number;
  readonly #onEvent: (event: PackImportEvent) => void;
  readonly #timer: NodeJS.Timeout;
  /** How much was there at the last ticks. */
  #marks: { readonly at: number; readonly done: number }[] = [];
  #file: { readonly name: string; readonly isDownload: boolean } | undefined;
  #done = 0;
  #told = '';

  constructor(total: number, onEvent: ((event: PackImportEvent) => void) | undefined) {
    this.#total = total;
    this.#onEvent = onEvent ?? (() => {});
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** Bytes that are there. */
  get done(): number {
    return this.#done;
  }

  /** So much is there without having come now: it says nothing about the pace. */
  begin(done: number): void {
    this.#done = done;
    this.#marks = [];
  }

  /** @param done bytes that are there now; fewer than before when a download had to start anew */
  move(done: number, name: string, isDownload: boolean): void {
    if (done < this.#done) this.#marks = [];
    this.#done = done;
    this.#file = { name, isDownload };
  }

  /** Nothing moves for a while. */
  wait(seconds: number): void {
    this.#tick();
    this.#file = undefined;
    this.#marks = [];
    this.#onEvent({ kind: 'waiting', seconds });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#tick();
  }

  #tick(): void {
    if (!this.#file) return;
    const at = performance.now();
    this.#marks.push({ at, done: this.#done });
    if (this.#marks.length > RATE_WINDOW) this.#marks.shift();
    const [first] = this.#marks as [{ at: number; done: number }];
    const rate = at > first.at ? (1000 * (this.#done - first.done)) / (at - first.at) : null;
    const eta = rate ? (this.#total - this.#done) / rate : null;
    const { name: file, isDownload } = this.#file;
    const told = `${file} ${this.#done} ${rate === 0}`;
    if (told === this.#told && !rate) return;
    this.#told = told;
    this.#onEvent({ kind: 'bringing', file, isDownload, done: this.#done, total: this.#total, rate, eta });
  }
}
