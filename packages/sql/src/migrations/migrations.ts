import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database/open-sql.ts';
import { ledgerMigration } from './0001-ledger.ts';
import { keysMigration } from './0002-keys.ts';
import { countersMigration } from './0003-counters.ts';
import { ownersMigration } from './0004-owners.ts';

/** What made the tables what they are, in order. One that was published is never changed. */
export const migrations = (kind: DatabaseKind): Record<string, Migration> => ({
  '0001-ledger': ledgerMigration(kind),
  '0002-keys': keysMigration(kind),
  '0003-counters': countersMigration(kind),
  '0004-owners': ownersMigration(kind),
});
