import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CatalogueEntry } from '../../../src-shared/catalogue.ts';
import type { PackImportEvent, PackProgress, UnfinishedPack } from '../../../src-shared/contract/packs.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import type { DownloadPatience } from '../../files/patiently.ts';
import type { WebAccess } from '../../files/web-request.ts';
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
import { type PackChange, recordPack } from '../../store/packs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { parseEntry } from './catalogue.ts';
import { putTogether } from './install-pack.ts';
import { InstallStaging } from './install-staging.ts';
import { openPackSource, type PackNetwork, type PackSource } from './pack-source.ts';
import {
  type DownloadNote,
  listRemoved,
  listStaged,
  type PackStaging,
  sweepRemoved,
  withPacksLocked,
} from './pack-staging.ts';
import { transferPack } from './pack-transfer.ts';
import { noteInStore } from './store-history.ts';
import { totalBytes, wantedFiles } from './wanted-files.ts';

/** Folder of a workspace's own packs: they go with it when it is copied or moved. */
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
  /** Keeps in its history what was brought in. */
  readonly workspace?: Workspace | undefined;
  readonly roots: PackRoots;
  /** Folder that gets the packs: one of {@link roots}. Default: the machine's store, else the workspace's. */
  readonly folder?: string | undefined;
  /** How servers are reached; asked anew for each pack. Default: directly. */
  readonly access?: () => WebAccess;
  /** With servers; for tests. */
  readonly patience?: DownloadPatience;
  /** Packs come from http servers on this machine as well. Default: only from https. */
  readonly loopback?: boolean;
  /** Opens the files of packs. Default: one that forks. */
  readonly examiner?: PackExaminer;
}

/**
 * Brings model packs into the machine's store, or a workspace. A pack is put together in a folder of its own beside the others, every file
 * hashed, and appears by one rename when all of it is as its description says: there is never half a pack. What a
 * crash leaves of copying is removed, what it leaves of downloading is kept and goes on.
 */
export class PackImports {
  readonly #workspace: Workspace | undefined;
  readonly #access: () => WebAccess;
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
    this.#access = options.access ?? (() => ({}));
    const { storeRoot, importedRoot } = options.roots;
    const folder = options.folder ?? storeRoot ?? importedRoot;
    if (folder === undefined) throw new Error('There is no folder that packs could be brought into.');
    this.#root = folder;
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
   * Installs a pack of the catalogue; goes on where an earlier call stopped. A damaged one is mended.
   * @param accepted names of the licences that were shown and accepted
   * @throws ClipSamError as {@link add}; `conflict` unless every licence is accepted
   */
  install(entry: CatalogueEntry, accepted: readonly string[], work: PackWork): Promise<AddedPack> {
    const open = entry.licences.map(({ name }) => name).filter((name) => !accepted.includes(name));
    if (open.length > 0) return Promise.reject(notAccepted(open));
    return this.#alone(() => this.#install(entry, work));
  }

  /**
   * Goes on with a download that stopped.
   * @param packHash of {@link unfinished}
   * @throws ClipSamError as {@link add}; `pack-not-found` when it is not there any more
   */
  resume(packHash: string, work: PackWork): Promise<AddedPack> {
    return this.#alone(async () => {
      const staging = this.#staging(packHash);
      const entry = await staging.entryText();
      // Its licences were accepted when it began.
      if (entry !== undefined) return this.#install(parseEntry(entry, 'entry.json'), work);
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
      if (packHash === this.#atWork) continue;
      const installation = await staging.installation();
      if (installation) found.push({ packHash, ...installation });
      const begun = installation ? undefined : await staging.begun();
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

  /** Removes what copies and removals left that were cut off. Does nothing while a pack is brought in. */
  async sweep(): Promise<void> {
    const left = [...(await listStaged(this.#root)), ...(await listRemoved(this.#root))];
    if (left.length === 0) return;
    await this.#alone(async () => {
      await sweepRemoved(this.#root);
      for (const packHash of await listStaged(this.#root)) {
        const staging = this.#staging(packHash);
        const isWorthKeeping = (await staging.begun()) ?? (await staging.installation());
        if (!isWorthKeeping) await staging.remove();
      }
    }).catch((error: unknown) => {
      if (!(error instanceof ClipSamError && error.code === 'workspace-locked')) throw error;
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    return withPacksLocked(this.#root, async () => {
      try {
        return await work();
      } finally {
        this.#atWork = undefined;
      }
    });
  }

  async #bring({ pack, packHash }: ReadPack, source: PackSource, work: PackWork): Promise<AddedPack> {
    const staging = this.#staging(packHash);
    const present = await this.#present(pack, packHash);
    if (present?.isWhole) {
      await staging.remove();
      return { id: present.id, outcome: 'already-there', taken: [], notes: [] };
    }
    this.#atWork = packHash;
    await this.#gather(pack, source, staging, work);
    const id = exactReference(pack);
    const folder = join(this.#root, id);
    if (present) await staging.repair(folder);
    else await staging.publish(folder);
    const action = present ? 'repaired' : 'added';
    await this.#record(id, { packHash, source: source.path, action }, work.inspector);
    return { id, outcome: action, taken: [], notes: [] };
  }

  async #install(entry: CatalogueEntry, work: PackWork): Promise<AddedPack> {
    const { inspector, acting = this.#workspace, signal, onEvent } = work;
    const entryHash = hashOfJson(entry);
    const staging = this.#staging(entryHash);
    const id = exactReference(entry);
    const folder = join(this.#root, id);
    const present = (await listPacks({ packsRoot: this.#root })).find((pack) => pack.id === id);
    const before = present && (await verifyPack(folder, {}, this.#examiner));
    if (before && !before.error) {
      await staging.remove();
      return { id, outcome: 'already-there', taken: [], notes: before.pack?.notes ?? [] };
    }
    this.#atWork = entryHash;
    await staging.beginInstallation(entry, inspector);
    const network = this.#network(work);
    const { packHash, taken, notes } = await putTogether({
      entry,
      staging,
      network,
      onEvent,
      examiner: this.#examiner,
    }).catch(async (error: unknown) => {
      if ((await staging.sizes(entry)).done === 0) await staging.remove().catch(() => {});
      throw error;
    });
    if (before?.packHash !== undefined && before.packHash !== packHash) throw otherPack(id, folder);
    throwIfCancelled(signal);
    if (acting) await assertMayAct(acting);
    if (before) await staging.repair(folder);
    else await staging.publish(folder);
    const action = before ? 'repaired' : 'added';
    await this.#record(id, { packHash, source: `catalogue:${entry.id}`, action }, inspector);
    return { id, outcome: action, taken, notes };
  }

  async #record(id: string, what: PackChange, inspector: string): Promise<void> {
    if (this.#root === this.#roots.storeRoot) await noteInStore(this.#root, id, what, inspector);
    if (this.#workspace) await recordPack(this.#workspace, id, what, inspector);
  }

  /** The pack of this id and version that is there already. @throws ClipSamError `pack-exists` when it is another one */
  async #present(
    pack: Pack,
    packHash: string,
  ): Promise<{ readonly id: string; readonly isWhole: boolean } | undefined> {
    const reference = exactReference(pack);
    for (const { id, folder, place, version } of await listPacks(this.#roots)) {
      const isOurs = place === 'program';
      const isSame = isOurs ? id === pack.id && version === pack.version : id === reference;
      if (!isSame) continue;
      const { packHash: other, error } = await verifyPack(folder, {}, this.#examiner);
      if (other !== packHash) {
        throw otherPack(reference, folder);
      }
      if (!error) return { id, isWhole: true };
      if (dirname(folder) === this.#root) return { id, isWhole: false };
    }
    return undefined;
  }

  /** Puts the pack together and checks it; what a failure leaves is what a download can go on from, or nothing. */
  async #gather(pack: Pack, source: PackSource, staging: PackStaging, work: PackWork): Promise<void> {
    const { inspector, acting = this.#workspace, signal, onEvent } = work;
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
      if (acting) await assertMayAct(acting);
    } catch (error) {
      await staging.leave(files);
      throw error;
    }
  }

  #staging(packHash: string): InstallStaging {
    return new InstallStaging(this.#root, packHash);
  }

  #network({ signal, onEvent }: PackWork): PackNetwork {
    return {
      access: this.#access(),
      signal,
      patience: this.#patience,
      loopback: this.#loopback,
      onWait: (seconds) => onEvent?.({ kind: 'waiting', seconds }),
    };
  }
}

function otherPack(pack: string, folder: string): ClipSamError {
  return failure(
    'pack-taken',
    { pack, folder },
    `Another model pack ${pack} is already in ${folder}. Results name packs by id and version, so yours needs another version.`,
  );
}

function notAccepted(open: readonly string[]): ClipSamError {
  const licences = open.join(', ');
  return failure(
    'licences-not-accepted',
    { licences },
    `These licences were not accepted: ${licences}. Read them and add --accept-licences.`,
  );
}
