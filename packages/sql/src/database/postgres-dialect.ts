import { PostgresAdapter, PostgresDialect } from 'kysely';
import type { DialectAdapter } from 'kysely';
import { openPool } from './postgres-pool.ts';

export interface PostgresOptions {
  /** Connections at most. @default 5 */
  readonly connections?: number;
  /** Milliseconds for one query, the way there included. @default 30000 */
  readonly timeout?: number;
}

/** pg for Kysely. It is loaded, and connects, at the first query. */
export function createPostgresDialect(url: string, { connections = 5, timeout = 30_000 }: PostgresOptions): PostgresDialect {
  return new ServerDialect({ pool: async () => openPool(url, connections, timeout) });
}

class ServerDialect extends PostgresDialect {
  override createAdapter(): DialectAdapter {
    return new ServerAdapter();
  }
}

/** Migrations run in a transaction that holds the lock already. */
class ServerAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}

  override async releaseMigrationLock(): Promise<void> {}
}
