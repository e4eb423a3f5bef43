import { consoleLog } from '@ai-proxy/core';
import type { Counter, Log } from '@ai-proxy/core';
import { parseDatabaseUrl } from '../database/database-url.ts';
import type { SqlDatabase } from '../database/open-sql.ts';
import { createCounter } from './create-counter.ts';
import { createPostgresTables } from './postgres/postgres-tables.ts';
import { createSqliteTables } from './sqlite/sqlite-tables.ts';

export interface SqlCounterOptions {
  /** For errors and the log. @default 'sql counter' */
  readonly name?: string;
  /** By when a call must have been answered, in milliseconds; then it is rejected. @default 200 */
  readonly deadline?: number;
  /** Only for SQLite: the file that is counted in; who shares it shares what is counted. @default the database's path with `.counters` behind it */
  readonly file?: string;
  /** Only for PostgreSQL: connections of its own at most, so that it never waits for the ledger's work. @default 3 */
  readonly connections?: number;
  /** Where it is told that a damaged file was set aside. @default the console */
  readonly log?: Log;
}

/**
 * A counter in a database: for several processes of one machine on SQLite, for several machines with modest loads on PostgreSQL.
 *
 * On SQLite it counts in a file of its own beside the database. What is counted is no truth: what was spent stands in the ledger, and a sum that is missing is opened
 * from there. So nobody has to back the file up or sync it to the disk, it may be thrown away, and no long work of the ledger ever holds its lock.
 * On PostgreSQL the tables are not logged, for the same reason.
 */
export function sqlCounter(
  database: SqlDatabase,
  { name = 'sql counter', deadline = 200, file, connections = 3, log = consoleLog }: SqlCounterOptions = {},
): Counter {
  const place = parseDatabaseUrl(database.url);
  return createCounter(
    name,
    place.kind === 'postgres'
      ? createPostgresTables({ database, name, deadline, connections })
      : createSqliteTables({ name, path: file ?? `${place.path}.counters`, deadline, log, now: Date.now }),
  );
}
