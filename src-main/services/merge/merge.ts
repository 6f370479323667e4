import type {
  LeftBehind,
  MergeConflict,
  MergeCounts,
  MergeDifference,
  MergeEvent,
} from '../../../src-shared/merge.ts';
import type { ForeignBatch } from '../../store/merge-batches.ts';
import { type RunClaim, releaseClaim } from '../../store/run-claims.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { CopiedArtifacts } from './copy-artifacts.ts';

/** Conflicts that are named; more are counted. */
const NAMED = 200;

/** A workspace that is brought in: a copy of its database, and its files. */
export interface MergeSource {
  readonly workspace: Workspace;
  readonly batches: readonly ForeignBatch[];
  readonly left: { -readonly [Kind in keyof LeftBehind]: number };
  readonly added: MergeCounts;
}

/** A merge under way: where it goes, and what was found so far. */
export class Merge {
  readonly target: Workspace;
  readonly inspector: string;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: MergeEvent) => void;
  readonly conflicts: MergeConflict[] = [];
  readonly lost = new Set<string>();
  conflictCount = 0;
  imagesInSources = 0;

  constructor(options: {
    readonly target: Workspace;
    readonly inspector: string;
    readonly signal?: AbortSignal | undefined;
    readonly onEvent?: ((event: MergeEvent) => void) | undefined;
  }) {
    this.target = options.target;
    this.inspector = options.inspector;
    this.signal = options.signal;
    this.onEvent = options.onEvent ?? (() => {});
  }

  /** What the target keeps stays; the difference is told. */
  conflict(source: Pick<MergeSource, 'workspace'>, found: MergeDifference): void {
    this.conflictCount++;
    if (this.conflicts.length >= NAMED) return;
    this.conflicts.push({ source: source.workspace.folder, ...found });
  }

  copied(source: MergeSource, { files, bytes, lost }: CopiedArtifacts): void {
    source.added.artifacts += files;
    source.added.artifactBytes += bytes;
    for (const hash of lost) this.lost.add(hash);
  }

  release(claim: RunClaim): void {
    releaseClaim(claim);
  }
}

export function nothingAdded(): MergeCounts {
  return {
    ...{ batches: 0, images: 0, runs: 0, results: 0, verdicts: 0, annotations: 0, dispositions: 0 },
    ...{ recipes: 0, people: 0, entries: 0, artifacts: 0, artifactBytes: 0 },
  };
}
