import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackPlace } from '../../src-shared/contract/packs.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { ClipSamError, failure, toErrorRecord } from '../../src-shared/errors.ts';
import { type Pack, packSchema } from '../../src-shared/pack.ts';
import { exactReference, packReferenceSchema } from '../../src-shared/pack-reference.ts';
import { fromVersion1, packVersion1Schema } from '../../src-shared/pack-version-1.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { byName } from '../files/image-files.ts';
import { unpackedPath } from '../files/unpacked-path.ts';
import { checkContents, type PackContents } from './pack-contents.ts';
import { type PackExaminer, packExaminer } from './pack-examiner.ts';
import { checkPackFile, type FileCheck, readPackText, resolvePackFile, sourceInPack } from './pack-files.ts';

/** The packs that come with the program. */
const PACKS_ROOT = unpackedPath(fileURLToPath(new URL('../../models/', import.meta.url)));

/** A pack whose files are all there, unchanged and of the shapes that pack.json states. */
export interface LoadedPack {
  readonly pack: Pack;
  readonly folder: string;
  /** SHA-256 over pack.json's content, and so over the hashes of all files. */
  readonly packHash: string;
  /** Absolute path of a file, by its key in pack.json. */
  pathOf(key: string): string;
}

/** A pack as `models verify` shows it. */
export interface PackVerification {
  readonly folder: string;
  readonly pack?: Pack;
  readonly packHash?: string;
  readonly files: readonly FileCheck[];
  /** The first thing that keeps the pack from loading; undefined when it loads. */
  readonly error?: ErrorRecord;
}

/** A pack as `models list` shows it; `error` when its pack.json can't be used. */
export interface PackListing {
  /** How recipes name it: `lite`, or of packs that were brought in `widget@1.2.0`. */
  readonly id: string;
  readonly folder: string;
  readonly place: PackPlace;
  readonly title?: string;
  readonly version?: string;
  /** What its user has to know. */
  readonly notes?: readonly string[];
  /** Its SAM takes no boxes. */
  readonly pointsOnly?: boolean;
  readonly error?: ErrorRecord;
}

/** Folders of packs, where references are looked up. */
export interface PackRoots {
  /** Default: the packs that come with the program. */
  readonly packsRoot?: string;
  /** Packs of this machine, which all workspaces use, each in a folder called `id@version`. */
  readonly storeRoot?: string;
  /** Packs of a workspace, in such folders too. */
  readonly importedRoot?: string;
}

/** A pack's description. */
export interface ReadPack {
  readonly pack: Pack;
  /** SHA-256 over what pack.json says, and so over the hashes of all files. */
  readonly packHash: string;
}

/** A pack's description, where it lies, and how a recipe names it. */
export interface FoundPack extends ReadPack {
  readonly folder: string;
  readonly reference: string;
}

/**
 * Loads a pack, in the inference process: parses pack.json, checks size and SHA-256 of every file, then that the
 * models have the tensors and shapes that pack.json states.
 * @param which reference of a pack, or a folder with pack.json
 * @throws ClipSamError `pack-not-found`, `pack-invalid`, `pack-file-missing`, `pack-hash-mismatch`, `path-denied`,
 *   `model-file-invalid`, `model-tensor-unknown`, `model-opset-unsupported`
 */
export async function loadPack(which: string, roots: PackRoots = {}): Promise<LoadedPack> {
  const { folder } = await locatePack(which, roots);
  const { pack, packHash } = await readPack(folder);
  const files = await checkFiles(pack, folder);
  for (const { error } of files) if (error) throw error;
  const paths = pathsOf(files);
  await checkContents({ pack, folder, paths });
  return {
    pack,
    folder,
    packHash,
    pathOf(key) {
      const path = paths.get(key);
      if (path === undefined) throw new ClipSamError('pack-invalid', `Pack ${pack.id} has no file "${key}".`);
      return path;
    },
  };
}

/**
 * A pack's description and folder, without a look at its files.
 * @throws ClipSamError `pack-not-found`, `pack-invalid`
 */
export async function describePack(which: string, roots: PackRoots = {}): Promise<FoundPack> {
  const { folder, reference } = await locatePack(which, roots);
  const read = await readPack(folder);
  const exact = exactReference(read.pack);
  return { ...read, folder, reference: reference ?? (basename(folder) === exact ? exact : read.pack.id) };
}

/**
 * Checks everything that {@link loadPack} checks, but goes on after an error and returns what it found.
 * @param examiner opens the files
 */
export async function verifyPack(
  which: string,
  roots: PackRoots = {},
  examiner: PackExaminer = packExaminer(),
): Promise<PackVerification> {
  let folder = isReference(which) ? join(roots.packsRoot ?? PACKS_ROOT, which) : resolve(which);
  let read: ReadPack | undefined;
  let files: FileCheck[] = [];
  try {
    ({ folder } = await locatePack(which, roots));
    read = await readPack(folder);
    const { pack } = read;
    files = await checkFiles(pack, folder);
    for (const { error } of files) if (error) throw error;
    await examiner.contents({ pack, folder, paths: pathsOf(files) });
    return { folder, ...read, files };
  } catch (error) {
    return { folder, ...read, files, error: toErrorRecord(error, 'pack-invalid') };
  }
}

/**
 * The packs that are there, by reference; files are not read, {@link verifyPack} does that. A recipe that names one of
 * several gets the program's, else the machine's.
 */
export async function listPacks(roots: PackRoots = {}): Promise<PackListing[]> {
  const listings = new Map<string, PackListing>();
  for (const { root, place } of foldersOf(roots)) {
    for (const id of await referencesIn(root)) {
      if (!listings.has(id)) listings.set(id, await listing(id, root, place));
    }
  }
  return [...listings.values()];
}

/** The folders in which packs are looked up, those that count first before the others. */
export function foldersOf({
  packsRoot = PACKS_ROOT,
  storeRoot,
  importedRoot,
}: PackRoots): { readonly root: string; readonly place: PackPlace }[] {
  return [
    { root: packsRoot, place: 'program' },
    ...(storeRoot === undefined ? [] : [{ root: storeRoot, place: 'machine' } as const]),
    ...(importedRoot === undefined ? [] : [{ root: importedRoot, place: 'workspace' } as const]),
  ];
}

async function listing(id: string, root: string, place: PackPlace): Promise<PackListing> {
  const there = { id, folder: join(root, id), place };
  try {
    const { title, version, notes, segmenter } = (await readPack(there.folder)).pack;
    return {
      ...there,
      title,
      version,
      ...(notes && { notes }),
      ...(!segmenter.boxes && { pointsOnly: true }),
    };
  } catch (error) {
    return { ...there, error: toErrorRecord(error, 'pack-invalid') };
  }
}

function isReference(text: string): boolean {
  return packReferenceSchema.safeParse(text).success;
}

/** The folder of a reference, or the folder itself; `reference` as a recipe should have it, undefined of a folder. */
async function locatePack(
  which: string,
  roots: PackRoots,
): Promise<{ readonly folder: string; readonly reference?: string }> {
  if (!isReference(which)) {
    const folder = resolve(which);
    if (await holdsPack(folder)) return { folder };
    throw failure('pack-unknown', { pack: folder }, `${folder} is not a model pack: it has no pack.json.`);
  }
  const [own, ...others] = foldersOf(roots);
  if (await holdsPack(join(own!.root, which))) return { folder: join(own!.root, which), reference: which };
  const imported = new Map<string, string>();
  for (const { root } of others) {
    for (const reference of await referencesIn(root)) {
      if (!imported.has(reference)) imported.set(reference, join(root, reference));
    }
  }
  const [reference, other] = imported.has(which)
    ? [which]
    : [...imported.keys()].filter((candidate) => candidate.startsWith(`${which}@`));
  if (reference !== undefined && other === undefined) return { folder: imported.get(reference)!, reference };
  const places = [own!, ...others].map(({ root }) => root).join(' or ');
  const there = [...(await referencesIn(own!.root)), ...imported.keys()].join(', ');
  throw failure(
    other === undefined ? 'pack-unknown' : 'pack-versions',
    { pack: which },
    other === undefined
      ? `There is no model pack "${which}" in ${places}. Found there: ${there || 'none'}.`
      : `There are several versions of the model pack "${which}". Name one of them: ${there}.`,
  );
}

async function holdsPack(folder: string): Promise<boolean> {
  const stats = await stat(join(folder, 'pack.json')).catch(() => undefined);
  return stats?.isFile() === true;
}

async function referencesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const references: string[] = [];
  for (const { name } of entries) {
    if (isReference(name) && (await holdsPack(join(root, name)))) references.push(name);
  }
  return references.sort(byName);
}

async function readPack(folder: string): Promise<ReadPack> {
  const path = join(folder, 'pack.json');
  let text: string;
  try {
    text = await readPackText(path);
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    throw unusable(path, `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  return parsePack(text, path);
}

/**
 * Reads a pack's description.
 * @param path where the text comes from, for errors
 * @throws ClipSamError `pack-invalid`
 */
export function parsePack(text: string, path: string): ReadPack {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw unusable(path, `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > 2) {
    throw failure(
      'pack-newer',
      { file: path },
      `${path} has the schemaVersion ${version}, which a newer version of this program reads. Update the program, or use an older version of the pack.`,
    );
  }
  if (version === 1) return parseVersion1(json, path);
  const parsed = packSchema.safeParse(json);
  if (parsed.success) return { pack: parsed.data, packHash: hashOfJson(parsed.data) };
  throw invalid(path, parsed.error);
}

/** Results keep the hash of what the file says, so that of a version 1 stays what it was. */
function parseVersion1(json: unknown, path: string): ReadPack {
  const parsed = packVersion1Schema.safeParse(json);
  if (!parsed.success) throw invalid(path, parsed.error);
  const pack = packSchema.safeParse(fromVersion1(parsed.data));
  if (!pack.success) throw invalid(path, pack.error);
  return { pack: pack.data, packHash: hashOfJson(parsed.data) };
}

function invalid(path: string, error: Parameters<typeof schemaIssues>[0]): ClipSamError {
  // Of a file that is anything else nothing is told.
  const isPack = error.issues.every(({ code }) => code === 'unrecognized_keys');
  return unusable(path, `is not a valid pack description: ${schemaIssues(error, isPack)}`, error);
}

function unusable(path: string, reason: string, cause: unknown): ClipSamError {
  return failure(
    'pack-description-broken',
    { file: path },
    `${path} ${reason}. Fetch the pack again, or correct the file.`,
    cause,
  );
}

/**
 * What of {@link loadPack}'s checks is left for a folder whose own files were hashed when they were put there: hashes
 * the files of npm packages, and says what there is to open.
 * @throws ClipSamError as {@link loadPack}
 */
export async function newPackContents(pack: Pack, folder: string): Promise<PackContents> {
  const paths = new Map<string, string>();
  for (const [key, file] of Object.entries(pack.files)) {
    if (!file.source.startsWith('npm:')) {
      paths.set(key, await resolvePackFile(sourceInPack(file), folder));
      continue;
    }
    const { path, error } = await checkPackFile(key, file, folder);
    if (error) throw error;
    paths.set(key, path!);
  }
  return { pack, folder, paths };
}

/** One after the other: the disk is the bottleneck, and a pack's files may be gigabytes. */
async function checkFiles(pack: Pack, folder: string): Promise<FileCheck[]> {
  const checks: FileCheck[] = [];
  for (const [key, file] of Object.entries(pack.files)) checks.push(await checkPackFile(key, file, folder));
  return checks;
}

function pathsOf(files: readonly FileCheck[]): Map<string, string> {
  return new Map(files.flatMap(({ key, path }) => (path === undefined ? [] : [[key, path]])));
}
