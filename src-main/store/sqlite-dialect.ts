import Database, { type Statement } from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteDialect,
} from 'kysely';
import type { Patience } from './patience.ts';

/** Statements kept prepared. */
const STATEMENTS = 100;

export interface DialectOptions {
  /** What errors become. */
  readonly translate: (error: unknown) => unknown;
  /** Called before whatever writes, and before a transaction counts as stored. Throws the reason why it must not be stored. */
  readonly checkWritable: () => void;
  /** For another program's write to end. */
  readonly patience: Patience;
}

/**
 * Kysely's SQLite dialect with these changes: transactions take the write lock at once (two programs that read and then
 * write would otherwise fail in the middle); while another program holds the lock, nobody but the writer waits;
 * migrations run in a transaction; statements are prepared once; every error passes through `translate`.
 */
export class WorkspaceDialect extends SqliteDialect {
  readonly #database: Database.Database;
  readonly #options: DialectOptions;

  constructor(database: Database.Database, options: DialectOptions) {
    super({ database });
    this.#database = database;
    this.#options = options;
  }

  override createDriver(): Driver {
    return new WorkspaceDriver(this.#database, this.#options);
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

/** One connection for all. Between the statements of a transaction nobody else has a turn. */
class WorkspaceDriver implements Driver {
  readonly #handle: Handle;

  constructor(database: Database.Database, options: DialectOptions) {
    this.#handle = new Handle(database, options);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<WorkspaceConnection> {
    return new WorkspaceConnection(this.#handle);
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#handle.begin(connection);
  }

  async commitTransaction(): Promise<void> {
    this.#handle.end('commit');
  }

  async rollbackTransaction(): Promise<void> {
    this.#handle.end('rollback');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#handle.close();
  }
}

class WorkspaceConnection implements DatabaseConnection {
  readonly #handle: Handle;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#handle.execute<R>(this, query);
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Results of a workspace are read in pages.');
  }
}

class Handle {
  readonly #database: Database.Database;
  readonly #options: DialectOptions;
  readonly #statements = new Map<string, Statement>();
  /** The transaction that is open: whose it is, and its end. */
  #transaction: { readonly of: DatabaseConnection; readonly end: PromiseWithResolvers<void> } | undefined;

  constructor(database: Database.Database, options: DialectOptions) {
    this.#database = database;
    this.#options = options;
  }

  begin(connection: DatabaseConnection): Promise<void> {
    return this.#inTurn(() => {
      this.#options.checkWritable();
      this.#run(CompiledQuery.raw('begin immediate'));
      this.#transaction = { of: connection, end: Promise.withResolvers() };
    });
  }

  async execute<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#transaction?.of === connection) {
      try {
        return this.#run(query);
      } catch (error) {
        throw this.#options.translate(error);
      }
    }
    return this.#inTurn(() => {
      const mayWrite = !SelectQueryNode.is(query.query) && !this.#prepare(query.sql).readonly;
      if (mayWrite) this.#options.checkWritable();
      return this.#run<R>(query);
    });
  }

  end(how: 'commit' | 'rollback'): void {
    try {
      if (how === 'commit') this.#options.checkWritable();
      this.#run(CompiledQuery.raw(how));
    } catch (error) {
      // SQLite rolls back by itself on a full disk; a second rollback would hide that error behind its own.
      if (how === 'commit') throw this.#options.translate(error);
    } finally {
      // A commit that failed is rolled back by who began it.
      if (!this.#database.inTransaction) {
        this.#transaction?.end.resolve();
        this.#transaction = undefined;
      }
    }
  }

  close(): void {
    this.#database.close();
  }

  /** Does it when no transaction is open, and again while another program is writing. */
  async #inTurn<T>(work: () => T): Promise<T> {
    const waiting = this.#options.patience.begin();
    try {
      for (;;) {
        while (this.#transaction) await this.#transaction.end.promise;
        try {
          return work();
        } catch (error) {
          if (!isBusy(error) || !(await waiting.again())) throw this.#options.translate(error);
        }
      }
    } finally {
      waiting.end();
    }
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const statement = this.#prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  /**
   * Kysely prepares every query anew, and what SQLite holds for a statement is invisible to the garbage collector: a long
   * run would grow by tens of kilobytes per image.
   */
  #prepare(sql: string): Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    // Used last, dropped last.
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > STATEMENTS) this.#statements.delete(this.#statements.keys().next().value!);
    return statement;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
