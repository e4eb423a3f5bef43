import type { Counter } from '@ai-proxy/core';
import { redis, redisCounter } from '@ai-proxy/redis';

/** A counter by the address of what it counts in; closing it closes its connection. The deadline leaves time for many thousand calls at once. */
export function openCounter(address: string): Counter {
  if (!address.startsWith('redis:')) throw new Error(`there is no counter at ${address}`);
  const connection = redis({ url: address });
  const counter = redisCounter(connection, { deadline: 60_000 });
  return {
    ...counter,
    async close() {
      await counter.close();
      await connection.close();
    },
  };
}
