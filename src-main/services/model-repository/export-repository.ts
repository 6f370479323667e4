import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClipSamError, fromErrorRecord } from '../../../src-shared/errors.ts';
import { parseJson } from '../../../src-shared/parse-json.ts';
import { syncFolder, toWriteError } from '../../files/atomic-write.ts';
import { canonicalJson } from '../../files/canonical-json.ts';
import { sha256 } from '../../files/hash.ts';
import { ORT_VERSION } from '../../inference/ort.ts';
import type { PackExaminer } from '../../inference/pack-examiner.ts';
import {
  describePack,
  type LoadedPack,
  type PackRoots,
  type ReadPack,
  verifyPack,
} from '../../inference/pack-loader.ts';
import {
  type ServedGraphName,
  type ServedModel,
  servedGraphNames,
  servedGraphs,
} from '../../inference/served-graphs.ts';
import { RepositoryFiles } from './repository-files.ts';
import { type ListedModel, repositoryReadme } from './repository-readme.ts';
import { GRAPH_FILE, type TritonOptions, tritonConfig } from './triton-config.ts';

const MODEL_PY = fileURLToPath(new URL('../../../resources/triton/model.py', import.meta.url));

/** Says whose a repository is, so that an export can go on with it. */
const DESCRIPTION = 'clipsam-repository.json';

/** What happens on the way; `done` of `count` graphs are written. */
export type RepositoryEvent =
  | { readonly kind: 'checking' }
  | {
      readonly kind: 'preparing';
      readonly graph: ServedGraphName;
      readonly done: number;
      readonly count: number;
    }
  | {
      readonly kind: 'written';
      readonly graph: ServedGraphName;
      readonly done: number;
      readonly count: number;
    };

export interface ExportRepositoryOptions extends TritonOptions {
  readonly roots: PackRoots;
  /** Tokens and embeddings leave the server in half precision. */
  readonly half: boolean;
  readonly examiner?: PackExaminer;
  readonly signal?: AbortSignal | undefined;
  onEvent?(event: RepositoryEvent): void;
}

export interface ExportedRepository {
  readonly folder: string;
  readonly pack: string;
  readonly models: readonly ListedModel[];
  /** Files that were not there with this content; 0: all of it was there. */
  readonly written: number;
}

/**
 * Writes a model repository for Triton Inference Server: a model per graph of a pack. A new folder appears when all of it
 * is there; until then it is called `<folder>.partial`, and the next call goes on with it. A folder with the same pack and
 * options gets what is missing or damaged.
 * @param which reference of a pack, or its folder
 * @throws ClipSamError what is wrong with the pack; `export-in-the-way` for a folder with something else; `disk-full`,
 *   `path-denied`, `cancelled`
 */
export async function exportRepository(
  which: string,
  folder: string,
  options: ExportRepositoryOptions,
): Promise<ExportedRepository> {
  const { signal, onEvent, roots } = options;
  const description = descriptionOf(await describePack(which, roots), options);
  const there = await namesIn(folder);
  if (there?.length) await mustBeSame(folder, description);
  const isNew = there === undefined;
  const target = isNew ? `${folder}.partial` : folder;
  if (isNew) await clearOther(target, description);
  onEvent?.({ kind: 'checking' });
  const loaded = await wholePack(which, options);
  const { pack, packHash } = loaded;
  const files = new RepositoryFiles(target, signal);
  await files.write(DESCRIPTION, description);
  const models: ListedModel[] = [];
  const names = servedGraphNames(loaded);
  const tell = (kind: 'preparing' | 'written') => {
    const graph = names[kind === 'preparing' ? models.length : models.length - 1];
    if (graph) onEvent?.({ kind, graph, done: models.length, count: names.length });
  };
  tell('preparing');
  for await (const graph of servedGraphs(loaded, options)) {
    models.push(await writeModel(graph, loaded, options, files));
    tell('written');
    tell('preparing');
  }
  const title = `${pack.title} (${pack.id} ${pack.version})`;
  const facts = { pack: title, packHash, runtime: ORT_VERSION, options, models };
  await files.write('README.md', repositoryReadme(facts));
  await files.writeHashes();
  if (isNew) await appear(target, folder);
  return { folder, pack: pack.id, models, written: files.written };
}

async function writeModel(
  graph: ServedModel,
  { pack, packHash }: LoadedPack,
  options: TritonOptions,
  files: RepositoryFiles,
): Promise<ListedModel> {
  const name = `${pack.id}-${graph.name}`;
  const { bytes, external, inputs, outputs, batch, unbatched } = graph;
  await files.write(`${name}/1/${GRAPH_FILE}`, bytes);
  for (const file of external) await files.copy(`${name}/1/${file.name}`, file.path, file.sha256);
  if (options.backend === 'python') await files.write(`${name}/1/model.py`, await readFile(MODEL_PY));
  // Last: a model without it is not loaded as one of ours.
  const config = tritonConfig(name, graph, options, {
    clipsam_pack: pack.id,
    clipsam_pack_hash: packHash,
    clipsam_graph: graph.name,
    clipsam_graph_sha256: sha256(bytes),
    clipsam_format: '1',
  });
  await files.write(`${name}/config.pbtxt`, config);
  return { name, inputs, outputs, batch, ...(unbatched !== undefined && { unbatched }) };
}

/** A pack whose files were hashed and examined. */
async function wholePack(
  which: string,
  { roots, examiner }: Pick<ExportRepositoryOptions, 'roots' | 'examiner'>,
): Promise<LoadedPack> {
  const { folder, pack, packHash, files, error } = await verifyPack(which, roots, examiner);
  if (error) throw fromErrorRecord(error);
  if (!pack || packHash === undefined) throw new TypeError(`${folder} was not read.`);
  const paths = new Map(files.map(({ key, path }) => [key, path]));
  return {
    pack,
    packHash,
    folder,
    pathOf(key) {
      const path = paths.get(key);
      if (path === undefined) throw new ClipSamError('pack-invalid', `Pack ${pack.id} has no file "${key}".`);
      return path;
    },
  };
}

function descriptionOf({ pack, packHash }: ReadPack, options: ExportRepositoryOptions): string {
  const { backend, place, instances, threads, half, batch } = options;
  const { id, version } = pack;
  const run = { backend, place, instances, threads: threads ?? null, outputs: half ? 'fp16' : 'fp32', batch };
  return `${canonicalJson({ format: '1', pack: id, version, packHash, runtime: ORT_VERSION, ...run })}\n`;
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw toWriteError(error, folder);
  }
}

/** @throws ClipSamError `export-in-the-way` where the folder holds something else */
async function mustBeSame(folder: string, description: string): Promise<void> {
  const text = await readFile(join(folder, DESCRIPTION), 'utf8').catch(() => undefined);
  if (text === description) return;
  const theirs = ownDescription(text);
  throw new ClipSamError(
    'export-in-the-way',
    theirs
      ? `${folder} holds a model repository of the pack ${theirs.pack}: another pack or version of it, or written with other options. Choose another folder, or remove it first.`
      : `${folder} holds files that no model repository of this program has. Choose an empty folder, or one that is not there yet.`,
  );
}

/** Removes what an export with other options left unfinished; of others nothing. */
async function clearOther(folder: string, description: string): Promise<void> {
  const there = await namesIn(folder);
  if (!there?.length) return;
  const text = await readFile(join(folder, DESCRIPTION), 'utf8').catch(() => undefined);
  if (text === description) return;
  if (!ownDescription(text)) await mustBeSame(folder, description);
  await rm(folder, { recursive: true, force: true });
}

function ownDescription(text: string | undefined): { readonly pack: string } | undefined {
  try {
    const { format, pack } = parseJson(text ?? '') as Readonly<Record<string, unknown>>;
    return format === '1' && typeof pack === 'string' ? { pack } : undefined;
  } catch {
    return undefined;
  }
}

async function appear(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw toWriteError(error, to);
  }
  await syncFolder(join(to, '..'));
}
