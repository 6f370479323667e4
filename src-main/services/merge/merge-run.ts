import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { mergeAnnotations } from '../../store/merge-annotations.ts';
import { pictureName } from '../../store/merge-images.ts';
import { addForeignResults, foreignResults, sortResults } from '../../store/merge-results.ts';
import {
  addForeignRun,
  closeForeignRun,
  countPending,
  type OpenedRun,
  type RunOutcome,
  reopenRun,
} from '../../store/merge-runs.ts';
import { mergeDispositions, mergeVerdicts } from '../../store/merge-said.ts';
import { atWorkElsewhere, isOwnerAlive, touchRun } from '../../store/run-claims.ts';
import { type RunRow, runRow } from '../../store/run-row.ts';
import { countOutcomes } from '../../store/runs.ts';
import { copyArtifacts } from './copy-artifacts.ts';
import type { Merge, MergeSource } from './merge.ts';

const HEARTBEAT_INTERVAL = 5_000;

/** A run of a source. */
export interface RunPart {
  readonly source: MergeSource;
  readonly run: RunRow;
}

/** A run of the target into which runs of sources come: one, or that of each shard. */
export interface MergedRun {
  readonly batch: { readonly id: number; readonly name: string };
  /** Undefined: there is none yet. */
  readonly known: RunRow | undefined;
  readonly parts: readonly RunPart[];
  /** Of the target: it covers the images up to this one. */
  readonly lastImageId: number;
  /** Some shards are missing. */
  readonly isPartial: boolean;
}

/**
 * Brings results of runs into one of the target, with what inspectors said of them. The run is claimed while something is
 * added, and untouched where nothing is.
 * @throws ClipSamError `conflict` when a program works on the run, `cancelled`, `disk-full`
 */
export async function mergeRun(merge: Merge, merged: MergedRun): Promise<void> {
  const { known } = merged;
  const isAtWork = known && (known.status === 'running' || known.status === 'paused');
  if (isAtWork && isOwnerAlive(known)) throw atWorkElsewhere(known);
  const job = new RunJob(merge, merged, Boolean(isAtWork));
  try {
    for (const part of merged.parts) await job.add(part);
    await job.close();
  } finally {
    job.stop();
  }
}

class RunJob {
  readonly #merge: Merge;
  readonly #merged: MergedRun;
  #id: number | undefined;
  #opened: OpenedRun | undefined;
  /** Killed in the midst of a merge. */
  readonly #wasLeft: boolean;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(merge: Merge, merged: MergedRun, wasLeft: boolean) {
    this.#merge = merge;
    this.#merged = merged;
    this.#id = merged.known?.id;
    this.#wasLeft = wasLeft;
  }

  async add(part: RunPart): Promise<void> {
    const { source, run } = part;
    const { target, inspector, signal } = this.#merge;
    const { batch } = this.#merged;
    const { done: right, failed } = await countOutcomes(source.workspace, run.id);
    const except = new Set<string>();
    let done = 0;
    for await (const page of foreignResults(source.workspace, run.id)) {
      throwIfCancelled(signal);
      const { missing, differing } = await sortResults(target, { id: this.#id, batchId: batch.id }, page);
      for (const { image } of differing) {
        except.add(pictureName(image));
        this.#merge.conflict(source, { kind: 'result', batch: batch.name, path: image.path });
      }
      if (missing.length > 0) {
        const { claim } = await this.#open(part);
        const rows = missing.map(({ row }) => row);
        const copied = await copyArtifacts(source.workspace, target, rows, signal);
        await addForeignResults(target, claim, missing);
        this.#merge.copied(source, copied);
        source.added.results += missing.length;
      }
      done += page.length;
      this.#merge.onEvent({ kind: 'results', batch: batch.name, done, total: right + failed });
    }
    if (this.#id === undefined) await this.#open(part);
    const to = { id: this.#id!, batchId: batch.id };
    await this.#bringSaid(part, { source: source.workspace, target, from: run.id, to, except, inspector });
  }

  async #bringSaid({ source }: RunPart, runs: Parameters<typeof mergeVerdicts>[0]): Promise<void> {
    const { name } = this.#merged.batch;
    const verdicts = await mergeVerdicts(runs);
    source.added.verdicts += verdicts.added;
    for (const { path } of verdicts.conflicts) {
      this.#merge.conflict(source, { kind: 'verdict', batch: name, path });
    }
    source.added.annotations += await mergeAnnotations(runs);
    const dispositions = await mergeDispositions(runs);
    source.added.dispositions += dispositions.added;
    for (const { path } of dispositions.conflicts) {
      this.#merge.conflict(source, { kind: 'disposition', batch: name, path });
    }
  }

  async #open({ source, run }: RunPart): Promise<OpenedRun> {
    if (this.#opened) return this.#opened;
    const { target, inspector } = this.#merge;
    const { batch, lastImageId } = this.#merged;
    if (this.#id === undefined) {
      const options = { batchId: batch.id, lastImageId, inspector };
      this.#opened = await addForeignRun({ source: source.workspace, target }, run, options);
      source.added.runs++;
    } else {
      this.#opened = await reopenRun(target, this.#id, { lastImageId, inspector });
    }
    const { id, claim } = this.#opened;
    this.#id = id;
    this.#heartbeat = setInterval(() => void touchRun(target, claim).catch(() => {}), HEARTBEAT_INTERVAL);
    return this.#opened;
  }

  /** Writes down how the run stands, where that is another way than before. */
  async close(): Promise<void> {
    const { target, inspector } = this.#merge;
    const { known, parts, isPartial } = this.#merged;
    if (this.#id === undefined) return;
    const isDone = !isPartial && (await countPending(target, this.#id)) === 0;
    const hasBecomeDone = isDone && known?.status === 'interrupted';
    if (!this.#opened && !this.#wasLeft && !hasBecomeDone) return;
    const opened = await this.#open(parts[0]!);
    await closeForeignRun(
      target,
      opened,
      outcomeOf(await runRow(target.db, opened.id), parts, isDone),
      inspector,
    );
    this.#opened = undefined;
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    if (this.#opened) this.#merge.release(this.#opened.claim);
  }
}

/** How a run stands after those of its parts. */
function outcomeOf(here: RunRow, parts: readonly RunPart[], isDone: boolean): RunOutcome {
  const runs = parts.map(({ run }) => run);
  const [first] = runs;
  const only = runs.length === 1 ? first : undefined;
  const status = only?.status === 'cancelled' ? 'cancelled' : isDone ? 'done' : 'interrupted';
  const lasts = runs.map(({ ended_at, heartbeat_at }) => ended_at ?? heartbeat_at).sort();
  return {
    status,
    started_at: [here.started_at, ...runs.map(({ started_at }) => started_at)].sort()[0]!,
    ended_at: lasts.at(-1)!,
    error_code: isDone ? null : (only?.error_code ?? null),
    error_message: isDone ? null : (only?.error_message ?? null),
    error_details: isDone ? null : (only?.error_details ?? null),
  };
}
