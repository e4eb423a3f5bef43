import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database/open-sql.ts';

/** The table of who owns what was made at a provider. */
export function ownersMigration(kind: DatabaseKind): Migration {
  const isSqlite = kind === 'sqlite';
  // Cursors compare texts as bytes, whatever language the server was set up for.
  const text = isSqlite ? sql`text` : sql`text collate "C"`;

  return {
    async up(database) {
      const table = database.schema
        .createTable('ai_proxy_objects')
        .addColumn('provider', text, (column) => column.notNull())
        .addColumn('kind', text, (column) => column.notNull())
        .addColumn('id', text, (column) => column.notNull())
        .addColumn('owner', text, (column) => column.notNull())
        .addColumn('noted_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('ai_proxy_objects_key', ['provider', 'kind', 'id']);
      await (isSqlite ? table.modifyEnd(sql`without rowid`) : table).execute();
      await database.schema
        .createIndex('ai_proxy_objects_by_owner')
        .on('ai_proxy_objects')
        .columns(['owner', 'provider', 'kind', 'id'])
        .execute();
    },
  };
}
