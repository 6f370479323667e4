import type { Client } from 'pg';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { RecordTableName } from '../../src-shared/plant-record.ts';
import { type BlockChanges, type HashedEntry, writeBlockRows } from './block-writer.ts';
import type { RecordAddress } from './record-address.ts';
import { toRecordError } from './record-errors.ts';
import { migrateRecord } from './record-migrations.ts';

/** PostgreSQL 14, as `server_version_num` has it. */
const OLDEST = 140_000;
/** Milliseconds: to connect, and for one answer. Whoever does not answer for so long counts as away. */
const CONNECTING = 15_000;
const ANSWERING = 120_000;
/** A transaction in which nothing happens for so long ends: its program hangs, and others wait for its lock. */
const STANDING_STILL = '60s';

/** What is known of a workspace in the record. */
interface KnownWorkspace {
  /** The newest state that was read. */
  readonly mark: string;
}

/** The record of a plant in PostgreSQL, over one connection. */
export class PlantRecord {
  readonly #client: Client;
  readonly shown: string;

  private constructor(client: Client, shown: string) {
    this.#client = client;
    this.shown = shown;
  }

  /**
   * Connects, and brings the schema up to date.
   * @throws ClipSamError `record-unreachable`; `record-refused` when the server is older than PostgreSQL 14, denies the
   * sign-in or a right, or the schema is newer
   */
  static async open(address: RecordAddress): Promise<PlantRecord> {
    const { shown, tls, ...where } = address;
    const { Client } = await import('pg');
    const client = new Client({
      ...where,
      ssl: tls,
      application_name: 'clipsam sync',
      connectionTimeoutMillis: CONNECTING,
      query_timeout: ANSWERING,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    // A connection that breaks between two questions is found by the next one.
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ number: string; name: string }>(
        `select current_setting('server_version_num') as number, current_setting('server_version') as name`,
      );
      refuseOld(rows[0]!, shown);
      await client.query(`set idle_in_transaction_session_timeout = '${STANDING_STILL}'`);
      await client.query(`set client_min_messages = warning`);
      await migrateRecord(client, shown);
      return new PlantRecord(client, shown);
    } catch (error) {
      await client.end().catch(() => {});
      throw toRecordError(error, shown);
    }
  }

  /**
   * Says that a workspace is about to be written, in the state that `mark` names.
   * @param comesFrom whether the workspace comes from a state that was read before
   * @throws ClipSamError `record-refused` when it does not: it is an older copy, or another one was synced
   */
  async begin(
    workspaceId: string,
    entry: { readonly label: string; readonly mark: string; readonly softwareVersion: string },
    comesFrom: (mark: string) => Promise<boolean>,
  ): Promise<void> {
    await this.#locked(workspaceId, async () => {
      const { rows } = await this.#client.query<KnownWorkspace>(
        'select mark from clipsam.workspaces where workspace_id = $1',
        [workspaceId],
      );
      if (rows[0] && !(await comesFrom(rows[0].mark))) throw isOther(this.shown);
      await this.#client.query(
        `insert into clipsam.workspaces (workspace_id, label, mark, software_version, first_synced_at)
         values ($1, $2, $3, $4, now())
         on conflict (workspace_id) do update
         set label = excluded.label, mark = excluded.mark, software_version = excluded.software_version`,
        [workspaceId, entry.label, entry.mark, entry.softwareVersion],
      );
    });
  }

  /** Digests of the blocks of a table, as they were written last; of empty ones too, which are ''. */
  async digests(workspaceId: string, name: RecordTableName): Promise<Map<number, string>> {
    const { rows } = await this.#asked(() =>
      this.#client.query<{ block: string; digest: string }>(
        'select block, digest from clipsam.sync_blocks where workspace_id = $1 and table_name = $2',
        [workspaceId, name],
      ),
    );
    return new Map(rows.map(({ block, digest }) => [Number(block), digest]));
  }

  /**
   * Makes a block what it is in the workspace, in one transaction. Of several programs one does so at a time.
   * @param read what it is, asked once nobody else writes
   */
  async writeBlock(
    workspaceId: string,
    name: RecordTableName,
    block: number,
    read: () => Promise<{ readonly entries: readonly HashedEntry[]; readonly digest: string }>,
  ): Promise<BlockChanges> {
    return this.#locked(workspaceId, async () => {
      const { entries, digest } = await read();
      const changes = await writeBlockRows(this.#client, workspaceId, name, block, entries);
      await this.#client.query(
        `insert into clipsam.sync_blocks (workspace_id, table_name, block, digest) values ($1, $2, $3, $4)
         on conflict (workspace_id, table_name, block) do update set digest = excluded.digest`,
        [workspaceId, name, block, digest],
      );
      return changes;
    });
  }

  /** Says that everything of a workspace is here. */
  async end(workspaceId: string): Promise<void> {
    await this.#asked(() =>
      this.#client.query('update clipsam.workspaces set last_synced_at = now() where workspace_id = $1', [
        workspaceId,
      ]),
    );
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  /** A transaction that only one program has for this workspace. */
  #locked<T>(workspaceId: string, act: () => Promise<T>): Promise<T> {
    return this.#asked(async () => {
      await this.#client.query('begin');
      try {
        await this.#client.query(`select pg_advisory_xact_lock(hashtextextended('clipsam ' || $1, 0))`, [
          workspaceId,
        ]);
        const outcome = await act();
        await this.#client.query('commit');
        return outcome;
      } catch (error) {
        await this.#client.query('rollback').catch(() => {});
        throw error;
      }
    });
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw toRecordError(error, this.shown);
    }
  }
}

function refuseOld(
  { number, name }: { readonly number: string; readonly name: string },
  shown: string,
): void {
  if (Number(number) >= OLDEST) return;
  throw new ClipSamError(
    'record-refused',
    `PostgreSQL at ${shown} is version ${name}: the record needs 14 or newer.`,
  );
}

function isOther(shown: string): ClipSamError {
  return new ClipSamError(
    'record-refused',
    `The record at ${shown} has this workspace in a state that this folder does not come from: it is another copy of the workspace, or an older one that was restored. Where this folder is the one that counts from now on, add --replace: rows that it does not have are then marked as deleted.`,
  );
}
