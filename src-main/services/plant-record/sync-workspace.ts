import { setTimeout } from 'node:timers/promises';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { PlantRecord } from '../../postgres/plant-record.ts';
import { recordAddress } from '../../postgres/record-address.ts';
import { roleScript } from '../../postgres/record-roles.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { changesByOthers } from '../../store/record-rows.ts';
import type { Workspace } from '../../store/workspace.ts';
import { type SyncOutcome, type SyncProgress, WorkspaceSync } from './sync-pass.ts';

/** Milliseconds between the things that following does. */
export interface FollowTimes {
  /** Between two looks at whether the workspace has changed. */
  readonly look: number;
  /** Without a change, after which the record is told all the same that it is up to date. */
  readonly quiet: number;
  /** Between two comparisons of everything. */
  readonly full: number;
  /** Before the first and the last try to reach PostgreSQL again; twice as long each time between. */
  readonly retry: readonly [first: number, longest: number];
}

const FOLLOW_TIMES: FollowTimes = { look: 2000, quiet: 60_000, full: 15 * 60_000, retry: [1000, 60_000] };

/** What following tells. */
export type SyncEvent =
  | { readonly kind: 'progress'; readonly progress: SyncProgress }
  /** Everything up to now is in the record. */
  | { readonly kind: 'synced'; readonly outcome: SyncOutcome; readonly isFull: boolean }
  /** PostgreSQL cannot be reached; it is tried again in so many milliseconds. */
  | { readonly kind: 'away'; readonly message: string; readonly retryIn: number }
  | { readonly kind: 'back' };

interface SyncRequest {
  readonly workspaceFolder: string;
  /** `postgres://…`; never in what is told. */
  readonly address: string;
  readonly label?: string | undefined;
  readonly replace?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SyncEvent) => void;
}

/**
 * Brings a workspace into a record once.
 * @throws ClipSamError `record-unreachable`, `record-refused`, `input-invalid` of the address, `cancelled`; as `openWorkspace`
 */
export async function syncWorkspace(request: SyncRequest): Promise<SyncOutcome> {
  const { address, workspaceFolder } = request;
  const where = recordAddress(address);
  const workspace = await openWorkspace(workspaceFolder);
  try {
    const record = await PlantRecord.open(where);
    try {
      const sync = syncOf(workspace, record, request);
      await sync.begin(request);
      return await sync.full();
    } finally {
      await record.close();
    }
  } finally {
    await workspace.close();
  }
}

/**
 * Brings a workspace into a record, and goes on with every change until it is cancelled. PostgreSQL away: it says so, waits,
 * and catches up.
 * @throws ClipSamError as {@link syncWorkspace}, but for `record-unreachable`
 */
export async function followWorkspace(
  request: SyncRequest,
  times: FollowTimes = FOLLOW_TIMES,
): Promise<never> {
  const where = recordAddress(request.address);
  const workspace = await openWorkspace(request.workspaceFolder);
  const tell = request.onEvent ?? (() => {});
  let retryIn = times.retry[0];
  let isAway = false;
  // Asked for once: afterwards the record has this workspace's own state.
  let { replace = false } = request;
  try {
    for (;;) {
      throwIfCancelled(request.signal);
      try {
        const record = await PlantRecord.open(where);
        try {
          const sync = syncOf(workspace, record, request);
          await sync.begin({ ...request, replace });
          replace = false;
          if (isAway) tell({ kind: 'back' });
          isAway = false;
          await passUntilItEnds(workspace, sync, request, times, () => {
            retryIn = times.retry[0];
          });
        } finally {
          await record.close();
        }
      } catch (error) {
        if (!(error instanceof ClipSamError) || error.code !== 'record-unreachable') throw error;
        isAway = true;
        tell({ kind: 'away', message: error.message, retryIn });
        await pause(retryIn, request.signal);
        retryIn = Math.min(2 * retryIn, times.retry[1]);
      }
    }
  } finally {
    await workspace.close();
  }
}

/** Passes over one connection, a full one first. @param done called after each */
async function passUntilItEnds(
  workspace: Workspace,
  sync: WorkspaceSync,
  { signal, onEvent }: SyncRequest,
  times: FollowTimes,
  done: () => void,
): Promise<never> {
  let fullAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const [began, state] = [performance.now(), await changesByOthers(workspace)];
    const isFull = began - fullAt >= times.full;
    const outcome = isFull ? await sync.full() : await sync.quick();
    if (isFull) fullAt = began;
    onEvent?.({ kind: 'synced', outcome, isFull });
    done();
    do await pause(times.look, signal);
    while ((await changesByOthers(workspace)) === state && performance.now() - began < times.quiet);
  }
}

/**
 * Makes the record's schema, or brings it up to date.
 * @throws ClipSamError as {@link syncWorkspace}
 */
export async function prepareRecord(address: string): Promise<{ readonly shown: string }> {
  const record = await PlantRecord.open(recordAddress(address));
  await record.close();
  return { shown: record.shown };
}

/** SQL that makes the roles with which the record is written and read. */
export function recordRoles(): string {
  return roleScript();
}

function syncOf(workspace: Workspace, record: PlantRecord, { signal, onEvent }: SyncRequest): WorkspaceSync {
  const onProgress = (progress: SyncProgress) => onEvent?.({ kind: 'progress', progress });
  return new WorkspaceSync(workspace, record, { signal, onProgress });
}

/** @throws ClipSamError `cancelled` */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, signal && { signal }).catch(() => {});
  throwIfCancelled(signal);
}
