import type { Pool } from 'pg';
import { within } from '@ai-proxy/core';
import { parseDatabaseUrl } from '../database/database-url.ts';
import type { SqlDatabase } from '../database/open-sql.ts';
import { openPool } from '../database/postgres-pool.ts';
import type { Question, Row } from '../database/script.ts';
import { createPatientFile } from '../database/patient-file.ts';

/** The table of owners in one of the databases. Every promise settles by the deadline. */
export interface OwnerTables {
  ask(question: Question): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** Over connections of its own: nobody waits to learn whose a file is because somebody else sums up a year. */
export function openOwnerTables(database: SqlDatabase, timeout: number, connections: number): OwnerTables {
  const place = parseDatabaseUrl(database.url);
  if (place.kind === 'postgres') return openOnServer(database, timeout, connections);
  const file = createPatientFile(place.path, timeout);
  return { ask: file.read, close: file.close };
}

function openOnServer(database: SqlDatabase, timeout: number, connections: number): OwnerTables {
  let pool: Promise<Pool> | undefined;
  let isClosed = false;

  async function ask({ text, values }: Question): Promise<readonly Row[]> {
    if (isClosed) throw new Error('it was closed');
    await database.connect();
    pool ??= openPool(database.url, connections, timeout);
    const { rows } = await (await pool).query<Row>(text, [...values]);
    return rows;
  }

  return {
    ask: async (question) => within(ask(question), timeout),
    async close() {
      isClosed = true;
      await (await pool)?.end();
    },
  };
}
