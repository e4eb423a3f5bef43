import { consoleLog } from '@ai-proxy/core';
import type { KeyRecord, KeyStore, Log } from '@ai-proxy/core';
import { parseDatabaseUrl } from '../database/database-url.ts';
import type { SqlDatabase } from '../database/open-sql.ts';
import type { KeyTables } from './key-tables.ts';
import { createPostgresKeys } from './postgres/postgres-keys.ts';
import { readChanges } from './read-changes.ts';
import { readAudit, readKeys } from './read-pages.ts';
import { toHashBytes } from './rows/hash-bytes.ts';
import { fromKeyRow } from './rows/key-rows.ts';
import { isStorable } from './rows/storable-text.ts';
import type { Row } from '../database/script.ts';
import { createSqliteKeys } from './sqlite-keys.ts';
import { keyByAlias, keyById } from './statements.ts';
import { toStoreFailure } from './store-failure.ts';
import { putKey, removeKey, replaceKey } from './write-keys.ts';

export interface SqlKeyStoreOptions {
  /** For errors and the log. @default 'keys' */
  readonly name?: string;
  /** By when each call is answered or rejected, in milliseconds. @default 1000 */
  readonly timeout?: number;
  /** Connections to PostgreSQL for keys alone; one more listens for changes. @default 2 */
  readonly connections?: number;
  /** Where it is told that changes are not heard of at once. @default consoleLog */
  readonly log?: Log;
}

/**
 * Virtual keys in a database, for several instances: SQLite for those on one machine, PostgreSQL for any. It has connections of its own, which `close()` closes;
 * the database is closed by whoever opened it.
 */
export function sqlKeyStore(
  database: SqlDatabase,
  { name = 'keys', timeout = 1000, connections = 2, log = consoleLog }: SqlKeyStoreOptions = {},
): KeyStore {
  checkBounds(timeout, connections);
  const tables = openTables(database, { name, timeout, connections, log });
  const watchers = new Set<(id: string) => void>();

  async function asking<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (error) {
      throw toStoreFailure(name, database.url, error);
    }
  }

  /** Who is in the same process need not wait to be told. Also where it failed: it may have been done, and its answer lost. */
  async function changing<Answer>(id: string, change: () => Promise<Answer>): Promise<Answer> {
    try {
      return await asking(change);
    } finally {
      for (const watcher of watchers) watcher(id);
    }
  }

  const findBy = async (text: string, value: string): Promise<KeyRecord | undefined> =>
    isStorable(value) ? asking(async () => only(await tables.read({ text, values: [value] }))) : undefined;

  return {
    name,
    async findByHash(hash) {
      const bytes = toHashBytes(hash);
      return bytes && asking(async () => only(await tables.byHash(bytes)));
    },
    find: async (id) => findBy(keyById, id),
    findByAlias: async (alias) => findBy(keyByAlias, alias),
    put: async (record, change) => changing(record.id, async () => tables.write(record.id, () => putKey(record, change))),
    update: async (record, change) => changing(record.id, async () => tables.write(record.id, () => replaceKey(record, change))),
    delete: async (id, change) => (isStorable(id) ? changing(id, async () => tables.write(id, () => removeKey(id, change))) : false),
    list: async (filter, cursor, limit) => asking(async () => readKeys(tables, filter, cursor, limit)),
    changes: async (since) => asking(async () => readChanges(tables, since)),
    watch(onChange) {
      // One of its own, so that two who hand over the same function can leave one by one.
      const watcher = (id: string): void => onChange(id);
      watchers.add(watcher);
      const end = tables.listen?.(watcher);
      return () => {
        watchers.delete(watcher);
        end?.();
      };
    },
    audit: async (filter, cursor, limit) => asking(async () => readAudit(tables, filter, cursor, limit)),
    async close() {
      watchers.clear();
      await tables.close();
    },
  };
}

const only = ([row]: readonly Row[]): KeyRecord | undefined => row && fromKeyRow(row);

function openTables(database: SqlDatabase, { name, timeout, connections, log }: Required<SqlKeyStoreOptions>): KeyTables {
  const place = parseDatabaseUrl(database.url);
  if (place.kind === 'sqlite') return createSqliteKeys(place.path, timeout);
  const onProblem = (error: unknown): void =>
    log.warn(
      { store: name, error: toStoreFailure(name, database.url, error).message },
      'PostgreSQL tells of no changes of keys: they are heard of within two seconds',
    );
  return createPostgresKeys(database, { timeout, connections, onProblem });
}

function checkBounds(timeout: number, connections: number): void {
  if (!(timeout > 0) || timeout > 2_147_483_647) throw new TypeError('"timeout" of a store of keys is a number of milliseconds above 0.');
  if (!Number.isSafeInteger(connections) || connections < 1)
    throw new TypeError('"connections" of a store of keys is a whole number above 0.');
}
