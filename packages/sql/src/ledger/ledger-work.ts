import { toRecordedCall } from '@ai-proxy/core/ledger';
import type { Ledger, RecordedCall } from '@ai-proxy/core';
import type { SqlDatabase } from '../database/open-sql.ts';
import { keepFeedback } from './keep-feedback.ts';
import { pruneCalls } from './prune-calls.ts';
import { readCall, readCalls } from './read-calls.ts';
import { recordCalls } from './record-calls.ts';
import { sumSpend } from './sum-spend.ts';

/** The work of a ledger, of which a worker does all but the making of the accounts. */
export type LedgerWork = Omit<Ledger, 'name' | 'record'> & { recordCalls(calls: readonly RecordedCall[]): Promise<void> };

/** A ledger's work, done where it is asked for. */
export function createLedgerWork(database: SqlDatabase): LedgerWork {
  const { kind } = database;
  return {
    recordCalls: async (calls) => recordCalls(await database.connect(), kind, calls),
    calls: async (filter = {}, cursor, limit) => readCalls(await database.connect(), filter, cursor, limit),
    call: async (id) => readCall(await database.connect(), id),
    spend: async (query) => sumSpend(await database.connect(), query),
    feedback: async (id, feedback) => keepFeedback(await database.connect(), id, feedback),
    prune: async (what) => pruneCalls(await database.connect(), kind, what),
    // The database is shared: who opened it closes it.
    close: async () => {},
  };
}

/** The work as a ledger. */
export function toLedger(name: string, { recordCalls: keep, ...work }: LedgerWork): Ledger {
  return { name, ...work, record: async (receipts) => keep(receipts.map(toRecordedCall)) };
}
