import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CatalogueEntry, type CatalogueFile, expectedBytes } from '../../../src-shared/catalogue.ts';
import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { ComeFiles, FirstUses } from '../../../src-shared/pack-store.ts';
import { makeFolder, toWriteError } from '../../files/atomic-write.ts';
import { type DownloadedContent, download } from '../../files/download.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { listPacks } from '../../inference/pack-loader.ts';
import { readFirstUses } from './first-use.ts';
import type { InstallStaging } from './install-staging.ts';
import { freeBytes } from './pack-folders.ts';
import { checkAddress, type PackNetwork } from './pack-source.ts';
import { severalAtOnce } from './several-at-once.ts';
import { TransferProgress } from './transfer-progress.ts';

/** The files of a pack of the catalogue on their way. */
export interface FetchEntryOptions {
  readonly entry: CatalogueEntry;
  readonly staging: InstallStaging;
  readonly network: PackNetwork;
  readonly onEvent: ((event: PackImportEvent) => void) | undefined;
}

/**
 * Brings all files of an entry that are downloaded into the staging folder, each named by its SHA-256: those that
 * another pack in the store has are taken from there. What came before an interruption stays.
 * @returns what the files are, by key
 * @throws ClipSamError `disk-full` before anything is downloaded, `download-failed`, `pack-hash-mismatch`, `cancelled`
 */
export async function fetchEntryFiles(options: FetchEntryOptions): Promise<ComeFiles> {
  const { entry, staging, network, onEvent } = options;
  const wanted = Object.entries(entry.files).filter(([, { source }]) => source.startsWith('http'));
  for (const [, { source }] of wanted) checkAddress(source, network.loopback);
  const firstUses = await readFirstUses(staging.packsFolder);
  const come: ComeFiles = { ...(await staging.come()) };
  await mustHaveRoom(entry, staging);
  const sizes = wanted.map(([name, file]) => ({ name, bytes: expectedBytes(file) }));
  const progress = new TransferProgress(sizes, onEvent);
  // One after the other, whoever is quicker.
  let written = Promise.resolve();
  try {
    await severalAtOnce(wanted, network, async ([key, file], lane) => {
      const whole = come[key];
      if (whole && (await isThere(staging.pathOf(downloadPath(whole)), whole.bytes))) {
        return progress.begin(key, whole.bytes, whole.bytes);
      }
      const content = await fetchOne(key, file, { options, lane, firstUses, progress });
      progress.begin(key, content.bytes, content.bytes);
      come[key] = content;
      written = written.then(() => staging.keepCome(come));
      await written;
    });
  } finally {
    progress.close();
  }
  return come;
}

/** Where a downloaded file lies in a pack's folder. */
function downloadPath({ sha256 }: { readonly sha256: string }): string {
  return `downloads/${sha256}`;
}

interface Fetching {
  readonly options: FetchEntryOptions;
  /** Ends when another file fails. */
  readonly lane: PackNetwork;
  readonly firstUses: FirstUses;
  readonly progress: TransferProgress;
}

async function fetchOne(key: string, file: CatalogueFile, fetching: Fetching): Promise<DownloadedContent> {
  const { options, lane, firstUses, progress } = fetching;
  const { staging } = options;
  const first = firstUses[file.source];
  const sha256 = file.sha256 ?? first?.sha256 ?? null;
  const bytes = file.bytes ?? first?.bytes ?? null;
  const part = staging.partOfFile(key, file);
  await makeFolder(dirname(part));
  if (sha256 !== null) {
    const taken = await takeFromStore(sha256, part, staging);
    if (taken !== undefined) {
      await settle(part, staging.pathOf(downloadPath({ sha256 })));
      return { sha256, bytes: taken, comparedWith: 'expected' };
    }
  }
  throwIfCancelled(lane.signal);
  const there = (await stat(part).catch(() => undefined))?.size ?? 0;
  progress.begin(key, there, bytes);
  const content = await download(
    file.source,
    part,
    { bytes, sha256, gitBlobSha1: file.gitBlobSha1 },
    {
      ...lane,
      onBytes: (now) => progress.move(key, now, true),
      onWait: (seconds) => progress.wait(seconds),
    },
  ).catch((error: unknown) => {
    const isChanged = error instanceof ClipSamError && error.code === 'pack-hash-mismatch';
    throw isChanged && file.sha256 === null && first ? changedSince(file.source, first.at, error) : error;
  });
  await settle(part, staging.pathOf(downloadPath(content)));
  return content;
}

/** A file that a pack in the store has already. @returns its bytes; undefined when none has it, or it is damaged */
async function takeFromStore(
  sha256: string,
  part: string,
  { packsFolder }: InstallStaging,
): Promise<number | undefined> {
  for (const { folder } of await listPacks({ packsRoot: packsFolder })) {
    const path = join(folder, downloadPath({ sha256 }));
    const size = (await stat(path).catch(() => undefined))?.size;
    if (size === undefined || (await sha256OfFile(path)) !== sha256) continue;
    await rm(part, { force: true });
    // A second name for the same bytes, where the file system has that.
    const copy = link(path, part).catch(() => copyFile(path, part));
    await copy.catch((error: unknown) => {
      throw toWriteError(error, part);
    });
    return size;
  }
  return undefined;
}

async function settle(part: string, path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await rename(part, path);
  } catch (error) {
    throw toWriteError(error, path);
  }
}

async function isThere(path: string, bytes: number): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.size === bytes;
}

/** @throws ClipSamError `disk-full` before anything is written */
async function mustHaveRoom(entry: CatalogueEntry, staging: InstallStaging): Promise<void> {
  const { done, total } = await staging.sizes(entry);
  const needed = total - done;
  const free = await freeBytes(staging.packsFolder);
  if (free === null || free >= needed) return;
  const noSpace = Object.assign(new Error(`${needed} bytes are needed, ${free} are free`), {
    code: 'ENOSPC',
  });
  throw toWriteError(noSpace, join(staging.packsFolder, 'pack.json'));
}

function changedSince(address: string, at: string, cause: ClipSamError): ClipSamError {
  return failure(
    'first-use-changed',
    { address, date: at.slice(0, 10) },
    `${address} is another file than the one that was taken on ${at.slice(0, 10)}, when nobody had stated its SHA-256. It was not kept. Ask who made it which one is right.`,
    cause,
  );
}
