import { consoleLog } from '@ai-proxy/core';
import type { Ledger, Log } from '@ai-proxy/core';
import type { SqlDatabase } from '../database/open-sql.ts';
import { createLedgerWork, toLedger } from './ledger-work.ts';
import { startRetention } from './retention.ts';
import type { Retention } from './retention.ts';
import { createLedgerInWorker } from './worker/ledger-in-worker.ts';

export interface SqlLedgerOptions {
  /** For errors and the log. @default 'ledger' */
  readonly name?: string;
  /** How long accounts and sums are kept; by default for ever. */
  readonly retention?: Retention;
  /** Where a failed pruning is told; by default the console. */
  readonly log?: Log;
}

/**
 * A ledger in a database. On SQLite all of its work is done in a thread of its own, with its own connection, because node:sqlite is synchronous; `close()` ends
 * that thread. On PostgreSQL it shares the connections of the database, which whoever opened it closes.
 */
export function sqlLedger(database: SqlDatabase, { name = 'ledger', retention, log = consoleLog }: SqlLedgerOptions = {}): Ledger {
  const work = database.kind === 'sqlite' ? createLedgerInWorker(database.url) : createLedgerWork(database);
  const ledger = toLedger(name, work);
  return retention ? startRetention(ledger, retention, log) : ledger;
}
