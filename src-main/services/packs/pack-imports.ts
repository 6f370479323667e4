import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackImportEvent, PackProgress, UnfinishedPack } from '../../../src-shared/contract/packs.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import { makeFolder } from '../../files/atomic-write.ts';
import type { DownloadPatience } from '../../files/download.ts';
import { type PackExaminer, packExaminer } from '../../inference/pack-examiner.ts';
import {
  listPacks,
  newPackContents,
  type PackRoots,
  parsePack,
  type ReadPack,
  verifyPack,
} from '../../inference/pack-loader.ts';
import { assertMayAct } from '../../store/acting.ts';
import { recordPack } from '../../store/packs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lockPacks } from '../../store/workspace-lock.ts';
import { openPackSource, type PackNetwork, type PackSource } from './pack-source.ts';
import { type DownloadNote, listStaged, PackStaging, stagingRoot } from './pack-staging.ts';
import { transferPack } from './pack-transfer.ts';
import { totalBytes, wantedFiles } from './wanted-files.ts';

/** Folder of the packs that were brought into a workspace: they go with it when it is copied or moved. */
export function importedPacks(workspaceFolder: string): string {
  return join(workspaceFolder, 'models');
}

/** What came of bringing in a pack. */
export type AddedPack = Omit<Extract<PackProgress, { kind: 'finished' }>, 'kind'>;

/** Who brings in a pack, and who hears how it goes. */
export interface PackWork {
  readonly inspector: string;
  /** The workspace as the inspector may use it. Default: without a check. */
  readonly acting?: Workspace;
  readonly signal?: AbortSignal | undefined;
  onEvent?(event: PackImportEvent): void;
}

export interface PackImportsOptions {
  readonly workspace: Workspace;
  readonly roots: PackRoots;
  /** With servers; for tests. */
  readonly patience?: DownloadPatience;
  /** Packs come from http servers on this machine as well. Default: only from https. */
  readonly loopback?: boolean;
  /** Opens the files of packs. Default: one that forks. */
  readonly examiner?: PackExaminer;
}

/**
 * Brings model packs into a workspace. A pack is put together in a folder of its own beside the others, every file
 * hashed, and appears by one rename when all of it is as its description says: there is never half a pack. What a
 * crash leaves of copying is removed, what it leaves of downloading is kept and goes on.
 */
export class PackImports {
  readonly #workspace: Workspace;
  readonly #roots: PackRoots;
  readonly #root: string;
  readonly #patience: DownloadPatience | undefined;
  readonly #loopback: boolean;
  readonly #examiner: PackExaminer;
  /** Hash of the pack that is being brought in by this program. */
  #atWork: string | undefined;

  constructor(options: PackImportsOptions) {
    this.#workspace = options.workspace;
    this.#roots = options.roots;
    this.#root = importedPacks(options.workspace.folder);
    this.#patience = options.patience;
    this.#loopback = options.loopback ?? false;
    this.#examiner = options.examiner ?? packExaminer();
  }

  /**
   * Brings in the pack of a folder, a ZIP file, a pack.json or its address.
   * @param from path or address
   * @throws ClipSamError `pack-exists` when another pack of the same id and version is there; `workspace-locked` while
   *   another one is brought in; `pack-not-found`, `pack-invalid`, `pack-file-missing`, `pack-hash-mismatch`,
   *   `path-denied`, `download-failed`, `disk-full`, `cancelled`, and what checking the models says
   */
  add(from: string, work: PackWork): Promise<AddedPack> {
    return this.#alone(async () => {
      const source = await openPackSource(from, this.#network(work));
      try {
        return await this.#bring(parsePack(source.description, source.path), source, work);
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
      const staging = this.#staging(packHash);
      const begun = await staging.readBegun();
      if (!begun) {
        throw failure(
          'pack-import-gone',
          'This download is not there any more: it was finished or discarded. Look at the list of packs.',
        );
      }
      const { note, description } = begun;
      // What is on the machine was copied before the first download began.
      const source: PackSource = {
        path: note.source,
        base: note.base,
        description,
        text: (path) => readFile(staging.pathOf(path), 'utf8'),
        open: async () => undefined,
        close() {},
      };
      return this.#bring(begun, source, work);
    });
  }

  /** Downloads that stopped before their end; not the one that this program is at. */
  async unfinished(): Promise<UnfinishedPack[]> {
    const found: UnfinishedPack[] = [];
    for (const packHash of await listStaged(this.#root)) {
      const staging = this.#staging(packHash);
      const begun = packHash === this.#atWork ? undefined : await staging.begun();
      if (!begun) continue;
      const { pack, note } = begun;
      const { source, inspector, startedAt } = note;
      const files = wantedFiles(pack, note.base);
      const done = await staging.bytesOfAll(files);
      const total = totalBytes(files);
      const { title } = pack;
      found.push({ packHash, pack: exactReference(pack), title, source, inspector, startedAt, done, total });
    }
    return found;
  }

  /** Throws away what a download that stopped has brought. @throws ClipSamError `workspace-locked` */
  async discard(packHash: string): Promise<void> {
    if (!(await listStaged(this.#root)).includes(packHash)) return;
    await this.#alone(() => this.#staging(packHash).remove());
  }

  /** Removes what copies left that were cut off. Does nothing while a pack is brought in. */
  async sweep(): Promise<void> {
    if ((await listStaged(this.#root)).length === 0) return;
    await this.#alone(async () => {
      for (const packHash of await listStaged(this.#root)) {
        const staging = this.#staging(packHash);
        if (!(await staging.begun())) await staging.remove();
      }
    }).catch((error: unknown) => {
      if (!(error instanceof ClipSamError && error.code === 'workspace-locked')) throw error;
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const root = stagingRoot(this.#root);
    await makeFolder(root);
    const lock = lockPacks(root);
    try {
      return await work();
    } finally {
      this.#atWork = undefined;
      lock.release();
    }
  }

  async #bring({ pack, packHash }: ReadPack, source: PackSource, work: PackWork): Promise<AddedPack> {
    const { inspector, acting = this.#workspace } = work;
    const staging = this.#staging(packHash);
    const present = await this.#present(pack, packHash);
    if (present?.isWhole) {
      await staging.remove();
      return { id: present.id, outcome: 'already-there' };
    }
    this.#atWork = packHash;
    await this.#gather(pack, source, staging, { ...work, acting });
    const id = exactReference(pack);
    const folder = join(this.#root, id);
    if (present) await staging.repair(folder);
    else await staging.publish(folder);
    const action = present ? 'repaired' : 'added';
    await recordPack(this.#workspace, id, { packHash, source: source.path, action }, inspector);
    return { id, outcome: action };
  }

  /** The pack of this id and version that is there already. @throws ClipSamError `pack-exists` when it is another one */
  async #present(
    pack: Pack,
    packHash: string,
  ): Promise<{ readonly id: string; readonly isWhole: boolean } | undefined> {
    const reference = exactReference(pack);
    for (const { id, folder, isImported, version } of await listPacks(this.#roots)) {
      const isSame = isImported ? id === reference : id === pack.id && version === pack.version;
      if (!isSame) continue;
      const { packHash: other, error } = await verifyPack(folder, {}, this.#examiner);
      if (other !== packHash) {
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

  /** Puts the pack together and checks it; what a failure leaves is what a download can go on from, or nothing. */
  async #gather(
    pack: Pack,
    source: PackSource,
    staging: PackStaging,
    work: PackWork & { readonly acting: Workspace },
  ): Promise<void> {
    const { inspector, acting, signal, onEvent } = work;
    const files = wantedFiles(pack, source.base);
    onEvent?.({ kind: 'found', pack: exactReference(pack), title: pack.title, total: totalBytes(files) });
    // Files of a copy that was cut off are not trusted.
    if (!(await staging.begun())) await staging.remove();
    const note: DownloadNote = {
      source: source.path,
      base: source.base,
      inspector,
      startedAt: new Date().toISOString(),
    };
    try {
      await transferPack({ pack, files, source, staging, network: this.#network(work), note, onEvent });
      throwIfCancelled(signal);
      onEvent?.({ kind: 'checking' });
      await this.#examiner.contents(await newPackContents(pack, staging.packFolder), signal);
      throwIfCancelled(signal);
      await assertMayAct(acting);
    } catch (error) {
      await staging.leave(files);
      throw error;
    }
  }

  #staging(packHash: string): PackStaging {
    return new PackStaging(this.#root, packHash);
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
