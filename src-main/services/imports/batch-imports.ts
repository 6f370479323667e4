import type { StoppedImport } from '../../../src-shared/contract/batches.ts';
import type { ImportEvent, ImportSummary } from '../../../src-shared/contract/imports.ts';
import { failure } from '../../../src-shared/errors.ts';
import {
  beginImport,
  endImport,
  releaseImport,
  resumeImports,
  unfinishedImports,
} from '../../store/imports.ts';
import type { Workspace } from '../../store/workspace.ts';
import { settleSampleRanges } from '../pictures/sample-ranges.ts';
import { importImages } from './import-images.ts';

/** Paths that a stopped import names. */
const NAMED = 3;

/**
 * Imports into a batch and settles what is black and white in it. An import that stops before its end, because it was
 * cancelled, its program was closed or the machine lost its power, is remembered until somebody imports the rest or
 * says that the batch is complete: a part of a lot must not pass for all of it.
 * @param options.paths null: the rest of what was stopped
 * @throws ClipSamError `not-found` when nothing was stopped, and as {@link importImages}
 */
export async function importIntoBatch(options: {
  readonly workspace: Workspace;
  /** The workspace as the inspector may use it, which takes it to begin. Default: without a check. */
  readonly acting?: Workspace;
  readonly batchId: number;
  readonly paths: readonly string[] | null;
  readonly inspector: string;
  /** As of {@link importImages}. */
  readonly within?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: ImportEvent) => void;
}): Promise<ImportSummary> {
  const { workspace, acting = workspace, batchId, inspector, within, signal, onEvent } = options;
  const begun =
    options.paths === null
      ? await resumeImports(acting, batchId)
      : await beginImport(acting, batchId, options.paths, inspector);
  if (!begun) {
    throw failure(
      'no-stopped-import',
      { batch: batchId },
      `No import into batch ${batchId} was stopped before its end.`,
    );
  }
  try {
    const { paths } = begun;
    const summary = await importImages({
      ...{ workspace, batchId, paths, inspector, within },
      ...(signal && { signal }),
      ...(onEvent && { onEvent }),
    });
    await endImport(workspace, begun);
    await settleSampleRanges(workspace, batchId, { inspector, signal });
    return summary;
  } finally {
    releaseImport(begun);
  }
}

/** By batch: what was stopped last. */
export async function stoppedImports(workspace: Workspace): Promise<ReadonlyMap<number, StoppedImport>> {
  return new Map(
    (await unfinishedImports(workspace)).map(({ batchId, paths, inspector, startedAt }) => [
      batchId,
      { inspector, startedAt, paths: paths.slice(0, NAMED), more: Math.max(0, paths.length - NAMED) },
    ]),
  );
}
