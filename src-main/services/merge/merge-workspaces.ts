import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AuditHead } from '../../../src-shared/audit.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { MergeCounts, MergedBatch, MergeEvent, MergeReport } from '../../../src-shared/merge.ts';
import { makeFolder } from '../../files/atomic-write.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { auditHead } from '../../store/audit-search.ts';
import { foreignBatches } from '../../store/merge-batches.ts';
import { countLeft, mergePeople, mergeRecipes } from '../../store/merge-people.ts';
import { lastMergedHead } from '../../store/merged-entries.ts';
import { openCopy, openWorkspace } from '../../store/open-workspace.ts';
import { runsAtWork } from '../../store/run-claims.ts';
import { lockMerge } from '../../store/workspace-lock.ts';
import { keepTrail } from './keep-trail.ts';
import { Merge, type MergeSource, nothingAdded } from './merge.ts';
import { groupsOf, mergeBatch } from './merge-batch.ts';

export interface MergeOptions {
  /** Folders of workspaces, which are only read. */
  readonly sources: readonly string[];
  /** Folder of the workspace that they come into; made when it is not there. */
  readonly into: string;
  readonly inspector: string;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: MergeEvent) => void) | undefined;
}

/** Copies of databases lie here while a merge is under way. */
const COPIES = 'merging-';

/**
 * Brings workspaces into one: recipes, people, batches with images, runs and results, what inspectors said, maps and masks,
 * and the audit trails as evidence. Shards of the same images become one batch with one run; all else comes as it is. What the
 * target has stays as it is; where a source tells otherwise, that is listed. Done again, nothing changes; cut off, the same
 * call goes on.
 * @throws ClipSamError `input-invalid` when a source is the target, or a copy of it; `workspace-invalid`, `workspace-newer`,
 *   `conflict` for an older one or a run that is at work, `workspace-locked`, `disk-full`, `cancelled`
 */
export async function mergeWorkspaces(options: MergeOptions): Promise<MergeReport> {
  const into = resolve(options.into);
  const folders = [...new Set(options.sources.map((folder) => resolve(folder)))];
  if (folders.includes(into)) throw sameWorkspace(into, into);
  const target = await openWorkspace(into, { create: true });
  try {
    const lock = lockMerge(target.folder);
    try {
      await removeCopies(target.folder);
      await makeFolder(target.folder);
      const copies = await mkdtemp(join(target.folder, COPIES));
      try {
        return await mergeAll(new Merge({ ...options, target }), folders, copies);
      } finally {
        await rm(copies, { recursive: true, force: true });
      }
    } finally {
      lock.release();
    }
  } finally {
    await target.close();
  }
}

async function removeCopies(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(COPIES)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function mergeAll(merge: Merge, folders: readonly string[], copies: string): Promise<MergeReport> {
  const sources: MergeSource[] = [];
  try {
    for (const folder of folders) {
      throwIfCancelled(merge.signal);
      merge.onEvent({ kind: 'source', folder });
      sources.push(await openSource(merge, folder, copies));
    }
    for (const source of sources) await bringRecipesAndPeople(merge, source);
    const batches: MergedBatch[] = [];
    for (const group of groupsOf(sources)) {
      const batch = await mergeBatch(merge, group);
      if (batch) batches.push(batch);
      else for (const { source } of group.parts) source.left.deletedBatches++;
    }
    const heads: AuditHead[] = [];
    for (const source of sources) heads.push(await recordMerge(merge, source));
    return {
      target: merge.target.folder,
      sources: sources.map(({ workspace, left }, at) => ({
        ...{ folder: workspace.folder, head: heads[at]!, left },
      })),
      batches,
      added: sumOf(sources.map(({ added }) => added)),
      ...{ conflicts: merge.conflicts, conflictCount: merge.conflictCount },
      lostArtifacts: [...merge.lost],
      imagesInSources: merge.imagesInSources,
    };
  } finally {
    for (const { workspace } of sources) await workspace.close();
  }
}

async function openSource({ target }: Merge, folder: string, copies: string): Promise<MergeSource> {
  const workspace = await openCopy(folder, copies);
  try {
    if (workspace.id === target.id) throw sameWorkspace(folder, target.folder);
    const [run] = await runsAtWork(workspace.db);
    if (run) {
      throw failure(
        'workspace-busy',
        { folder },
        `A program is inspecting in the workspace ${folder} (run ${run}). Wait until it has ended, or bring in the others first.`,
      );
    }
    const { batches, deleted } = await foreignBatches(workspace);
    const left = { ...(await countLeft(workspace)), deletedBatches: deleted, earlierRuns: 0 };
    return { workspace, batches, left, added: nothingAdded() };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

async function bringRecipesAndPeople(merge: Merge, source: MergeSource): Promise<void> {
  const { target, inspector } = merge;
  const recipes = await mergeRecipes(source.workspace, target);
  const people = await mergePeople(source.workspace, target, inspector);
  source.added.recipes += recipes.added;
  source.added.people += people.added;
  for (const found of [...recipes.conflicts, ...people.conflicts]) merge.conflict(source, found);
}

/** Keeps the source's audit trail, and notes the merge in the target's, where anything came. */
async function recordMerge(merge: Merge, source: MergeSource): Promise<AuditHead> {
  const { target, inspector, signal } = merge;
  const { workspace, added } = source;
  const trail = await keepTrail(workspace, target, signal);
  added.entries += trail.added;
  if (trail.differsAt !== null) merge.conflict(source, { kind: 'copy', entry: trail.differsAt });
  if (trail.untrustedFrom !== null) merge.conflict(source, { kind: 'trail', entry: trail.untrustedFrom });
  const head = await auditHead(workspace);
  const before = await lastMergedHead(target.db, workspace.id);
  const isNew = trail.differsAt === null && head.entries > (before?.entries ?? -1);
  if (isNew || Object.values(added).some((count) => count > 0)) {
    const { entries, hash } = head;
    await recordAuditEvent(target, {
      ...{ inspector, action: 'merged', subject: 'workspace', subjectId: workspace.id },
      newValue: { head: { entries, hash }, added },
    });
  }
  return head;
}

function sumOf(all: readonly MergeCounts[]): MergeCounts {
  const sum = nothingAdded();
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof MergeCounts)[]) sum[name] += counts[name];
  }
  return sum;
}

function sameWorkspace(folder: string, into: string): ClipSamError {
  return new ClipSamError(
    'input-invalid',
    `${folder} is the workspace ${into} itself, or a copy of it. Name others, or another one with --into.`,
  );
}
