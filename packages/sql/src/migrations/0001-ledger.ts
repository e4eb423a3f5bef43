import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database/open-sql.ts';

/** The tables of the ledger. */
export function ledgerMigration(kind: DatabaseKind): Migration {
  // Cursors compare texts as bytes, whatever language the server was set up for.
  const text = kind === 'postgres' ? sql`text collate "C"` : sql`text`;
  // Rows that are only found by their key need no second place to live in.
  const clustered = <Name extends string, Column extends string>(
    table: CreateTableBuilder<Name, Column>,
  ): CreateTableBuilder<Name, Column> => (kind === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table);

  async function createCalls(database: Kysely<unknown>): Promise<void> {
    let table = database.schema
      .createTable('ai_proxy_calls')
      .addColumn('id', text, (column) => column.primaryKey().notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull());
    for (const name of ['operation', 'dialect', 'face', 'outcome']) table = table.addColumn(name, text, (column) => column.notNull());
    for (const name of optionalTexts) table = table.addColumn(name, text);
    for (const name of ['stream', 'attempts', 'step']) table = table.addColumn(name, 'integer', (column) => column.notNull());
    table = table.addColumn('status', 'integer');
    for (const name of ['total_us', 'overhead_us']) table = table.addColumn(name, 'bigint', (column) => column.notNull());
    for (const name of optionalNumbers) table = table.addColumn(name, 'bigint');
    await table.execute();

    const index = (name: string): ReturnType<typeof database.schema.createIndex> =>
      database.schema.createIndex(`ai_proxy_calls_by_${name}`);
    await index('time').on('ai_proxy_calls').columns(['started_at']).execute();
    for (const name of ['key_id', 'team', 'caller', 'end_user', 'model', 'provider']) {
      await index(name).on('ai_proxy_calls').columns([name, 'started_at']).where(sql.ref(name), 'is not', null).execute();
    }
    // Nearly all calls end well: those are found by time.
    await index('outcome').on('ai_proxy_calls').columns(['outcome', 'started_at']).where(sql.ref('outcome'), '<>', sql.lit('ok')).execute();
  }

  async function createTags(database: Kysely<unknown>): Promise<void> {
    const table = database.schema
      .createTable('ai_proxy_call_tags')
      .addColumn('call_id', text, (column) => column.notNull())
      .addColumn('tag', text, (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('ai_proxy_call_tags_key', ['call_id', 'tag']);
    await clustered(table).execute();
    await database.schema.createIndex('ai_proxy_call_tags_by_tag').on('ai_proxy_call_tags').columns(['tag', 'started_at']).execute();
  }

  async function createFeedback(database: Kysely<unknown>): Promise<void> {
    const table = database.schema
      .createTable('ai_proxy_feedback')
      .addColumn('call_id', text, (column) => column.primaryKey().notNull())
      .addColumn('value', 'integer', (column) => column.notNull())
      .addColumn('weight', 'double precision', (column) => column.notNull())
      .addColumn('metadata', text, (column) => column.notNull());
    await clustered(table).execute();
  }

  async function createSums(database: Kysely<unknown>, name: string): Promise<void> {
    let table = database.schema
      .createTable(name)
      .addColumn('dimension', text, (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('value', text, (column) => column.notNull());
    for (const sum of sums) table = table.addColumn(sum, 'bigint', (column) => column.notNull());
    await clustered(table.addPrimaryKeyConstraint(`${name}_key`, ['dimension', 'at', 'value'])).execute();
    await database.schema.createIndex(`${name}_by_value`).on(name).columns(['dimension', 'value', 'at']).execute();
  }

  return {
    async up(database) {
      await createCalls(database);
      await createTags(database);
      await createFeedback(database);
      await createSums(database, 'ai_proxy_spend_hours');
      await createSums(database, 'ai_proxy_spend_days');
      await clustered(
        database.schema
          .createTable('ai_proxy_marks')
          .addColumn('name', text, (column) => column.primaryKey().notNull())
          .addColumn('value', 'bigint', (column) => column.notNull()),
      ).execute();
    },
  };
}

const optionalTexts = [
  'caller',
  'key_id',
  'team',
  'end_user',
  'model_asked',
  'model',
  'provider',
  'code',
  'estimator',
  'price_source',
  'price_rates',
  'metadata',
];

const optionalNumbers = [
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'pages',
  'annotated_pages',
  'audio_ms',
  'characters',
  'items',
  'micros',
  'first_byte_us',
];

const sums = [
  'calls',
  'ok_calls',
  'estimated_calls',
  'unknown_calls',
  'micros',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
];
