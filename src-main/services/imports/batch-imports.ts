import { resolve } from 'node:path';
import type { StoppedImport } from '../../../src-shared/contract/batches.ts';
import type { ImportEvent, ImportSummary } from '../../../src-shared/contract/imports.ts';
import { failure } from '../../../src-shared/errors.ts';
import { dismissImports, endImports, noteImport, type OpenImport, openImports } from '../../store/imports.ts';
import type { Workspace } from '../../store/workspace.ts';
import { settleSampleRanges } from '../pictures/sample-ranges.ts';
import { importImages } from './import-images.ts';

/** Paths that a stopped import names. */
const NAMED = 3;

/**
 * Imports into the batches of a workspace. One that stops before its end, because it was cancelled, its window was
 * closed or the machine lost its power, is remembered until somebody imports the rest or says that the batch is complete: a
 * part of a lot must not pass for all of it.
 */
export class BatchImports {
  readonly #workspace: Workspace;
  readonly #atWork = new Set<number>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /**
   * @param options.paths null: the rest of what was stopped
   * @throws ClipSamError `not-found` when nothing was stopped, and as {@link importImages}
   */
  async run(options: {
    readonly batchId: number;
    readonly paths: readonly string[] | null;
    readonly inspector: string;
    /** The workspace as the inspector may use it: only a new import is checked against it. */
    readonly acting: Workspace;
    readonly signal: AbortSignal;
    readonly onEvent: (event: ImportEvent) => void;
  }): Promise<ImportSummary> {
    const { batchId, inspector, acting, signal, onEvent } = options;
    const workspace = this.#workspace;
    const stopped = options.paths === null ? await this.#stopped(batchId) : [];
    const paths = options.paths ?? stopped.flatMap((before) => before.paths);
    if (paths.length === 0) {
      throw failure(
        'no-stopped-import',
        { batch: batchId },
        `No import into batch ${batchId} was stopped before its end.`,
      );
    }
    const ids =
      options.paths === null
        ? stopped.map(({ id }) => id)
        : [await noteImport(acting, batchId, paths, inspector)];
    for (const id of ids) this.#atWork.add(id);
    try {
      const summary = await importImages({ workspace, batchId, paths, inspector, signal, onEvent });
      await endImports(workspace, ids);
      await settleSampleRanges(workspace, batchId, { inspector, signal });
      return summary;
    } finally {
      for (const id of ids) this.#atWork.delete(id);
    }
  }

  /** By batch: what was stopped last. */
  async stopped(): Promise<ReadonlyMap<number, StoppedImport>> {
    return new Map(
      (await this.#stopped()).map(({ batchId, paths, inspector, startedAt }) => [
        batchId,
        { inspector, startedAt, paths: paths.slice(0, NAMED), more: Math.max(0, paths.length - NAMED) },
      ]),
    );
  }

  /** The batch is complete without the rest. */
  async dismiss(acting: Workspace, batchId: number, inspector: string): Promise<void> {
    await dismissImports(acting, batchId, await this.#stopped(batchId), inspector);
  }

  async #stopped(batchId?: number): Promise<OpenImport[]> {
    const open = await openImports(this.#workspace, batchId);
    return open.filter(({ id }) => !this.#atWork.has(id));
  }
}

/**
 * Imports into a batch without anybody at a window. One that stops before its end leaves the note that windows show;
 * one that ends removes the notes of those that stopped and whose paths were all among its own.
 * @throws ClipSamError as {@link importImages}
 */
export async function importOrNote(options: Parameters<typeof importImages>[0]): Promise<ImportSummary> {
  const { workspace, batchId, inspector } = options;
  const paths = options.paths.map((path) => resolve(path));
  try {
    const summary = await importImages(options);
    const open = await openImports(workspace, batchId);
    const covered = open.filter((other) => other.paths.every((path) => paths.includes(path)));
    await endImports(
      workspace,
      covered.map(({ id }) => id),
    );
    return summary;
  } catch (error) {
    await noteImport(workspace, batchId, paths, inspector).catch(() => {});
    throw error;
  }
}
