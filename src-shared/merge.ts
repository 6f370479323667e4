import type { AuditHead } from './audit.ts';
import type { BatchShard } from './shard.ts';

/** What a source tells otherwise than the target. What the target has stays; nothing of the sources is changed. */
export type MergeDifference =
  | {
      /** One image, by the same recipe and pack, with another result; `path` names the image. */
      readonly kind: 'result';
      readonly batch: string;
      readonly path: string;
    }
  /** What inspectors said of an image is another thing in each. */
  | { readonly kind: 'verdict' | 'disposition'; readonly batch: string; readonly path: string }
  /** An image is known with another content. */
  | { readonly kind: 'image'; readonly batch: string; readonly path: string }
  /** A shard came from another workspace before, and has other images there. */
  | { readonly kind: 'shard'; readonly batch: string; readonly path: string }
  /** The shards of a batch were not inspected alike: `fields` are what differs. */
  | { readonly kind: 'runs'; readonly batch: string; readonly fields: readonly string[] }
  /** What is written on a batch. */
  | { readonly kind: 'batch'; readonly batch: string; readonly fields: readonly string[] }
  /** A name and revision mean another recipe here: it came as `revision`. */
  | { readonly kind: 'recipe'; readonly name: string; readonly there: number; readonly revision: number }
  /** `removed`: they may not sign in here any more. `name`: it looks like another one's. */
  | { readonly kind: 'person'; readonly name: string; readonly differs: 'pin' | 'role' | 'removed' | 'name' }
  /** A copy of a workspace that came before went another way since: `entry` is the first that differs. */
  | { readonly kind: 'copy'; readonly entry: number }
  /** Somebody changed the audit trail behind the program's back: from this entry on it cannot be trusted. */
  | { readonly kind: 'trail'; readonly entry: number };

/** `source`: folder of the workspace that was brought in. */
export type MergeConflict = { readonly source: string } & MergeDifference;

/** What stays in the sources: how many of each. */
export interface LeftBehind {
  readonly studies: number;
  readonly lots: number;
  readonly reports: number;
  readonly signatures: number;
  /** Changes of what products remember. */
  readonly memoryChanges: number;
  /** Regions of interest that were saved for products; those of runs come with them. */
  readonly areas: number;
  /** Batches that wait to be removed for good. */
  readonly deletedBatches: number;
  /** Runs of shards before their newest one. */
  readonly earlierRuns: number;
}

/** A batch of the target that something came into, or would have. */
export interface MergedBatch {
  readonly id: number;
  readonly name: string;
  /** Null: it was never divided. */
  readonly shard: BatchShard | null;
  readonly images: number;
  /** Images of its newest run without a result. */
  readonly pending: number;
}

/** What was added to the target. */
export interface MergeCounts {
  batches: number;
  images: number;
  runs: number;
  results: number;
  verdicts: number;
  annotations: number;
  dispositions: number;
  recipes: number;
  people: number;
  /** Entries of the sources' audit trails that are kept from now on. */
  entries: number;
  artifacts: number;
  artifactBytes: number;
}

export interface MergeReport {
  readonly target: string;
  readonly sources: readonly {
    readonly folder: string;
    readonly head: AuditHead;
    readonly left: LeftBehind;
  }[];
  readonly batches: readonly MergedBatch[];
  readonly added: Readonly<MergeCounts>;
  /** The first ones; `conflictCount` is how many there are. */
  readonly conflicts: readonly MergeConflict[];
  readonly conflictCount: number;
  /** Maps and masks that a source lacks, or has damaged: SHA-256. */
  readonly lostArtifacts: readonly string[];
  /** Images that lie in the folder of a source, which they need from now on. */
  readonly imagesInSources: number;
}

/** How far a merge is. */
export type MergeEvent =
  | { readonly kind: 'source'; readonly folder: string }
  | { readonly kind: 'images'; readonly batch: string; readonly done: number; readonly total: number }
  | { readonly kind: 'results'; readonly batch: string; readonly done: number; readonly total: number };
