import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { toWriteError, writeFileAtomically } from '../../files/atomic-write.ts';
import { download } from '../../files/download.ts';
import { removePart } from '../../files/part-file.ts';
import { isPlainPath } from '../../files/plain-path.ts';
import { receiveFile } from '../../files/receive-file.ts';
import {
  absentFile,
  checkAddress,
  DESCRIPTION,
  type PackNetwork,
  type PackSource,
  unreadable,
} from './pack-source.ts';
import type { DownloadNote, PackStaging } from './pack-staging.ts';
import { severalAtOnce } from './several-at-once.ts';
import { TransferProgress } from './transfer-progress.ts';
import { alteredFile, totalBytes, type WantedFile } from './wanted-files.ts';

/** The files of a pack on their way into the folder in which it is put together. */
export interface PackTransfer {
  readonly pack: Pack;
  readonly files: readonly WantedFile[];
  readonly source: PackSource;
  readonly staging: PackStaging;
  readonly network: PackNetwork;
  /** Kept once nothing but downloads is left. */
  readonly note: DownloadNote;
  readonly onEvent: ((event: PackImportEvent) => void) | undefined;
}

/**
 * Copies what is on this machine and downloads the rest; every file is hashed.
 * @throws ClipSamError `disk-full` before anything is written, `path-denied`, `pack-file-missing`,
 *   `pack-hash-mismatch`, `download-failed`, `cancelled`
 */
export async function transferPack(transfer: PackTransfer): Promise<void> {
  const { files, source, staging, note, onEvent } = transfer;
  await mustFit(staging, files);
  await staging.begin(source.description);
  await copyCard(transfer);
  const progress = new TransferProgress(files, onEvent);
  try {
    const missing = await copyFiles(transfer, progress);
    if (missing.length === 0) return;
    await staging.writeNote(note);
    await downloadFiles(missing, transfer, progress);
  } finally {
    progress.close();
  }
}

/** @throws ClipSamError `disk-full` before anything is written */
async function mustFit(staging: PackStaging, files: readonly WantedFile[]): Promise<void> {
  const needed = totalBytes(files) - (await staging.bytesOfAll(files));
  const disk = await statfs(staging.packsFolder).catch(() => undefined);
  if (!disk || disk.bavail * disk.bsize >= needed) return;
  const noSpace = Object.assign(new Error(`${needed} bytes are needed`), { code: 'ENOSPC' });
  throw toWriteError(noSpace, join(staging.packsFolder, DESCRIPTION));
}

async function copyCard({ pack, source, staging }: PackTransfer): Promise<void> {
  if (!isPlainPath(pack.card) || pack.card.toLowerCase() === DESCRIPTION) {
    throw failure(
      'pack-file-outside',
      { file: pack.card },
      `The pack's card ${pack.card} lies outside of the pack.`,
    );
  }
  const target = staging.pathOf(pack.card);
  if ((await stat(target).catch(() => undefined))?.isFile()) return;
  await writeFileAtomically(target, await source.text(pack.card));
}

/** Copies what is on this machine. @returns what is not */
async function copyFiles(
  { files, source, staging, network }: PackTransfer,
  progress: TransferProgress,
): Promise<WantedFile[]> {
  const { signal } = network;
  const missing: WantedFile[] = [];
  for (const file of files) {
    throwIfCancelled(signal);
    const { name, bytes } = file;
    if (await staging.has(file)) {
      progress.begin(name, bytes, bytes);
      continue;
    }
    const content = await source.open(file.path);
    if (!content) {
      if (file.url === undefined) throw absentFile(file.path);
      missing.push(file);
      continue;
    }
    const part = staging.partOf(file);
    await removePart(part);
    let copied = 0;
    progress.begin(name, copied, bytes);
    const isRight = await receiveFile(content, part, file, {
      signal,
      onBytes: (more) => {
        copied += more;
        progress.move(name, copied, false);
      },
    }).catch((error: unknown) => {
      throw error instanceof ClipSamError ? error : unreadable(error, `${source.path}: ${file.path}`);
    });
    if (!isRight) throw alteredFile(file.path, source.path);
    await staging.settle(file);
  }
  return missing;
}

async function downloadFiles(
  files: readonly WantedFile[],
  { staging, network }: PackTransfer,
  progress: TransferProgress,
): Promise<void> {
  for (const { url } of files) checkAddress(url!, network.loopback);
  await severalAtOnce(files, network, async (file, options) => {
    const { name, bytes } = file;
    progress.begin(name, await staging.bytesOf(file), bytes);
    await download(file.url!, staging.partOf(file), file, {
      ...options,
      onBytes: (there) => progress.move(name, there, true),
      onWait: (seconds) => progress.wait(seconds),
    });
    progress.begin(name, bytes, bytes);
    await staging.settle(file);
  });
}
