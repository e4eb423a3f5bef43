import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database/open-sql.ts';

/** The tables of virtual keys. */
export function keysMigration(kind: DatabaseKind): Migration {
  const isSqlite = kind === 'sqlite';
  // Cursors compare texts as bytes, whatever language the server was set up for.
  const text = isSqlite ? sql`text` : sql`text collate "C"`;
  const bytes = isSqlite ? sql`blob` : sql`bytea`;
  // In SQLite only a column of this very type is the place of the row itself: one search less for each key.
  const number = isSqlite ? sql`integer` : sql`bigint`;
  const clustered = isSqlite ? sql`without rowid` : sql``;

  return {
    async up(database) {
      let keys = database.schema
        .createTable('ai_proxy_keys')
        .addColumn('number', number, (column) => column.primaryKey().notNull())
        .addColumn('id', text, (column) => column.notNull().unique())
        .addColumn('version', 'bigint', (column) => column.notNull())
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('masked', text, (column) => column.notNull());
      for (const name of ['alias', 'owner', 'team', 'parent']) keys = keys.addColumn(name, text);
      keys = keys
        .addColumn('expires_at', 'bigint')
        .addColumn('blocked', 'integer', (column) => column.notNull())
        .addColumn('manages_keys', 'integer', (column) => column.notNull())
        .addColumn('max_output_tokens', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', text, (column) => column.notNull())
        .addColumn('details', text);
      await keys.execute();
      await database.schema
        .createIndex('ai_proxy_keys_by_alias')
        .unique()
        .on('ai_proxy_keys')
        .columns(['alias'])
        .where(sql.ref('alias'), 'is not', null)
        .execute();
      for (const name of ['owner', 'team', 'parent']) {
        await database.schema
          .createIndex(`ai_proxy_keys_by_${name}`)
          .on('ai_proxy_keys')
          .columns([name, 'id'])
          .where(sql.ref(name), 'is not', null)
          .execute();
      }

      await database.schema
        .createTable('ai_proxy_key_hashes')
        .addColumn('hash', bytes, (column) => column.primaryKey().notNull())
        .addColumn('key_number', number, (column) => column.notNull())
        .modifyEnd(clustered)
        .execute();

      await database.schema
        .createTable('ai_proxy_key_changes')
        .addColumn('id', text, (column) => column.primaryKey().notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('made_by', text, (column) => column.notNull())
        .addColumn('action', text, (column) => column.notNull())
        .addColumn('key_id', text, (column) => column.notNull())
        .addColumn('before', text, (column) => column.notNull())
        .addColumn('after', text, (column) => column.notNull())
        .modifyEnd(clustered)
        .execute();
      for (const name of ['key_id', 'made_by', 'at']) {
        await database.schema.createIndex(`ai_proxy_key_changes_by_${name}`).on('ai_proxy_key_changes').columns([name, 'id']).execute();
      }

      await database.schema
        .createTable('ai_proxy_key_news')
        .addColumn('number', number, (column) => column.primaryKey().notNull())
        .addColumn('key_id', text, (column) => column.notNull())
        .addColumn('change_id', text, (column) => column.notNull())
        .execute();
    },
  };
}
