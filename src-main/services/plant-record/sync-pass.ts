import { basename } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { RECORD_TABLE_NAMES, type RecordTableName } from '../../../src-shared/plant-record.ts';
import { SOFTWARE_VERSION } from '../../../src-shared/version.ts';
import { sha256 } from '../../files/hash.ts';
import type { PlantRecord } from '../../postgres/plant-record.ts';
import {
  failedResults,
  imageBlocksOfResults,
  knowsMark,
  newestMark,
  presentBatches,
  recordBlockOf,
  recordBlocks,
  recordEntries,
} from '../../store/record-rows.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Tables that only ever grow at their end, or are large: a quick pass looks at their last blocks. */
const LARGE: readonly RecordTableName[] = [
  'images',
  'results',
  'verdicts',
  'annotations',
  'dispositions',
  'study_judgements',
];

/** How far a pass is. */
export interface SyncProgress {
  readonly table: RecordTableName;
  /** Blocks of 1,000 ids. */
  readonly done: number;
  readonly total: number;
}

/** What a pass did. */
export interface SyncOutcome {
  /** Rows that were sent: new, or other than before. */
  readonly written: number;
  /** Rows that are not in the workspace any more, and were marked. */
  readonly removed: number;
}

export interface SyncPassOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
}

/**
 * Brings the rows of a workspace into a record, over one connection. What a table holds is compared by digests of blocks of
 * 1,000 ids, so nothing depends on how rows were changed: by a run, by hand, by putting an older database back. A block
 * and its digest are written in one transaction: whatever is interrupted goes on at the block where it was.
 */
export class WorkspaceSync {
  readonly #workspace: Workspace;
  readonly #record: PlantRecord;
  readonly #options: SyncPassOptions;
  readonly #digests = new Map<RecordTableName, Map<number, string>>();
  /** The block that the newest row of a large table was in. */
  readonly #last = new Map<RecordTableName, number>();
  #failed: ReadonlySet<number> = new Set();
  /** Whether each of the batches was on its way out. */
  #batches: ReadonlyMap<number, boolean> = new Map();

  constructor(workspace: Workspace, record: PlantRecord, options: SyncPassOptions = {}) {
    this.#workspace = workspace;
    this.#record = record;
    this.#options = options;
  }

  /**
   * @param options.label what the workspace is called in the record; default: its folder's name
   * @param options.replace true: also when the record has another state of it
   * @throws ClipSamError `record-refused` when the record has a state of the workspace that this one does not come from
   */
  async begin(options: { readonly label?: string | undefined; readonly replace?: boolean }): Promise<void> {
    const { label = basename(this.#workspace.folder), replace = false } = options;
    const mark = await newestMark(this.#workspace);
    const entry = { label, mark, softwareVersion: SOFTWARE_VERSION };
    await this.#record.begin(
      this.#workspace.id,
      entry,
      async (known) => replace || (await knowsMark(this.#workspace, known)),
    );
    for (const name of RECORD_TABLE_NAMES) {
      this.#digests.set(name, await this.#record.digests(this.#workspace.id, name));
    }
  }

  /** Compares everything. */
  async full(): Promise<SyncOutcome> {
    await this.#remember();
    const outcome = { written: 0, removed: 0 };
    for (const name of RECORD_TABLE_NAMES) {
      const here = await recordBlocks(this.#workspace, name);
      const blocks = new Set([...here, ...this.#digests.get(name)!.keys()]);
      await this.#compare(
        name,
        [...blocks].sort((a, b) => a - b),
        outcome,
      );
      this.#last.set(name, here.at(-1) ?? 0);
    }
    await this.#record.end(this.#workspace.id);
    return outcome;
  }

  /**
   * Compares what changes in everyday work: small tables, what was added at the end of large ones, and what those
   * additions tell of. Where a batch is removed for good, everything.
   */
  async quick(): Promise<SyncOutcome> {
    const [failed, batches] = [this.#failed, this.#batches];
    await this.#remember();
    if ([...batches].some(([id, leaving]) => leaving || !this.#batches.has(id))) return this.full();
    const mended = [...failed].filter((id) => !this.#failed.has(id)).map(recordBlockOf);
    const outcome = { written: 0, removed: 0 };
    const fromResults = Math.min(this.#last.get('results') ?? 0, ...mended);
    const inspected = await imageBlocksOfResults(this.#workspace, fromResults);
    for (const name of RECORD_TABLE_NAMES) {
      const from = LARGE.includes(name) ? (this.#last.get(name) ?? 0) : 0;
      const added = await recordBlocks(this.#workspace, name, from);
      const others = name === 'results' ? mended : name === 'images' ? inspected : [];
      await this.#compare(name, [...new Set([...added, ...others])], outcome);
      this.#last.set(name, added.at(-1) ?? from);
    }
    await this.#record.end(this.#workspace.id);
    return outcome;
  }

  /** What is looked at before rows are read: what changes meanwhile counts for the next pass. */
  async #remember(): Promise<void> {
    this.#failed = new Set(await failedResults(this.#workspace));
    const batches = await presentBatches(this.#workspace);
    this.#batches = new Map(batches.map(({ id, leaving }) => [id, leaving]));
  }

  async #compare(
    name: RecordTableName,
    blocks: readonly number[],
    outcome: { written: number; removed: number },
  ): Promise<void> {
    const digests = this.#digests.get(name)!;
    for (const [index, block] of blocks.entries()) {
      throwIfCancelled(this.#options.signal);
      this.#options.onProgress?.({ table: name, done: index, total: blocks.length });
      const known = digests.get(block);
      if (known !== undefined && (await this.#read(name, block)).digest === known) continue;
      let digest = '';
      const changes = await this.#record.writeBlock(this.#workspace.id, name, block, async () => {
        const content = await this.#read(name, block);
        digest = content.digest;
        return content;
      });
      digests.set(block, digest);
      outcome.written += changes.written;
      outcome.removed += changes.removed;
    }
  }

  /** A block with the hash of each row, and of all of them; '' for an empty one. */
  async #read(name: RecordTableName, block: number) {
    const found = await recordEntries(this.#workspace, name, block);
    const entries = found.map((entry) => ({
      ...entry,
      hash: sha256(JSON.stringify([entry.row, entry.parts])).slice(0, 32),
    }));
    return { entries, digest: entries.length === 0 ? '' : sha256(entries.map(({ hash }) => hash).join('')) };
  }
}
