import { randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import { type BegunUpload, UPLOAD_LIMITS, type UploadFile } from '../../../src-shared/upload.ts';
import { makeFolder, syncFolder, toWriteError } from '../../files/atomic-write.ts';
import { sha256, sha256InBackground, sha256OfFile } from '../../files/hash.ts';
import { isImageName } from '../../files/image-names.ts';
import { hasImagesBelow, storedCopyOf } from '../../store/uploads.ts';
import type { Workspace } from '../../store/workspace.ts';
import { uploadName } from './upload-names.ts';

/** Bytes of the disk that uploads leave free. */
const DISK_RESERVE = 2 * 1024 ** 3;
/** Pieces of one person that are written at a time. */
const PIECES_AT_ONCE = 8;
/** Milliseconds after which an upload that nobody went on with, or that was imported nowhere, is removed. */
const KEEP = 7 * 24 * 3600 * 1000;
/** Holds what has come of files that are not whole yet. */
const PARTS = '.parts';

interface Upload {
  readonly key: Buffer;
  readonly owner: string;
  /** Absent where the file is no image. */
  readonly files: readonly (OpenFile | undefined)[];
}

interface OpenFile {
  readonly bytes: number;
  /** Where it goes, and where it is until it is whole. */
  readonly path: string;
  readonly part: string;
  offset: number;
  isWhole: boolean;
  isBusy: boolean;
}

/** A piece of a file. */
export interface UploadPiece {
  readonly index: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * Images that come from browsers, into `uploads/<id>/` of the workspace. Files come in pieces with their hashes, one after the
 * other, and are in their place once they are whole. The id follows from the files and whose they are: who begins the same
 * upload again goes on with it, also after the program was closed.
 */
export class Uploads {
  readonly folder: string;
  readonly #workspace: Workspace;
  readonly #reserve: number;
  readonly #uploads = new Map<string, Upload>();

  /** @param reserve bytes that stay free; for tests */
  constructor(workspace: Workspace, reserve: number = DISK_RESERVE) {
    this.#workspace = workspace;
    this.#reserve = reserve;
    this.folder = join(workspace.folder, 'uploads');
  }

  /**
   * @throws ClipSamError `input-invalid` when it brings too much; `disk-full` when the disk has no room for it besides its
   * reserve; `path-denied`
   */
  async begin(files: readonly UploadFile[], owner: string): Promise<BegunUpload> {
    checkLimits(files);
    const id = sha256(JSON.stringify([owner, files])).slice(0, 16);
    const taken = new Set<string>();
    const opened = await Promise.all(
      files.map(({ name, bytes }, index) =>
        isImageName(name) ? this.#openFile(id, index, uploadName(name, taken), bytes) : undefined,
      ),
    );
    const left = opened.reduce(
      (sum, file) => sum + (file && !file.isWhole ? file.bytes - file.offset : 0),
      0,
    );
    await makeFolder(this.folder);
    await this.#checkRoom(left);
    const key = this.#uploads.get(id)?.key ?? randomBytes(32);
    this.#uploads.set(id, { key, owner, files: opened });
    const missing = opened.flatMap((file, index) =>
      file && !file.isWhole ? [{ index, offset: file.offset }] : [],
    );
    const passedOver = files.filter((_, index) => !opened[index]).map(({ name }) => name);
    return { id, key: key.toString('base64url'), missing, passedOver };
  }

  /**
   * Adds a piece to a file.
   * @param key as it was begun with
   * @param owner whose request it is; null: not known here
   * @returns the bytes of the file that are there by now: where the next piece begins, also where this one did not fit
   * @throws ClipSamError `not-found` when there is no such upload, or it is somebody else's; `input-invalid` when the piece is not
   * what its hash says, or too long; `too-many-requests`; `disk-full`, `path-denied`
   */
  async append(id: string, key: string, owner: string | null, piece: UploadPiece): Promise<number> {
    const upload = this.#find(id, owner);
    const given = Buffer.from(key, 'base64url');
    const file = upload.files[piece.index];
    if (given.length !== upload.key.length || !timingSafeEqual(given, upload.key) || !file) throw unknown();
    if (file.isWhole || file.isBusy || piece.offset !== file.offset) return file.offset;
    if (piece.offset + piece.bytes.length > file.bytes || piece.bytes.length > UPLOAD_LIMITS.chunkBytes)
      throw new ClipSamError('input-invalid', 'The piece is longer than what is left of the file.');
    if (this.#busyOf(upload.owner) >= PIECES_AT_ONCE)
      throw failure(
        'too-many-requests',
        { seconds: 1 },
        'Too many pieces at once. Wait 1 s before the next one.',
      );
    file.isBusy = true;
    try {
      if ((await sha256InBackground(piece.bytes)) !== piece.sha256)
        throw failure('upload-damaged', 'A piece of the file was damaged on its way. Send it again.');
      await this.#checkRoom(piece.bytes.length);
      await write(file, piece.bytes);
      return file.offset;
    } catch (error) {
      throw toWriteError(error, file.part);
    } finally {
      file.isBusy = false;
    }
  }

  /**
   * The upload is whole: what another one, or this one, has already is kept on the disk once.
   * @returns the folder to import: the one that all files were chosen in, where they were
   * @throws ClipSamError `not-found`; `conflict` when pieces are missing
   */
  async finish(id: string, owner: string): Promise<string> {
    const { files } = this.#find(id, owner);
    const images = files.filter((file) => file !== undefined);
    if (images.some(({ isWhole }) => !isWhole))
      throw failure(
        'upload-unfinished',
        'Parts of the upload are missing. Choose the same files again to send the rest.',
      );
    const first = new Map<string, string>();
    for (const { path } of images) {
      const hash = await sha256OfFile(path);
      const stored = await storedCopyOf(this.#workspace, this.folder, hash);
      const other =
        first.get(hash) ?? (stored === undefined ? undefined : join(this.#workspace.folder, stored));
      if (other === undefined || other === path) first.set(hash, path);
      else await keepOnce(other, path);
    }
    await rm(join(this.folder, PARTS, id), { recursive: true, force: true });
    this.#uploads.delete(id);
    const folder = join(this.folder, id);
    const [top, ...others] = await readdir(folder, { withFileTypes: true });
    return top?.isDirectory() && others.length === 0 ? join(folder, top.name) : folder;
  }

  /** @throws ClipSamError `not-found` */
  async discard(id: string, owner: string): Promise<void> {
    this.#find(id, owner);
    this.#uploads.delete(id);
    await this.#remove(id);
  }

  /**
   * Removes uploads that nobody went on with for a week, and those that no batch imported.
   * @param now milliseconds since 1970
   */
  async sweep(now: number): Promise<void> {
    const names = async (folder: string) =>
      (await readdir(folder).catch(() => [])).filter((name) => ID.test(name));
    const ids = new Set([...(await names(this.folder)), ...(await names(join(this.folder, PARTS)))]);
    for (const id of ids) {
      const times = await Promise.all([join(this.folder, id), join(this.folder, PARTS, id)].map(timeOf));
      if (this.#uploads.has(id) || now - Math.max(...times) < KEEP) continue;
      if (!(await hasImagesBelow(this.#workspace, join(this.folder, id)))) await this.#remove(id);
    }
  }

  #find(id: string, owner: string | null): Upload {
    const upload = this.#uploads.get(id);
    if (!upload || (owner !== null && owner !== upload.owner)) throw unknown();
    return upload;
  }

  #busyOf(owner: string): number {
    let busy = 0;
    for (const upload of this.#uploads.values()) {
      if (upload.owner !== owner) continue;
      for (const file of upload.files) if (file?.isBusy) busy++;
    }
    return busy;
  }

  async #openFile(id: string, index: number, name: string, bytes: number): Promise<OpenFile> {
    const path = join(this.folder, id, ...name.split('/'));
    const part = join(this.folder, PARTS, id, String(index));
    const before = this.#uploads.get(id)?.files[index];
    if (before?.isBusy) return before;
    const isWhole = (await sizeOf(path)) === bytes;
    const size = isWhole ? bytes : ((await sizeOf(part)) ?? 0);
    return { bytes, path, part, offset: size <= bytes ? size : 0, isWhole, isBusy: false };
  }

  async #checkRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    if (bavail * bsize - bytes >= this.#reserve) return;
    throw new ClipSamError(
      'disk-full',
      'The disk of the workstation has no room for this upload. An engineer has to make some first.',
    );
  }

  async #remove(id: string): Promise<void> {
    for (const folder of [join(this.folder, PARTS, id), join(this.folder, id)])
      await rm(folder, { recursive: true, force: true });
  }
}

const ID = /^[0-9a-f]{16}$/;

function unknown(): ClipSamError {
  return failure(
    'upload-unknown',
    'There is no such upload any more. Choose the files again: what has come already stays.',
  );
}

function checkLimits(files: readonly UploadFile[]): void {
  const { fileBytes, bytes } = UPLOAD_LIMITS;
  const large = files.find((file) => file.bytes > fileBytes);
  const gigabytes = (limit: number) => limit / 1024 ** 3;
  if (large) {
    const values = { file: large.name, limit: gigabytes(fileBytes) };
    throw failure('upload-file-too-large', values, `${large.name} is larger than ${values.limit} GiB.`);
  }
  if (files.reduce((sum, file) => sum + file.bytes, 0) > bytes) {
    const values = { limit: gigabytes(bytes) };
    throw failure(
      'upload-too-large',
      values,
      `One upload brings at most ${values.limit} GiB. Send fewer files at a time.`,
    );
  }
}

/** Writes a piece behind those before it; the last one puts the file in its place. */
async function write(file: OpenFile, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file.part), { recursive: true });
  const handle = await open(file.part, file.offset === 0 ? 'w' : 'r+', 0o600);
  try {
    await handle.truncate(file.offset);
    await handle.write(bytes, 0, bytes.length, file.offset);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  const offset = file.offset + bytes.length;
  if (offset === file.bytes) {
    await mkdir(dirname(file.path), { recursive: true });
    await rename(file.part, file.path);
    await syncFolder(dirname(file.path));
    file.isWhole = true;
  }
  file.offset = offset;
}

/** Puts a second name for a file in place of a copy of it; where the disk can't, the copy stays. */
async function keepOnce(file: string, copy: string): Promise<void> {
  const temporary = `${copy}.link`;
  try {
    await link(file, temporary);
    await rename(temporary, copy);
  } catch {
    await rm(temporary, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/** When something in a folder changed last, in milliseconds since 1970; 0: it is not there. */
async function timeOf(folder: string): Promise<number> {
  return (await stat(folder).catch(() => undefined))?.mtimeMs ?? 0;
}
