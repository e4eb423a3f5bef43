import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, DialectAdapter, Driver, SqliteDatabase, SqliteDialectConfig, SqliteStatement } from 'kysely';

export interface SqliteOptions {
  /** Milliseconds for which SQLite waits for a lock, and the thread with it. @default 10000 */
  readonly busyTimeout?: number;
}

/** node:sqlite for Kysely. The database is opened at the first query. */
export function createSqliteDialect(path: string, { busyTimeout = 10_000 }: SqliteOptions = {}): SqliteDialect {
  return new EmbeddedDialect({ database: async () => toSqliteDatabase(await openFile(path, busyTimeout)) });
}

async function openFile(path: string, busyTimeout: number): Promise<DatabaseSync> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path);
  // Other threads and processes write too; a lock is waited for, and never held for long.
  database.exec(`pragma busy_timeout = ${busyTimeout}`);
  database.exec('pragma journal_mode = wal');
  // With a write-ahead log, what was committed survives the death of the process; the last moments before a power failure may be lost, never the file.
  database.exec('pragma synchronous = normal');
  database.exec('pragma cache_size = -65536');
  return database;
}

/** Statements are compiled once: a ledger asks few questions, often. */
function toSqliteDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      const known = statements.get(text);
      if (known) return known;
      const statement = database.prepare(text);
      const prepared: SqliteStatement = {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...toInput(parameters)),
        run: (parameters) => statement.run(...toInput(parameters)),
        iterate: (parameters) => statement.iterate(...toInput(parameters)),
      };
      if (statements.size >= 200) statements.clear();
      statements.set(text, prepared);
      return prepared;
    },
  };
}

// Kysely hands over what its own types have checked.
const toInput = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];

class EmbeddedDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new EmbeddedDriver(this.#config);
  }

  override createAdapter(): DialectAdapter {
    return new EmbeddedAdapter();
  }
}

class EmbeddedDriver extends SqliteDriver {
  /** A transaction that begins to write half way cannot wait for another writer: SQLite refuses it instead. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class EmbeddedAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
