export { openSql } from './database/open-sql.ts';
export type { DatabaseKind, SqlDatabase, SqlOptions } from './database/open-sql.ts';
export type { PostgresOptions } from './database/postgres-dialect.ts';
export type { CallRow, Database, FeedbackRow, MarkRow, Schema, SumRow, TagRow } from './database/schema.ts';
export { sqlLedger } from './ledger/sql-ledger.ts';
export type { SqlLedgerOptions } from './ledger/sql-ledger.ts';
export type { Retention } from './ledger/retention.ts';
export { ledgerSink } from './journal/ledger-sink.ts';
export type { LedgerSink, LedgerSinkOptions } from './journal/ledger-sink.ts';
