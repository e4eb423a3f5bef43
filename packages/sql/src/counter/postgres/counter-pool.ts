import type { Pool, PoolClient } from 'pg';
import { loadDriver } from '../../database/postgres-pool.ts';
import type { LoadedRows } from './read-page.ts';

/** A connection that is in nobody else's hands. */
export interface CounterConnection {
  /** Sends statements in one message, and gives the rows of the last. */
  send(statements: string): Promise<readonly unknown[]>;
  /** The rows that the first message of a transaction brings. */
  load(statements: string): Promise<LoadedRows>;
  /** Gives it back. One that is broken is not used again, and neither are the others that are open: whatever it died of may have befallen them. */
  release(isSound: boolean): void;
}

export interface CounterPool {
  connect(): Promise<CounterConnection>;
  close(): Promise<void>;
}

/**
 * Connections of the counter's own: the ledger's may be busy for long. A transaction here is two messages; whoever stands still between them loses his lock by
 * `idle_in_transaction_session_timeout`, so that the others do not wait for him for ever.
 */
export function createCounterPool(url: string, connections: number, deadline: number): CounterPool {
  const patience = Math.max(1000, 2 * deadline);
  let pool: Promise<Pool> | undefined;

  async function open(): Promise<Pool> {
    const { default: driver } = await loadDriver();
    const opened = new driver.Pool({
      connectionString: url,
      application_name: 'ai-proxy counter',
      max: connections,
      connectionTimeoutMillis: patience,
      idleTimeoutMillis: 60_000,
      query_timeout: patience,
      statement_timeout: patience,
      lock_timeout: deadline,
      idle_in_transaction_session_timeout: patience,
      allowExitOnIdle: true,
    });
    // An idle connection that breaks is replaced at the next call; without a listener it would end the process.
    opened.on('error', () => {});
    return opened;
  }

  /** What is still in somebody's hands is closed when it is given back. */
  async function leave(old: Promise<Pool>): Promise<void> {
    if (pool === old) pool = undefined;
    await (await old).end();
  }

  return {
    async connect() {
      const used = (pool ??= open());
      const client = await (await used).connect();
      return toConnection(client, () => void (pool === used && leave(used).catch(() => {})));
    },
    async close() {
      if (pool) await leave(pool);
    },
  };
}

interface Answer {
  readonly rows: readonly unknown[];
}

function toConnection(client: PoolClient, onBreak: () => void): CounterConnection {
  // One that breaks while it is in hand fails its query as well.
  const noMatter = (): void => {};
  client.on('error', noMatter);
  async function send(statements: string): Promise<readonly unknown[]> {
    // Of several statements pg gives as many results, and of one its own.
    const answer = (await client.query(statements)) as Answer | readonly Answer[];
    const last = 'rows' in answer ? answer : answer.at(-1);
    return last?.rows ?? [];
  }
  return {
    send,
    async load(statements) {
      const [rows] = await send(statements);
      return rows as LoadedRows;
    },
    release(isSound) {
      client.off('error', noMatter);
      client.release(!isSound);
      if (!isSound) onBreak();
    },
  };
}
