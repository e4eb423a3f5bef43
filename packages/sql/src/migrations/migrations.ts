import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database/open-sql.ts';
import { ledgerMigration } from './0001-ledger.ts';

/** What made the tables what they are, in order. One that was published is never changed. */
export const migrations = (kind: DatabaseKind): Record<string, Migration> => ({
  '0001-ledger': ledgerMigration(kind),
});
