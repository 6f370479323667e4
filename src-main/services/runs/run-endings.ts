import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { releaseReserve } from '../../store/reserve.ts';
import type { RunClaim } from '../../store/run-claims.ts';
import { setRunStatus } from '../../store/run-lifecycle.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { WorkspaceHealth } from '../../store/workspace-health.ts';

/** How a run ended. */
export interface RunEnding {
  readonly claim: RunClaim;
  readonly status: 'done' | 'cancelled' | 'interrupted';
  readonly inspector: string;
  readonly error?: ErrorRecord | undefined;
}

/**
 * Writes down how runs ended. An end that cannot be written, since the disk is full or the database locked, is kept in
 * memory, and in a note beside the database where there is room for it, until it can.
 */
export class RunEndings {
  readonly #workspace: Workspace;
  readonly #note: string;
  readonly #unwritten = new Map<number, RunEnding>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#note = join(workspace.folder, 'run-endings.json');
    for (const ending of readNote(this.#note)) this.#unwritten.set(ending.claim.runId, ending);
  }

  /** The end of a run that is not in the database yet. */
  get(runId: number): RunEnding | undefined {
    return this.#unwritten.get(runId);
  }

  /** Never rejects. */
  async write(ending: RunEnding): Promise<void> {
    this.#unwritten.set(ending.claim.runId, ending);
    await this.retry();
    if (!this.#unwritten.has(ending.claim.runId)) return;
    if (releaseReserve(this.#workspace.folder)) await this.retry();
    if (this.#unwritten.has(ending.claim.runId)) await this.#keepNote();
  }

  /** Tries again what could not be written. Never rejects. */
  async retry(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    for (const [runId, { claim, status, inspector, error }] of this.#unwritten) {
      try {
        await setRunStatus(this.#workspace, claim, status, inspector, error);
      } catch (problem) {
        if (!isOver(problem)) continue;
      }
      this.#unwritten.delete(runId);
    }
    if (this.#unwritten.size === 0) await rm(this.#note, { force: true }).catch(() => {});
  }

  async #keepNote(): Promise<void> {
    // Without it the end is known as long as the program runs.
    await writeFileAtomically(this.#note, JSON.stringify([...this.#unwritten.values()])).catch(() => {});
  }
}

const known = new WeakMap<WorkspaceHealth, RunEndings>();

/** The endings of an open workspace, for every inspector's view of it: all of them share its health. */
export function endingsOf(workspace: Workspace): RunEndings {
  const endings = known.get(workspace.health) ?? new RunEndings(workspace);
  known.set(workspace.health, endings);
  return endings;
}

/** The run goes on under another claim, or is gone: its end does not matter any more. */
function isOver(error: unknown): boolean {
  if (!(error instanceof ClipSamError)) return false;
  return error.details?.case === 'run-taken-over' || error.details?.case === 'run-unknown';
}

function readNote(path: string): readonly RunEnding[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunEnding[];
  } catch {
    return [];
  }
}
