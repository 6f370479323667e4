import type { ImportEvent, ImportSummary } from '../../../src-shared/contract/imports.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import { listImageFiles } from '../../files/image-files.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { addImages, listDuplicates, type NewFile } from '../../store/images.ts';
import type { Workspace } from '../../store/workspace.ts';
import { describeFile } from './describe-file.ts';

/** Files per transaction: small enough that the thread is never held for long. */
const CHUNK = 200;
/** Files hashed at a time. */
const READERS = 4;

/**
 * Adds files, and folders with everything below, to a batch: an image for each picture in a file. Files that cannot be
 * read are added too, without a hash: the run then reports them like every other image that fails. Those that the batch
 * knows already keep what is known of them: a network share may be away. Names are data, whatever is in them.
 * What was imported before a cancel stays; importing again adds the rest.
 * @throws ClipSamError `cancelled` and the store's errors
 */
export async function importImages(options: {
  readonly workspace: Workspace;
  readonly batchId: number;
  readonly paths: readonly string[];
  readonly inspector: string;
  /** Folders (without links) that nothing may lie outside of. Default: everything may be imported. */
  readonly within?: readonly string[] | undefined;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ImportEvent) => void;
}): Promise<ImportSummary> {
  const { workspace, batchId, paths, inspector, within, signal, onEvent } = options;
  const { files: all, ...apart } = await listToImport(paths, signal, within);
  onEvent?.({ kind: 'listed', total: all.length });
  let added = 0;
  let unchanged = 0;
  const changed: string[] = [];
  const unread: string[] = [];
  const vanished: string[] = [];
  for (let start = 0; start < all.length; start += CHUNK) {
    throwIfCancelled(signal);
    const images = await describeFiles(all.slice(start, start + CHUNK), signal);
    const outcome = await addImages(workspace, batchId, images, inspector);
    added += outcome.added;
    unchanged += outcome.unchanged;
    changed.push(...outcome.changed);
    unread.push(...outcome.unread);
    vanished.push(...outcome.vanished);
    onEvent?.({ kind: 'imported', done: start + images.length, total: all.length });
  }
  const duplicates = await listDuplicates(workspace, batchId);
  await recordAuditEvent(workspace, {
    inspector,
    action: 'imported',
    subject: 'batch',
    subjectId: batchId,
    newValue: {
      added,
      unchanged,
      changed: changed.length,
      unread: unread.length,
      vanished: vanished.length,
      unreadable: apart.unreadable.length,
      passedOver: apart.passedOver.length,
    },
  });
  return { added, unchanged, changed, unread, vanished, duplicates, ...apart };
}

/** The files among the paths, each once, and what is no part of the batch. @throws ClipSamError `cancelled` */
export async function listToImport(
  paths: readonly string[],
  signal: AbortSignal | undefined,
  within?: readonly string[],
) {
  const files = new Set<string>();
  const unreadable: { path: string; error: ErrorRecord }[] = [];
  const passedOver = new Set<string>();
  const truthFolders = new Set<string>();
  for await (const entry of listImageFiles(paths, signal, within)) {
    switch (entry.kind) {
      case 'image':
        files.add(entry.path);
        break;
      case 'unreadable':
        unreadable.push({ path: entry.path, error: toErrorRecord(entry.error) });
        break;
      case 'passed-over':
        passedOver.add(entry.path);
        break;
      case 'truth-folder':
        truthFolders.add(entry.path);
    }
  }
  return {
    files: [...files],
    unreadable,
    // A file that was named itself is taken, whatever its kind.
    passedOver: [...passedOver].filter((path) => !files.has(path)),
    truthFolders: [...truthFolders],
  };
}

/** What is known of files once they were read, in the order of the paths. @throws ClipSamError `cancelled` */
export async function describeFiles(
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<NewFile[]> {
  const images: NewFile[] = new Array(paths.length);
  let next = 0;
  const read = async () => {
    while (next < paths.length) {
      throwIfCancelled(signal);
      const index = next++;
      images[index] = await describeFile(paths[index]!);
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return images;
}
