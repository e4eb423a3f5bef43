export { openSql } from './database/open-sql.ts';
export { withoutSecrets } from './database/without-secrets.ts';
export type { DatabaseKind, SqlDatabase, SqlOptions } from './database/open-sql.ts';
export type { PostgresOptions } from './database/postgres-dialect.ts';
export type {
  CallRow,
  Database,
  FeedbackRow,
  KeyChangeRow,
  KeyHashRow,
  KeyNewsRow,
  KeyRow,
  MarkRow,
  ObjectRow,
  Schema,
  SumRow,
  TagRow,
} from './database/schema.ts';
export { sqlKeyStore } from './keys/sql-key-store.ts';
export type { SqlKeyStoreOptions } from './keys/sql-key-store.ts';
export { sqlOwners } from './owners/sql-owners.ts';
export type { SqlOwners, SqlOwnersOptions } from './owners/sql-owners.ts';
export { sqlLedger } from './ledger/sql-ledger.ts';
export type { SqlLedgerOptions } from './ledger/sql-ledger.ts';
export type { Retention } from './ledger/retention.ts';
export { ledgerSink } from './journal/ledger-sink.ts';
export type { LedgerSink, LedgerSinkOptions } from './journal/ledger-sink.ts';
export { sqlCounter } from './counter/sql-counter.ts';
export type { SqlCounterOptions } from './counter/sql-counter.ts';
export { SqlError } from './counter/sql-error.ts';
export type { SqlErrorCode } from './counter/sql-error.ts';
