import type { Counter } from '@ai-proxy/core';
import { checkPrefix } from '../check-prefix.ts';
import { toConnection } from '../connection/to-connection.ts';
import type { RedisClient } from '../connection/to-connection.ts';
import { createCounter } from './create-counter.ts';
import { createScripts } from './scripts.ts';

export interface RedisCounterOptions {
  /** For errors and the log. @default 'redis counter' */
  readonly name?: string;
  /** What all keys begin with; who shares it shares what is counted. @default 'ai-proxy:' */
  readonly prefix?: string;
  /** By when Redis must have answered a call, in milliseconds; then it is rejected. @default 50 */
  readonly deadline?: number;
}

/**
 * A counter that several instances share. Each call is one script, so that it does all or nothing, on Redis's own clock and in one round trip; all keys of a
 * root lie on one node of a cluster. Redis must not evict what is counted: its `maxmemory-policy` has to be `noeviction`. What a restart without its data loses
 * is answered as missing. Whoever made the client closes it.
 */
export function redisCounter(
  client: RedisClient,
  { name = 'redis counter', prefix = 'ai-proxy:', deadline = 50 }: RedisCounterOptions = {},
): Counter {
  checkPrefix(prefix);
  return createCounter(toConnection(client), createScripts(), { name, prefix, deadline });
}
