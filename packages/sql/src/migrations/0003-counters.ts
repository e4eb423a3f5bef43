import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DatabaseKind } from '../database/open-sql.ts';

/**
 * The tables of counters, on PostgreSQL: with SQLite they are in a file of their own. They are not logged, because they hold no truth: a call waits for no disk, and
 * what a crash of the server or a change to its replica empties is opened anew with what the ledger holds.
 */
export function countersMigration(kind: DatabaseKind): Migration {
  return {
    async up(database) {
      if (kind === 'sqlite') return;
      for (const statement of statements) await sql.raw(statement).execute(database);
    },
  };
}

const statements = [
  `create unlogged table ai_proxy_counter_windows (
    root text collate "C" not null,
    place text collate "C" not null,
    spent bigint not null,
    reserved bigint not null,
    slots text not null,
    opened_at bigint,
    kept_until bigint,
    primary key (root, place)
  )`,
  'create index ai_proxy_counter_windows_by_end on ai_proxy_counter_windows (kept_until) where kept_until is not null',
  `create unlogged table ai_proxy_counter_calls (
    root text collate "C" not null,
    id text collate "C" not null,
    at bigint not null,
    expires_at bigint not null,
    holds jsonb,
    primary key (root, id)
  )`,
  'create index ai_proxy_counter_calls_held on ai_proxy_counter_calls (root, expires_at) where holds is not null',
  'create index ai_proxy_counter_calls_held_by_end on ai_proxy_counter_calls (expires_at) where holds is not null',
  'create index ai_proxy_counter_calls_ended on ai_proxy_counter_calls (expires_at) where holds is null',
];
