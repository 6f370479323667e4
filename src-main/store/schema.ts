import type { Generated } from 'kysely';
import type { AnnotationKind } from '../../src-shared/annotation.ts';
import type { BatchImage } from '../../src-shared/batch.ts';
import type { DeviceRequest, RunningDevice } from '../../src-shared/device.ts';
import type { DispositionEntry } from '../../src-shared/disposition.ts';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import type { MemoryChange, MemoryKind } from '../../src-shared/reference-set.ts';
import type { Role } from '../../src-shared/roles.ts';
import type { RunStatus } from '../../src-shared/run.ts';
import type { InspectionLevel } from '../../src-shared/sampling/code-letters.ts';
import type { LotDisposition } from '../../src-shared/sampling/lot.ts';
import type { SamplingStandard } from '../../src-shared/sampling/plan.ts';
import type { SignatureMeaning, SignatureSubject } from '../../src-shared/signature.ts';
import type { HumanVerdict, ModelVerdict, Severity, VerdictEntry } from '../../src-shared/verdict.ts';

/** What {@link Schema.merged_rows} keeps the ids of. */
export type MergedKind = 'batch' | 'run' | 'verdict' | 'annotation' | 'disposition';

/** The tables as the newest migration leaves them. Times are ISO 8601 UTC; JSON columns hold text. */
export interface Schema {
  workspace: { id: string; created_at: string };
  recipes: {
    hash: string;
    json: string;
    name: string;
    revision: number;
    parent_hash: string | null;
    inspector: string;
    created_at: string;
  };
  batches: {
    id: Generated<number>;
    name: string;
    object_name: string;
    part_number: string;
    revision: string;
    lot: string;
    order_number: string;
    recipe_hash: string | null;
    created_at: string;
    archived_at: string | null;
    /** Out of sight, with everything in it, until it is restored. */
    deleted_at: string | null;
    /** {@link Schema.days_of_use} at that time. */
    deleted_on_day: number | null;
    /** Being removed for good: JSON with who asked for it and what there was. */
    purge: string | null;
    /** JSON, by kind of samples; null: none yet. */
    sample_ranges: string | null;
    /** JSON: how large a pixel is; null: nobody has said. */
    scale: string | null;
    /** JSON: which part of some images it holds; null: they were never divided. */
    shard: string | null;
  };
  /** Begun and not ended. */
  imports: {
    id: Generated<number>;
    batch_id: number;
    /** JSON: what was chosen, files and folders. */
    paths: string;
    inspector: string;
    started_at: string;
    /** As in {@link Schema.runs}; null: begun by an older version, so it was stopped. */
    owner_token: string | null;
    owner_pid: number | null;
    owner_host: string | null;
    owner_process: string | null;
  };
  images: {
    id: Generated<number>;
    batch_id: number;
    /** Relative to the workspace with `/` when inside it, else absolute. */
    path: string;
    content_hash: string | null;
    bytes: number | null;
    width: number | null;
    height: number | null;
    added_at: string;
    sample_kind: BatchImage['sampleKind'];
    /** Pictures of the file. */
    pages: Generated<number>;
    /** Which of them it is, from 0. */
    page: Generated<number>;
    /** The same as readers count; null where the file has one picture. */
    page_index: number | null;
    /** How often its file had been written anew under this name; see `followed-files.ts`. */
    rewrites: Generated<number>;
  };
  followed_folders: {
    id: Generated<number>;
    /** As of {@link Schema.images}. */
    path: string;
    /** JSON: `FollowSettings`. */
    settings: string;
    is_on: number;
    inspector: string;
    created_at: string;
    /** As in {@link Schema.imports}. */
    owner_token: string | null;
    owner_pid: number | null;
    owner_host: string | null;
    owner_process: string | null;
  };
  followed_batches: { folder_id: number; purpose: string; batch_id: number };
  followed_files: {
    folder_id: number;
    /** As of {@link Schema.images}. */
    path: string;
    content_hash: string | null;
    bytes: number | null;
    /** Milliseconds since 1970. */
    modified_at: number | null;
  };
  /** What is told to a broker, until it has it. */
  outbox: {
    id: Generated<number>;
    folder_id: number;
    key: string;
    kind: 'result';
    /** JSON. */
    payload: string;
    created_at: string;
  };
  runs: {
    id: Generated<number>;
    batch_id: number;
    recipe_hash: string;
    pack_hash: string;
    device_asked: DeviceRequest;
    device_running: RunningDevice;
    device_reason: string | null;
    software_version: string;
    status: RunStatus;
    /** The run covers the batch's images up to this one. */
    last_image_id: number;
    owner_token: string;
    owner_pid: number;
    owner_host: string;
    /** Which of the processes with that id it is; null where the system does not tell. */
    owner_process: string | null;
    heartbeat_at: string;
    started_at: string;
    ended_at: string | null;
    error_code: ErrorCode | null;
    error_message: string | null;
    error_details: string | null;
    /** JSON: those of the batch when the run began. */
    sample_ranges: string | null;
    /** JSON: what its images are compared with; null: nothing, or not decided yet. */
    comparison: string | null;
    /** JSON: the same in short, once it is ready. */
    compared_with: string | null;
    /** JSON: where it looks, as it was when it began; null: everywhere. */
    area: string | null;
    /** JSON: the batch's or the recipe's, when it began; null: neither has one. */
    scale: string | null;
  };
  areas: {
    id: Generated<number>;
    /** Key of the product. */
    product: string;
    revision: number;
    /** Null with the area: everywhere. */
    hash: string | null;
    /** JSON. */
    area: string | null;
    inspector: string;
    created_at: string;
  };
  results: {
    id: Generated<number>;
    run_id: number;
    image_id: number;
    status: 'done' | 'failed';
    finished_at: string;
    error_code: ErrorCode | null;
    error_message: string | null;
    error_details: string | null;
    content_hash: string | null;
    width: number | null;
    height: number | null;
    score: number | null;
    verdict: ModelVerdict | null;
    artifacts: string | null;
    /** Maps and mask were let go then; null: they are there. */
    artifacts_dropped_at: string | null;
    timings: string | null;
    device: string | null;
    recipe_hash: string | null;
    pack_hash: string | null;
    software_version: string | null;
    /** JSON; null: none. */
    notices: string | null;
    /** How many of the notices put the verdict in doubt. */
    doubts: Generated<number>;
    /** JSON: fields of the result without a column; null: none. */
    other_fields: string | null;
    /** How far the opinions are apart, 0..1; null: there is one. */
    disagreement: number | null;
  };
  regions: {
    result_id: number;
    region_index: number;
    box: string;
    area: number;
    peak: number;
    mean: number;
    polygons: string;
    prompts: string;
    levels: string;
    /** JSON: what each opinion says of it; null: language alone was asked. */
    opinions: string | null;
    /** Longest and shortest caliper of the outline in image pixels; null: not computed. */
    length: number | null;
    width: number | null;
    /** 1: smaller than the recipe's limits, does not count. */
    below_limit: Generated<number>;
  };
  region_counts: {
    result_id: number;
    /** A byte per θ of the profile, then one for the recipe's own θ. */
    counts: Uint8Array;
  };
  verdicts: {
    id: Generated<number>;
    run_id: number;
    image_id: number;
    verdict: VerdictEntry['verdict'];
    defect_class: string;
    severity: Severity | null;
    overturn_reason: string;
    comment: string;
    inspector: string;
    created_at: string;
    supersedes: number | null;
  };
  /** See `request-keys.ts`. */
  request_keys: {
    key: string;
    subject: 'verdict' | 'annotation';
    subject_id: number;
    day: number;
  };
  /** What counts of each result, see `total-tables.ts`; written by triggers alone. */
  inspected_images: {
    run_id: number;
    image_id: number;
    /** Of the inspection by the model. */
    day: string;
    model: ModelVerdict | 'failed';
    human: HumanVerdict | 'none';
    defect_class: string;
    severity: Severity | 'none';
    inspector: string;
    /** Of the inspector's verdict. */
    judged_day: string;
    score: number | null;
    milliseconds: number | null;
  };
  annotations: {
    id: Generated<number>;
    run_id: number;
    image_id: number;
    /** Null in a retraction. */
    kind: AnnotationKind | null;
    region_index: number | null;
    polygons: string | null;
    defect_class: string;
    comment: string;
    inspector: string;
    created_at: string;
    retracts: number | null;
  };
  studies: {
    id: Generated<number>;
    batch_id: number;
    name: string;
    rounds: number;
    /** What the order of the images comes from. */
    seed: string;
    inspector: string;
    created_at: string;
  };
  study_images: {
    study_id: number;
    image_id: number;
    /** Of the image when the study was made. */
    content_hash: string | null;
  };
  study_judgements: {
    id: Generated<number>;
    study_id: number;
    inspector: string;
    /** From 1. */
    round: number;
    image_id: number;
    verdict: VerdictEntry['verdict'];
    /** From the image's appearance to the answer. */
    milliseconds: number;
    created_at: string;
    supersedes: number | null;
  };
  lots: {
    id: Generated<number>;
    batch_id: number;
    part_number: string;
    supplier: string;
    lot: string;
    /** Items. */
    size: number;
    standard: SamplingStandard;
    level: InspectionLevel;
    /** JSON, by class of nonconformities. */
    plans: string;
    /** JSON: what the switching rules had proposed, by class. */
    proposed: string;
    override_reason: string;
    /** Another lot, which may be gone by now. */
    resubmits: number | null;
    seed: string;
    /** JSON: what the sample was drawn from. */
    frame: string;
    inspector: string;
    created_at: string;
  };
  lot_images: {
    lot_id: number;
    /** From 1, in the order in which they were drawn. */
    place: number;
    image_id: number;
    /** Of the image when it was drawn. */
    content_hash: string | null;
  };
  lot_decisions: {
    id: Generated<number>;
    lot_id: number;
    disposition: LotDisposition;
    comment: string;
    /** The run whose verdicts it was based on. */
    run_id: number | null;
    /** JSON: what had been found then. */
    finding: string;
    inspector: string;
    created_at: string;
    supersedes: number | null;
  };
  people: {
    id: Generated<number>;
    /** Unique, whatever the case. */
    name: string;
    role: Role;
    /** Never the PIN itself: what it can be checked against. */
    pin: string;
    created_at: string;
    /** May not sign in any more. */
    removed_at: string | null;
    /** Counts new roles and PINs, going and coming back. */
    epoch: Generated<number>;
    /** Since the last right one. */
    wrong_pins: Generated<number>;
  };
  /** Every opening and closing with changes; the newest also stands in a file beside the artifacts. */
  marks: {
    generation: Generated<number>;
    token: string;
    made_at: string;
    /** Nothing is known about the artifacts that were there before; `accepted`: another database knew more of them. */
    beginning: 'new' | 'accepted' | null;
  };
  /** One row. */
  days_of_use: {
    id: number;
    days: number;
    /** Of the day counted last; empty before the first. */
    date: string;
    /** That the program ran since. */
    milliseconds: number;
  };
  /** Of results that were removed: files that may go unless another result names them. */
  released_artifacts: {
    sha256: string;
    /** 1: somebody asked for it to be removed for good. */
    at_once: 0 | 1;
  };
  /** Files in the quarantine folder. */
  set_aside: {
    file: string;
    day: number;
  };
  settings: {
    name: string;
    /** JSON. */
    value: string;
  };
  /** What products are compared with, whether or not it counts. */
  memory_items: {
    id: Generated<number>;
    /** JSON, in one form for the same product. */
    product: string;
    kind: MemoryKind;
    /** Also the name of the artifact that is a copy of the file. */
    content_hash: string;
    /** JSON; null: the file has one picture. */
    page: string | null;
    /** JSON; null: the file decides. */
    sample_range: string | null;
    /** They may be gone by now. */
    image_id: number | null;
    run_id: number | null;
    /** As images' paths. */
    source: string;
    polygons: string | null;
    width: number | null;
    height: number | null;
    inspector: string;
    created_at: string;
  };
  /** Changes of what counts, asked for. */
  memory_changes: {
    id: Generated<number>;
    product: string;
    undoes: number | null;
    origin: MemoryChange['origin'];
    /** The annotation or verdict. */
    origin_id: number | null;
    inspector: string;
    created_at: string;
    /** The program that it was asked in, as in {@link Schema.runs}. */
    owner_token: string;
    owner_pid: number;
    owner_host: string;
    owner_process: string | null;
  };
  memory_effects: { change_id: number; item_id: number; effect: 'add' | 'remove' };
  /** Changes that wait for somebody's word. */
  memory_examinations: {
    change_id: number;
    /** JSON. */
    outcome: string;
    created_at: string;
  };
  /** Changes count in the order of these. */
  memory_decisions: {
    id: Generated<number>;
    change_id: number;
    is_effective: 0 | 1;
    /** Null: nobody had to be asked. */
    inspector: string | null;
    comment: string;
    created_at: string;
  };
  /** What came from other workspaces, which are named by their ids. */
  merged_rows: {
    workspace: string;
    kind: MergedKind;
    /** Of the row there. */
    source_id: number;
    /** SHA-256 of what the row says. */
    content_hash: string;
    /** Of the row here; it may be gone with its batch. */
    row_id: number;
  };
  /** The audit trails of other workspaces, as they were. */
  merged_entries: {
    workspace: string;
    id: number;
    inspector: string;
    created_at: string;
    action: string;
    subject: string;
    subject_id: string;
    old_value: string | null;
    new_value: string | null;
    hash: string;
  };
  /** Outlive their batches. */
  reports: {
    id: Generated<number>;
    number: number;
    revision: number;
    run_id: number;
    batch_id: number;
    /** JSON: what was written on the batch. */
    batch: string;
    /** JSON. */
    options: string;
    /** Artifacts. */
    records_hash: string;
    file: string;
    bytes: number;
    pages: number;
    reason: string;
    /** JSON; null: the first revision. */
    changes: string | null;
    change_count: number;
    inspector: string;
    software_version: string;
    created_at: string;
  };
  /** Of nonconforming images. */
  dispositions: {
    id: Generated<number>;
    run_id: number;
    image_id: number;
    disposition: DispositionEntry['disposition'];
    comment: string;
    inspector: string;
    created_at: string;
    supersedes: number | null;
  };
  /** What was signed: canonical JSON by its SHA-256. */
  signed_records: { hash: string; json: string };
  signatures: {
    id: Generated<number>;
    subject: SignatureSubject;
    subject_id: string;
    /** Null in a withdrawal, as {@link Schema.signatures.record_hash}. */
    meaning: SignatureMeaning | null;
    record_hash: string | null;
    /** The signature that is taken back. */
    withdraws: number | null;
    /** Of a withdrawal; else empty. */
    reason: string;
    person_id: number;
    printed_name: string;
    role: Role;
    signed_at: string;
    /** The latest time that was known, where the clock was behind it. */
    clock_behind: string | null;
    /** Over all columns but the id. */
    hash: string;
  };
  /** The newest verdict when a day of use began: tells how old a verdict is without a clock. */
  retention_days: { day: number; last_verdict_id: number };
  /** Made from this database. */
  backups: {
    id: Generated<number>;
    folder: string;
    /** Of the backup folder: another disk at its place has another one. */
    folder_id: string;
    generation: string;
    started_at: string;
    made_at: string;
    files: number;
    bytes: number;
    inspector: string;
  };
  audit_events: {
    id: Generated<number>;
    inspector: string;
    created_at: string;
    action: string;
    subject: string;
    subject_id: string;
    old_value: string | null;
    new_value: string | null;
    /** Over the hash before and all of the above; empty: the program did not write this entry. */
    hash: string;
  };
}
