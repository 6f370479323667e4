import type { Database } from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';

/**
 * Kysely's SQLite dialect with three changes: transactions take the write lock at once (two programs that read
 * and then write would otherwise fail in the middle), migrations run in a transaction, and every error passes
 * through `translate`.
 */
export class WorkspaceDialect extends SqliteDialect {
  readonly #database: Database;
  readonly #translate: (error: unknown) => unknown;

  constructor(database: Database, translate: (error: unknown) => unknown) {
    super({ database });
    this.#database = database;
    this.#translate = translate;
  }

  override createDriver(): Driver {
    return new WorkspaceDriver(this.#database, this.#translate);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class WorkspaceDriver extends SqliteDriver {
  readonly #translate: (error: unknown) => unknown;

  constructor(database: Database, translate: (error: unknown) => unknown) {
    super({ database });
    this.#translate = translate;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new TranslatingConnection(await super.acquireConnection(), this.#translate);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite rolls back by itself on a full disk; a second rollback would hide that error behind its own.
    await super.rollbackTransaction(connection).catch(() => {});
  }
}

class TranslatingConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #translate: (error: unknown) => unknown;

  constructor(inner: DatabaseConnection, translate: (error: unknown) => unknown) {
    this.#inner = inner;
    this.#translate = translate;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#inner.executeQuery<R>(query);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}
