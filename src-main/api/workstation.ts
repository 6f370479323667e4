import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppInfo } from '../../src-shared/contract/app.ts';
import type { DeviceRequest } from '../../src-shared/device.ts';
import type { DeviceSurvey } from '../../src-shared/device-survey.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { Downloads } from '../services/downloads/downloads.ts';
import { FollowControl } from '../services/follow/follow-control.ts';
import { addSampleBatch } from '../services/imports/sample-batch.ts';
import { Uploads } from '../services/imports/uploads.ts';
import { rememberWorkspace } from '../services/packs/known-workspaces.ts';
import { modelsFolder, webAccess } from '../services/packs/machine-settings.ts';
import { type PackExaminer, type PackRoots, packExaminer } from '../services/packs/model-packs.ts';
import { importedPacks, PackImports } from '../services/packs/pack-imports.ts';
import { People, type PeopleOptions } from '../services/people/people.ts';
import { cacheFolders } from '../services/pictures/cache-folders.ts';
import { ContentHashes } from '../services/pictures/seen-file.ts';
import { Thumbnails } from '../services/pictures/thumbnails.ts';
import { TilePyramids } from '../services/pictures/tile-pyramids.ts';
import { guardWith } from '../services/references/guard.ts';
import { ReferenceMemory } from '../services/references/reference-memory.ts';
import { ReportPreviews } from '../services/reports/previews.ts';
import {
  deviceSurveyor,
  InferencePool,
  type InferencePoolOptions,
  type ProcessHost,
} from '../services/runs/inference-pool.ts';
import { RunControl } from '../services/runs/run-control.ts';
import { Housekeeping } from '../services/upkeep/housekeeping.ts';
import { openWorkspace } from '../store/open-workspace.ts';
import type { Workspace } from '../store/workspace.ts';
import { lockWorkspace } from '../store/workspace-lock.ts';
import { EventHub } from './event-hub.ts';
import { Presence } from './presence.ts';
import { type ServerPaths, serverPaths } from './server-paths.ts';

export { acceptDatabase, restoreDatabase } from '../services/upkeep/workspace-care.ts';

/** Over a network nobody stays signed in for ever; where the workspace sets no time, this one holds. */
const IDLE_MINUTES_IN_NETWORK = 30;

/** Without the separator at its end. */
const PROGRAM = resolve(fileURLToPath(new URL('../../', import.meta.url)));
const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

export interface WorkstationOptions {
  /** Made when it is not there; a new one gets a batch with the samples. */
  readonly workspaceFolder: string;
  readonly shell: AppInfo['shell'];
  /** Starts the inference process. Default: Node's own `fork`. */
  readonly host?: ProcessHost;
  /** Folder of packs. Default: the packs that come with the program. */
  readonly packsRoot?: string;
  /** Folder of the machine's packs. Default: as environment and settings say. */
  readonly storeRoot?: string;
  /** Folder of the catalogue; for tests. Default: the one that comes with the program. */
  readonly catalogueRoot?: string;
  /** Default: the samples that come with the program; null: none. */
  readonly samplesFolder?: string | null;
  /** Default `auto`. */
  readonly device?: DeviceRequest;
  /** Packs come from http servers on this machine as well. Default: only from https. */
  readonly loopbackPacks?: boolean;
  /** Intra-op threads of ONNX Runtime. */
  readonly threads?: number;
  /** With the shell `network`: folders that are opened to it. */
  readonly importRoots?: readonly string[];
  /** Gets faults of the program, which no user can act on. Default: standard error. */
  readonly log?: (error: unknown) => void;
  /** How PINs are kept and idle sessions are timed; for tests. */
  readonly signIn?: Pick<PeopleOptions, 'pins' | 'clocks'>;
  /** Opens the files of packs; for tests. Default: in a process of {@link host}. */
  readonly examiner?: PackExaminer;
  /** Starts an inference process; for tests. */
  readonly openInference?: InferencePoolOptions['open'];
  /** Tries the devices; for tests. Default: in processes of {@link host}. */
  readonly surveyDevices?: () => Promise<DeviceSurvey>;
}

/** What both shells hold on to as long as they run: everything behind the router and the media. */
export interface Workstation {
  readonly info: AppInfo;
  readonly workspace: Workspace;
  /** Whether files still are what they were. */
  readonly contents: ContentHashes;
  readonly packs: PackRoots & { readonly storeRoot: string; readonly importedRoot: string };
  /** Folder of the catalogue; undefined: the one that comes with the program. */
  readonly catalogueRoot: string | undefined;
  readonly samplesFolder: string;
  /** Artifact folder of self-tests. */
  readonly selfTestFolder: string;
  readonly hub: EventHub;
  readonly pool: InferencePool;
  /** Tries every device there is. */
  readonly surveyDevices: () => Promise<DeviceSurvey>;
  readonly runControl: RunControl;
  readonly followControl: FollowControl;
  readonly thumbnails: Thumbnails;
  readonly tiles: TilePyramids;
  /** What products remember. */
  readonly memory: ReferenceMemory;
  readonly housekeeping: Housekeeping;
  readonly people: People;
  /** Who has which image open. */
  readonly presence: Presence;
  /** What people at other machines see of this one's disk; undefined: nobody is at another machine. */
  readonly paths: ServerPaths | undefined;
  /** Images from browsers' machines. */
  readonly uploads: Uploads;
  /** Files that are made for browsers' machines. */
  readonly downloads: Downloads;
  /** Drafts of reports. */
  readonly previews: ReportPreviews;
  readonly packImports: PackImports;
  /** Opens the files of packs. */
  readonly examiner: PackExaminer;
  /** Where exports were written since the start. */
  readonly exportFolders: Set<string>;
  log(error: unknown): void;
  /** Work that must not be cut off without asking: a run at work, an import, an export. */
  isBusy(): boolean;
  /** Aborted when the workstation closes. */
  readonly ending: AbortSignal;
  /** Counts as busy until it settles, and is waited for when the workstation closes. */
  whileBusy<T>(work: () => Promise<T>): Promise<T>;
  /** Interrupts the runs so that they can be resumed, ends the inference process and closes the workspace. */
  close(): Promise<void>;
}

/** @throws ClipSamError what opening the workspace says; `disk-full`, `path-denied` when the samples don't fit */
export async function openWorkstation(options: WorkstationOptions): Promise<Workstation> {
  const { packsRoot, threads, host, openInference, samplesFolder = SAMPLES } = options;
  const userName = nameOfUser();
  const log = options.log ?? ((error) => console.error(error));
  const workspace = await openAlone(options.workspaceFolder);
  // The samples are not needed to work: a failure is logged and no more.
  if (samplesFolder !== null && !workspace.isReadOnly)
    await addSampleBatch(workspace, samplesFolder, userName).catch(log);
  const storeRoot = options.storeRoot ?? modelsFolder();
  const paths = options.shell === 'network' ? await pathsOf(options, workspace, storeRoot) : undefined;
  const hub = new EventHub();
  const presence = new Presence({
    onChange: (batchId, windows) => hub.publish({ kind: 'presence', batchId, windows }),
  });
  const importedRoot = importedPacks(workspace.folder);
  const packs = { storeRoot, importedRoot, ...(packsRoot !== undefined && { packsRoot }) };
  const pool = new InferencePool({
    device: options.device ?? 'auto',
    ...packs,
    ...(threads && { threads }),
    ...(host && { host }),
    ...(openInference && { open: openInference }),
    onStatus: (status) => hub.publish({ kind: 'device', status }),
  });
  const surveyDevices =
    options.surveyDevices ?? deviceSurveyor({ ...(threads && { threads }), ...(host && { host }) });
  if (!workspace.isReadOnly) await rememberWorkspace(workspace.folder);
  const examiner = options.examiner ?? packExaminer({ ...(host && { host }) });
  const runControl: RunControl = new RunControl({
    workspace,
    pool,
    examiner,
    ...packs,
    isFollowed: (runId) => followControl.isRunOf(runId),
    onProgress: (progress, imageId, canWait) => hub.publishRun(progress, imageId, canWait),
  });
  const followControl = new FollowControl({
    ...{ workspace, pool, examiner, ...packs },
    onChange: () => hub.publish({ kind: 'follow' }),
    onBatch: (batchId) => hub.publish({ kind: 'batch', batchId }),
    onRun: (runId, imageId) =>
      void runControl.get(runId).then((progress) => hub.publishRun(progress, imageId), log),
  });
  const memory = new ReferenceMemory({
    workspace,
    guard: guardWith({ workspace, pool }),
    onChange: (product) => hub.publish({ kind: 'references', product }),
    log,
  });
  const cache = await cacheFolders(workspace.cacheFolder, log);
  const thumbnails = new Thumbnails(cache.thumbnails);
  const tiles = new TilePyramids(cache.tiles);
  const previews = new ReportPreviews(cache.previews);
  const downloads = new Downloads(cache.downloads);
  // What a program left that died.
  const clear = async () => {
    await previews.close().catch(log);
    await downloads.close().catch(log);
  };
  if (!workspace.isReadOnly) await clear();
  const onBatch = (batchId: number) => hub.publish({ kind: 'batch', batchId });
  const onBackup = () => hub.publish({ kind: 'backups' });
  const uploads = new Uploads(workspace);
  const housekeeping = new Housekeeping({ workspace, thumbnails, tiles, uploads, onBatch, onBackup, log });
  if (!workspace.isReadOnly) housekeeping.start();
  workspace.health.onChange((report) => hub.publish({ kind: 'health', report }));
  const loopback = options.loopbackPacks ?? false;
  const packImports = new PackImports({
    workspace,
    roots: packs,
    examiner,
    loopback,
    access: () => webAccess({ loopback }),
  });
  // What an interrupted import left takes up space and does no other harm.
  await packImports.sweep().catch(log);
  if (!workspace.isReadOnly) await memory.resume().catch(log);
  if (!workspace.isReadOnly) await followControl.resume().catch(log);
  const ending = new AbortController();
  const underWay = new WorkUnderWay();
  let closing: Promise<void> | undefined;
  const close = async () => {
    ending.abort();
    await housekeeping.close();
    await memory.close();
    await followControl.close();
    await runControl.close();
    await pool.close();
    presence.close();
    hub.close();
    await underWay.settled();
    await clear();
    await workspace.close();
  };
  return {
    info: {
      version: SOFTWARE_VERSION,
      shell: options.shell,
      workspaceFolder: workspace.folder,
      workspaceId: workspace.id,
      userName,
      platform: process.platform,
    },
    workspace,
    contents: new ContentHashes(),
    packs,
    catalogueRoot: options.catalogueRoot,
    samplesFolder: samplesFolder ?? SAMPLES,
    selfTestFolder: cache.selfTest,
    hub,
    pool,
    surveyDevices,
    runControl,
    followControl,
    thumbnails,
    tiles,
    memory,
    housekeeping,
    presence,
    people: new People({
      ...{ workspace, log },
      idleUnlessSet: options.shell === 'network' ? IDLE_MINUTES_IN_NETWORK : null,
      ...options.signIn,
    }),
    paths,
    uploads,
    downloads,
    previews,
    packImports,
    examiner,
    exportFolders: new Set(),
    log,
    ending: ending.signal,
    isBusy: () => runControl.isAtWork || underWay.isBusy,
    whileBusy: (work) => underWay.until(work),
    close: () => (closing ??= close()),
  };
}

async function pathsOf(
  { importRoots = [], packsRoot }: WorkstationOptions,
  workspace: Workspace,
  storeRoot: string,
): Promise<ServerPaths> {
  try {
    return await serverPaths({
      importRoots,
      workspaceFolder: workspace.folder,
      others: [
        { name: 'models', folder: resolve(storeRoot) },
        ...(packsRoot === undefined ? [] : [{ name: 'models', folder: resolve(packsRoot) }]),
        { name: 'program', folder: PROGRAM },
      ],
    });
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

/** Work that must not be cut off without asking. */
class WorkUnderWay {
  readonly #promises = new Set<Promise<unknown>>();

  get isBusy(): boolean {
    return this.#promises.size > 0;
  }

  /** Counts the work until it settles. */
  async until<T>(work: () => Promise<T>): Promise<T> {
    const promise = work();
    this.#promises.add(promise);
    try {
      return await promise;
    } finally {
      this.#promises.delete(promise);
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#promises);
  }
}

/** The workspace, for one workstation at a time. */
async function openAlone(folder: string): Promise<Workspace> {
  const workspace = await openWorkspace(folder, { create: true, allowReadOnly: true });
  // A program that only reads disturbs no other, and could not take the lock.
  if (workspace.isReadOnly) return workspace;
  try {
    const lock = lockWorkspace(workspace.folder);
    return {
      ...workspace,
      async close() {
        await workspace.close();
        lock.release();
      },
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an account, as in some containers.
    return 'inspector';
  }
}
