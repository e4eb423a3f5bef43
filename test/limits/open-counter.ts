import type { Counter } from '@ai-proxy/core';
import { redis, redisCounter } from '@ai-proxy/redis';
import { openSql, sqlCounter } from '@ai-proxy/sql';

/**
 * A counter by the address of what it counts in; closing it closes its connection. The deadline leaves time for many thousand calls at once; a file needs none
 * beyond its usual one.
 */
export function openCounter(address: string, deadline: number = 60_000): Counter {
  if (address.startsWith('redis:')) {
    const connection = redis({ url: address });
    return closing(redisCounter(connection, { deadline }), connection);
  }
  const database = openSql(address);
  return closing(database.kind === 'sqlite' ? sqlCounter(database) : sqlCounter(database, { deadline }), database);
}

const closing = (counter: Counter, connection: { close(): Promise<void> }): Counter => ({
  ...counter,
  async close() {
    await counter.close();
    await connection.close();
  },
});
