import type * as pg from 'pg';
import { createDeadConnections } from './dead-connections.ts';

/** Connections to a server, none of which is made before the first query. */
export async function openPool(url: string, max: number, timeout: number): Promise<pg.Pool> {
  const { default: driver } = await loadDriver();
  const getTypeParser: typeof driver.types.getTypeParser = (oid, format): unknown =>
    // pg gives 64-bit integers as text; what a ledger counts stays below 2^53.
    oid === driver.types.builtins.INT8 ? Number : driver.types.getTypeParser(oid, format);
  const dead = createDeadConnections(driver, url);
  const pool = new driver.Pool({
    Client: dead.Client,
    connectionString: url,
    application_name: 'ai-proxy',
    max,
    connectionTimeoutMillis: Math.min(timeout, 5000),
    query_timeout: timeout,
    statement_timeout: timeout,
    allowExitOnIdle: true,
    types: { getTypeParser },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  // The same holds for one that breaks in somebody's hands; his query fails as well.
  pool.on('connect', (client) => void client.on('error', () => {}));
  dead.watch(pool);
  return pool;
}

/** The package pg, which is not there for those who need it not. */
export async function loadDriver(): Promise<typeof pg> {
  try {
    return await import('pg');
  } catch (cause) {
    throw new Error('PostgreSQL needs the package "pg": npm install pg', { cause });
  }
}
