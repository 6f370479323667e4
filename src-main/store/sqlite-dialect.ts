import type { Database, Statement } from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';

/** Statements kept prepared. */
const STATEMENTS = 100;

/**
 * Kysely's SQLite dialect with four changes: transactions take the write lock at once (two programs that read
 * and then write would otherwise fail in the middle), migrations run in a transaction, statements are prepared
 * once, and every error passes through `translate`.
 */
export class WorkspaceDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #translate: (error: unknown) => unknown;

  constructor(database: Database, translate: (error: unknown) => unknown) {
    super({ database });
    this.#database = withPreparedStatements(database);
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

  constructor(database: SqliteDatabase, translate: (error: unknown) => unknown) {
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

/**
 * Kysely prepares every query anew, and what SQLite holds for a statement is invisible to the garbage collector:
 * a long run would grow by tens of kilobytes per image.
 */
function withPreparedStatements(database: Database): SqliteDatabase {
  const statements = new Map<string, Statement>();
  return {
    close: () => void database.close(),
    prepare(sql) {
      const statement = statements.get(sql) ?? database.prepare(sql);
      // Used last, dropped last.
      statements.delete(sql);
      statements.set(sql, statement);
      if (statements.size > STATEMENTS) statements.delete(statements.keys().next().value!);
      return statement;
    },
  };
}
