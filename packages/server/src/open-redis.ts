import { setTimeout } from 'node:timers/promises';
import { reasonOf, within } from '@ai-proxy/core';
import { redis } from '@ai-proxy/redis';
import type { RedisConnection } from '@ai-proxy/redis';
import { SettingsError } from './server-settings.ts';

/** Names Redis by its URL; nothing is opened yet. */
export function nameRedis(url: string): RedisConnection {
  try {
    return redis({ url });
  } catch (error) {
    throw new SettingsError(`REDIS_URL is wrong: ${reasonOf(error)}.`);
  }
}

/** So long a start waits for Redis, in milliseconds. A call waits for a quarter of a second only, and the first would be refused. */
const patience = 3000;

/**
 * Opens a connection to Redis; answers why there is none. A Redis that is away ends no start: it may come back, and what does not need it goes on. One that
 * refuses the password never takes it.
 */
export async function warmRedis(connection: RedisConnection): Promise<string | undefined> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      await within(connection.open(), end - performance.now());
      return undefined;
    } catch (error) {
      const reason = reasonOf(error);
      if (/\b(?:WRONGPASS|NOAUTH|NOPERM)\b/.test(reason))
        throw new SettingsError('REDIS_URL is wrong: Redis refuses the user or the password.');
      if (performance.now() >= end) return reason;
      await setTimeout(100);
    }
  }
}
