import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClipSamError, type ErrorRecord, toErrorRecord } from '../../src-shared/errors.ts';
import { type Pack, packSchema } from '../../src-shared/pack.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { unpackedPath } from '../files/unpacked-path.ts';
import { describeModel, promoteTensors, readModel, type TensorInfo } from '../graph/model.ts';
import { readSafetensors } from '../graph/safetensors.ts';
import { type Dim, formatShape } from '../graph/shape.ts';
import { umciParameters } from '../graph/umci.ts';
import { checkPackFile, type FileCheck, resolvePackFile } from './pack-files.ts';
import { openTokenizer } from './tokenizer.ts';

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
export interface PackCheck {
  readonly folder: string;
  readonly pack?: Pack;
  readonly files: readonly FileCheck[];
  /** The first thing that keeps the pack from loading; undefined when it loads. */
  readonly error?: ErrorRecord;
}

/** A pack as `models list` shows it; `error` when its pack.json can't be used. */
export interface PackListing {
  readonly id: string;
  readonly folder: string;
  readonly title?: string;
  readonly version?: string;
  readonly error?: ErrorRecord;
}

interface PackOptions {
  /** Folder of packs, where ids are looked up. Default: {@link PACKS_ROOT}. */
  readonly packsRoot?: string;
}

/** What SAM's decoder is fed in the Meta dialect. */
const META_INPUTS = ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input'];

/**
 * Loads a pack: parses pack.json, checks size and SHA-256 of every file, then that the models have the tensors and
 * shapes that pack.json states.
 * @param idOrFolder id of a pack under `packsRoot`, or a folder with pack.json
 * @throws ClipSamError `pack-not-found`, `pack-invalid`, `pack-file-missing`, `pack-hash-mismatch`, `path-denied`,
 *   `model-file-invalid`, `model-tensor-unknown`, `model-opset-unsupported`
 */
export async function loadPack(idOrFolder: string, options: PackOptions = {}): Promise<LoadedPack> {
  const folder = await findPack(idOrFolder, options.packsRoot ?? PACKS_ROOT);
  const pack = await readPack(folder);
  const files = await checkFiles(pack, folder);
  for (const { error } of files) if (error) throw error;
  const paths = pathsOf(files);
  await checkContents(pack, folder, paths);
  return {
    pack,
    folder,
    packHash: hashOfJson(pack),
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
export async function describePack(
  idOrFolder: string,
  options: PackOptions = {},
): Promise<{ readonly pack: Pack; readonly folder: string }> {
  const folder = await findPack(idOrFolder, options.packsRoot ?? PACKS_ROOT);
  return { pack: await readPack(folder), folder };
}

/** Checks everything that {@link loadPack} checks, but goes on after an error and returns what it found. */
export async function verifyPack(idOrFolder: string, options: PackOptions = {}): Promise<PackCheck> {
  const root = options.packsRoot ?? PACKS_ROOT;
  let folder = isPackId(idOrFolder) ? join(root, idOrFolder) : resolve(idOrFolder);
  let pack: Pack | undefined;
  let files: FileCheck[] = [];
  try {
    folder = await findPack(idOrFolder, root);
    pack = await readPack(folder);
    files = await checkFiles(pack, folder);
    for (const { error } of files) if (error) throw error;
    await checkContents(pack, folder, pathsOf(files));
    return { folder, pack, files };
  } catch (error) {
    return { folder, ...(pack ? { pack } : {}), files, error: toErrorRecord(error, 'pack-invalid') };
  }
}

/** The packs in a folder, by id; files are not read, {@link verifyPack} does that. */
export async function listPacks(packsRoot = PACKS_ROOT): Promise<PackListing[]> {
  const listings: PackListing[] = [];
  for (const id of await packIdsIn(packsRoot)) {
    const folder = join(packsRoot, id);
    try {
      const { title, version } = await readPack(folder);
      listings.push({ id, folder, title, version });
    } catch (error) {
      listings.push({ id, folder, error: toErrorRecord(error, 'pack-invalid') });
    }
  }
  return listings;
}

function isPackId(text: string): boolean {
  return packSchema.shape.id.safeParse(text).success;
}

async function findPack(idOrFolder: string, packsRoot: string): Promise<string> {
  const isId = isPackId(idOrFolder);
  const folder = isId ? join(packsRoot, idOrFolder) : resolve(idOrFolder);
  const stats = await stat(join(folder, 'pack.json')).catch(() => undefined);
  if (stats?.isFile()) return folder;
  const ids = await packIdsIn(packsRoot);
  throw new ClipSamError(
    'pack-not-found',
    isId
      ? `There is no model pack "${idOrFolder}" in ${packsRoot}. Found there: ${ids.join(', ') || 'none'}.`
      : `${folder} is not a model pack: it has no pack.json.`,
    { details: { case: 'pack-unknown', pack: isId ? idOrFolder : folder } },
  );
}

async function packIdsIn(packsRoot: string): Promise<string[]> {
  const entries = await readdir(packsRoot, { withFileTypes: true }).catch(() => []);
  const ids: string[] = [];
  for (const { name } of entries) {
    if (!isPackId(name)) continue;
    const stats = await stat(join(packsRoot, name, 'pack.json')).catch(() => undefined);
    if (stats?.isFile()) ids.push(name);
  }
  return ids.sort();
}

async function readPack(folder: string): Promise<Pack> {
  const path = join(folder, 'pack.json');
  const refuse = (reason: string, cause?: unknown) =>
    new ClipSamError('pack-invalid', `${path} ${reason}. Fetch the pack again, or correct the file.`, {
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw refuse(`cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  const parsed = packSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refuse(`is not a valid pack description: ${schemaIssues(parsed.error)}`, parsed.error);
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

async function checkContents(pack: Pack, folder: string, paths: ReadonlyMap<string, string>): Promise<void> {
  const read = (key: string) => readFile(paths.get(key)!);
  const { vision, text, umci, sam } = pack;
  // The card is prose: it needs no hash, but it must be there and in the pack.
  await resolvePackFile(`pack:${pack.card}`, folder);

  const encoder = readModel(await read(vision.file), vision.file);
  const side = vision.inputSize;
  expectTensor(pack, vision.file, describeModel(encoder).inputs, vision.input, ['?', 3, side, side]);
  const wanted = [vision.samEmbedding, ...vision.stages.map(({ tensor }) => tensor)];
  const { outputs: fromVision } = describeModel(promoteTensors(encoder, wanted));
  for (const { tensor, grid, width } of vision.stages) {
    expectTensor(pack, vision.file, fromVision, tensor, ['?', grid * grid, width]);
  }

  const decoder = readModel(await read(sam.decoder), sam.decoder);
  const { inputs } = describeModel(decoder);
  for (const name of META_INPUTS) expectTensor(pack, sam.decoder, inputs, name);
  const embedding = inputs.find(({ name }) => name === META_INPUTS[0])?.dims;
  expectTensor(pack, vision.file, fromVision, vision.samEmbedding, embedding);
  const { outputs } = describeModel(promoteTensors(decoder, [sam.masks, sam.qualities]));
  expectTensor(pack, sam.decoder, outputs, sam.masks, ['?', 4, '?', '?']);
  expectTensor(pack, sam.decoder, outputs, sam.qualities, ['?', 4]);

  openTokenizer((await read(text.tokenizer)).toString('utf8'), text.tokenizer);
  const textEncoder = describeModel(readModel(await read(text.encoder), text.encoder));
  const [sentences] = textEncoder.outputs;
  expectTensor(pack, text.encoder, textEncoder.outputs, sentences?.name ?? 'output', ['?', text.width]);

  const weights = readSafetensors(await read(umci.file), umci.file);
  const stageWidths = vision.stages.map(({ width }) => width);
  for (const { name, shape } of umciParameters({ ...umci, stageWidths, textWidth: text.width })) {
    const { shape: dims, data } = weights.get(name) ?? {};
    expectTensor(pack, umci.file, dims ? [{ name, type: 'float', dims }] : [], name, shape);
    if (data?.every(Number.isFinite)) continue;
    throw new ClipSamError(
      'model-file-invalid',
      `Pack ${pack.id}: tensor "${name}" of file "${umci.file}" holds values that are no numbers. Train it again, or use the file that the pack was made with.`,
    );
  }
}

/** Refuses the pack unless the tensor is there with these sizes, as far as both sides state them ('?': any). */
function expectTensor(
  pack: Pack,
  file: string,
  tensors: readonly TensorInfo[],
  name: string,
  expected?: readonly Dim[],
): void {
  const tensor = tensors.find((candidate) => candidate.name === name);
  if (!tensor) {
    const there = tensors.map((candidate) => `"${candidate.name}"`).join(', ');
    throw new ClipSamError(
      'model-tensor-unknown',
      `Pack ${pack.id}: file "${file}" has no tensor "${name}"${there && ` (there are ${there})`}. Use the file that the pack was made with.`,
    );
  }
  const { dims } = tensor;
  if (!dims || !expected) return;
  const contradicts = expected.some((size, axis) => {
    const found = dims[axis];
    return typeof size === 'number' && typeof found === 'number' && size !== found;
  });
  if (dims.length === expected.length && !contradicts) return;
  throw new ClipSamError(
    'pack-invalid',
    `Pack ${pack.id}: tensor "${name}" of file "${file}" has the shape ${formatShape(dims)}, pack.json says ${formatShape(expected)}. Correct pack.json, or use the file that the pack was made with.`,
  );
}
