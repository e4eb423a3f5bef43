import { consoleLog } from '@ai-proxy/core';
import type { Counter, Log } from '@ai-proxy/core';
import { parseDatabaseUrl } from '../database/database-url.ts';
import type { SqlDatabase } from '../database/open-sql.ts';
import { createCounter } from './create-counter.ts';
import { createSqliteTables } from './sqlite/sqlite-tables.ts';

export interface SqlCounterOptions {
  /** For errors and the log. @default 'sql counter' */
  readonly name?: string;
  /** By when a call must have been answered, in milliseconds; then it is rejected. @default 200 */
  readonly deadline?: number;
  /** Only for SQLite: the file that is counted in; who shares it shares what is counted. @default the database's, with `.counters` behind it */
  readonly file?: string;
  /** Only for PostgreSQL: connections of its own at most, so that it never waits for the ledger's work. @default 3 */
  readonly connections?: number;
  /** Where it is told that a damaged file was set aside. @default the console */
  readonly log?: Log;
}

export function sqlCounter(
  database: SqlDatabase,
  { name = 'sql counter', deadline = 200, file, log = consoleLog }: SqlCounterOptions = {},
): Counter {
  const place = parseDatabaseUrl(database.url);
  if (place.kind === 'postgres') throw new Error('not yet');
  return createCounter(name, createSqliteTables({ name, path: file ?? `${place.path}.counters`, deadline, log, now: Date.now }));
}
