import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from '../migrations/migrations.ts';
import type { DatabaseKind } from './open-sql.ts';
import type { Database } from './schema.ts';

/** The same number in every instance, so that they wait for each other. */
const lock = 7_416_293_551_084_226;

/**
 * Brings the tables up to date, in one transaction. Instances that start together do it one after the other: on PostgreSQL an advisory lock makes them wait, on
 * SQLite the transaction itself, which is the only one that may write.
 */
export async function migrate(database: Database, kind: DatabaseKind): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(transaction);
    const migrator = new Migrator({
      db: transaction,
      provider: { getMigrations: async () => migrations(kind) },
      migrationTableName: 'ai_proxy_migrations',
      migrationLockTableName: 'ai_proxy_migration_lock',
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw new Error('The tables of ai-proxy could not be brought up to date.', { cause: error });
  });
}
