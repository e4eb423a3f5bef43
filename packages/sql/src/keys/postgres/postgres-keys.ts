import type { Pool } from 'pg';
import { within } from '@ai-proxy/core';
import type { SqlDatabase } from '../../database/open-sql.ts';
import { openPool } from '../../database/postgres-pool.ts';
import type { KeyTables } from '../key-tables.ts';
import { fromHashBytes } from '../rows/hash-bytes.ts';
import { readBytes } from '../rows/read-column.ts';
import type { Question, Row } from '../../database/script.ts';
import { keysByHashes } from '../statements.ts';
import { gather } from './gather.ts';
import { createListener } from './listener.ts';
import type { ListenerOptions } from './listener.ts';
import { runScript } from './run-script.ts';

export interface PostgresKeysOptions extends Pick<ListenerOptions, 'onProblem'> {
  readonly timeout: number;
  readonly connections: number;
}

/** Hashes that one question asks for. */
const mostHashes = 200;

/** Keys in PostgreSQL, over connections of their own: nobody waits for a key because somebody else sums up a year. */
export function createPostgresKeys(database: SqlDatabase, { timeout, connections, onProblem }: PostgresKeysOptions): KeyTables {
  let pool: Promise<Pool> | undefined;
  let isClosed = false;
  const listener = createListener({ url: database.url, timeout, onProblem });
  const find = gather({ ask: findAll, flights: connections, most: mostHashes });

  async function open(): Promise<Pool> {
    if (isClosed) throw new Error('it was closed');
    listener.start();
    await database.connect();
    pool ??= openPool(database.url, connections, timeout);
    return pool;
  }

  async function ask({ text, values }: Question): Promise<readonly Row[]> {
    const { rows } = await (await open()).query<Row>(text, [...values]);
    return rows;
  }

  async function findAll(hashes: readonly Uint8Array[]): Promise<readonly (readonly Row[])[]> {
    const { rows } = await (await open()).query<Row>(keysByHashes, [hashes]);
    const found = Map.groupBy(rows, (row) => fromHashBytes(readBytes(row, 'asked')));
    return hashes.map((hash) => found.get(fromHashBytes(hash)) ?? []);
  }

  return {
    byHash: async (hash) => within(find(hash), timeout),
    read: async (question) => within(ask(question), timeout),
    async write(id, begin) {
      const until = performance.now() + timeout;
      const opened = await within(open(), timeout);
      return runScript(opened, id, begin(), until);
    },
    listen: listener.listen,
    async close() {
      isClosed = true;
      listener.close();
      const opened = await pool;
      await opened?.end();
    },
  };
}
