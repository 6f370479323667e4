import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { cpus, homedir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../../src-shared/device.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { syncFolder, writeFileAtomically } from '../files/atomic-write.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { sha256InBackground, sha256OfFile } from '../files/hash.ts';
import { createSession, ORT_VERSION, SAVED_GRAPH, type Session, type SessionOptions } from './ort.ts';

/** Devices whose changed graphs can be written down; the others compile parts of them into something of their own. */
const SAVES_GRAPHS: ReadonlySet<Device> = new Set(['cpu', 'cuda', 'webgpu']);
/** Bytes from which on a model is looked at here: a smaller one is opened in the time that checking it takes. */
const LEAST_BYTES = 4 << 20;
/** Bytes of all entries together, unless said otherwise. */
const CAPACITY = 8 * 2 ** 30;
/** Share of the plain loading time that checking and loading a saved graph may take at most. */
const WORTHWHILE = 0.8;
/** Milliseconds after which a folder that was being written belongs to nobody. */
const ABANDONED = 24 * 3_600_000;

const ENTRY = 'entry.json';
/**
 * `seen`: opened once, plainly; `saved`: its graph lies beside; `kept`: and loading it was found to be quicker;
 * `useless`: it was not, and the graph is gone again.
 */
const STATES = ['seen', 'saved', 'kept', 'useless'] as const;

interface Entry {
  readonly state: (typeof STATES)[number];
  /** Milliseconds that the plain model took to load. */
  readonly plainMs: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** A model to be opened: the bytes of a graph, or the path of one that has its weights beside it. */
export interface OpenableModel {
  readonly model: string | Uint8Array;
  /** Bytes of graph and weights. */
  readonly bytes: number;
  /** SHA-256 of the graph as it is opened, our own changes of it included, and of the weights outside of it. */
  readonly hashes: readonly string[];
}

/**
 * A model that is given as bytes.
 * @param weights SHA-256 and size of the files beside that it reads
 */
export async function openableBytes(
  model: Uint8Array,
  weights: readonly { readonly sha256: string; readonly bytes: number }[] = [],
): Promise<OpenableModel> {
  return {
    model,
    bytes: weights.reduce((sum, { bytes }) => sum + bytes, model.byteLength),
    hashes: [await sha256InBackground(model), ...weights.map(({ sha256 }) => sha256)],
  };
}

export interface GraphCacheOptions {
  readonly folder: string;
  /** Bytes. Default 8 GiB. */
  readonly capacity?: number;
  /** For tests. */
  readonly create?: typeof createSession;
  /** Milliseconds of a clock; for tests. */
  readonly now?: () => number;
}

/**
 * Graphs as ONNX Runtime changed them for this machine, so that it need not do it at every start. The first time a
 * model is opened only the time is noted, the second time the changed graph is written, the third time it is loaded: if
 * that, with the check of its hash, isn't clearly quicker than the plain model was, it goes again for good. Whatever
 * goes wrong here, the model is opened plainly. Several programs may share a folder.
 */
export class OptimisedGraphs {
  readonly #folder: string;
  readonly #capacity: number;
  readonly #create: typeof createSession;
  readonly #now: () => number;

  constructor({ folder, capacity = CAPACITY, create = createSession, now }: GraphCacheOptions) {
    this.#folder = folder;
    this.#capacity = capacity;
    this.#create = create;
    this.#now = now ?? (() => performance.now());
  }

  /** Opens a session, as `createSession`; its errors are that function's. */
  async open(source: OpenableModel, options: Omit<SessionOptions, 'saveTo'>): Promise<Session> {
    const { model, bytes } = source;
    const isCacheable =
      SAVES_GRAPHS.has(options.device) && bytes >= LEAST_BYTES && bytes <= this.#capacity / 2;
    if (!isCacheable) return this.#create(model, options);
    const folder = join(this.#folder, keyOf(source, options));
    const entry = await readEntry(folder);
    if (!entry) return this.#openPlainly(source, options, folder);
    if (entry.state === 'useless') return this.#create(model, options);
    if (entry.state === 'seen') return this.#openAndSave(source, options, { folder, entry });
    return (
      (await this.#openSaved(options, { folder, entry })) ??
      (await this.#openAndSave(source, options, { folder, entry }))
    );
  }

  async #openPlainly({ model }: OpenableModel, options: SessionOptions, folder: string): Promise<Session> {
    const start = this.#now();
    const session = await this.#create(model, options);
    await writeEntry(folder, { state: 'seen', plainMs: this.#now() - start, files: [] });
    return session;
  }

  /** Undefined when the saved graph is damaged, or doesn't load: then it is gone. */
  async #openSaved(options: SessionOptions, { folder, entry }: KnownEntry): Promise<Session | undefined> {
    const start = this.#now();
    const { threads, device } = options;
    try {
      if (!(await isWhole(folder, entry))) throw new Error('a file is not what was written');
      const path = join(folder, SAVED_GRAPH.graph);
      const session = await this.#create(path, { device, level: 'disabled', ...(threads && { threads }) });
      const now = new Date();
      if (entry.state === 'kept') await utimes(join(folder, ENTRY), now, now).catch(() => {});
      else await this.#judge({ folder, entry }, this.#now() - start);
      return session;
    } catch {
      await removeGraph(folder);
      return undefined;
    }
  }

  async #judge({ folder, entry }: KnownEntry, savedMs: number): Promise<void> {
    if (savedMs <= WORTHWHILE * entry.plainMs) return writeEntry(folder, { ...entry, state: 'kept' });
    await writeEntry(folder, { ...entry, state: 'useless', files: [] });
    await removeGraph(folder);
  }

  /** Opens the plain model and has its graph written: into a folder of its own first, which then takes its place. */
  async #openAndSave(
    { model, bytes }: OpenableModel,
    options: SessionOptions,
    { folder, entry }: KnownEntry,
  ): Promise<Session> {
    const temporary = join(this.#folder, `${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
    let session: Session | undefined;
    let isAsked = false;
    try {
      await this.#makeRoom(bytes);
      await mkdir(temporary, { recursive: true });
      isAsked = true;
      session = await this.#create(model, { ...options, saveTo: temporary });
      const files = await Promise.all((await readdir(temporary)).map((name) => settled(temporary, name)));
      await writeEntry(temporary, { state: 'saved', plainMs: entry.plainMs, files });
      await rm(folder, { recursive: true, force: true });
      // Another program may have been quicker: its graph is as good.
      await rename(temporary, folder);
      await syncFolder(this.#folder);
      await this.#makeRoom(0);
    } catch {
      if (!session) {
        session = await this.#create(model, options);
        // What can't be written down once never can.
        if (isAsked) await writeEntry(folder, { ...entry, state: 'useless', files: [] });
      }
    } finally {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
    }
    return session;
  }

  /** Removes the entries used longest ago that are too many. @throws when the disk has less room than is asked for */
  async #makeRoom(bytes: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const entries: { readonly path: string; readonly bytes: number; readonly usedAt: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const entry = await stat(join(path, ENTRY)).catch(() => undefined);
      if (name.endsWith('.tmp')) {
        const { mtimeMs } = await stat(path);
        if (Date.now() - mtimeMs > ABANDONED) await rm(path, { recursive: true, force: true });
      } else if (entry) entries.push({ path, bytes: await sizeOf(path), usedAt: entry.mtimeMs });
    }
    let total = entries.reduce((sum, entry) => sum + entry.bytes, bytes);
    for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= this.#capacity) break;
      await rm(entry.path, { recursive: true, force: true });
      total -= entry.bytes;
    }
    const { bavail, bsize } = await statfs(this.#folder);
    if (bytes > 0 && bavail * bsize < 2 * bytes) throw new Error('the disk is nearly full');
  }
}

interface KnownEntry {
  readonly folder: string;
  readonly entry: Entry;
}

/** What the changed graph depends on. The processor is part of it: some changes are for its registers. */
function keyOf({ hashes }: OpenableModel, { device, level = 'all' }: SessionOptions): string {
  const machine = [process.platform, process.arch, cpus()[0]?.model ?? ''];
  return hashOfJson({ ort: ORT_VERSION, machine, device, level, hashes });
}

async function readEntry(folder: string): Promise<Entry | undefined> {
  const text = await readFile(join(folder, ENTRY), 'utf8').catch(() => undefined);
  try {
    const { state, plainMs, files } = parseJson(text ?? '') as Partial<Entry>;
    const isEntry = state && STATES.includes(state) && typeof plainMs === 'number' && Array.isArray(files);
    return isEntry ? { state, plainMs, files } : undefined;
  } catch {
    return undefined;
  }
}

/** A full or read-only disk keeps nobody from working. */
async function writeEntry(folder: string, entry: Entry): Promise<void> {
  await writeFileAtomically(join(folder, ENTRY), JSON.stringify(entry)).catch(() => {});
}

async function isWhole(folder: string, { files }: Entry): Promise<boolean> {
  if (!files.some(({ name }) => name === SAVED_GRAPH.graph)) return false;
  for (const { name, bytes, sha256 } of files) {
    const path = join(folder, name);
    if ((await stat(path)).size !== bytes || (await sha256OfFile(path)) !== sha256) return false;
  }
  return true;
}

async function removeGraph(folder: string): Promise<void> {
  for (const name of Object.values(SAVED_GRAPH))
    await rm(join(folder, name), { force: true }).catch(() => {});
}

/** What is known of a file, once it is on the disk for good. */
async function settled(folder: string, name: string): Promise<Entry['files'][number]> {
  const path = join(folder, name);
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return { name, bytes: (await file.stat()).size, sha256: await sha256OfFile(path) };
  } finally {
    await file.close();
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder))
    bytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  return bytes;
}

/**
 * Folder of the graphs of this machine's user: CLIPSAM_GRAPHS, or the system's place for what can be made again.
 * @returns undefined where CLIPSAM_GRAPHS is `off`
 */
export function graphCacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const { CLIPSAM_GRAPHS, LOCALAPPDATA, XDG_CACHE_HOME } = env;
  if (CLIPSAM_GRAPHS) return CLIPSAM_GRAPHS === 'off' ? undefined : CLIPSAM_GRAPHS;
  if (platform === 'win32')
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'clipsam', 'graphs');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'clipsam', 'graphs');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'clipsam', 'graphs');
}
