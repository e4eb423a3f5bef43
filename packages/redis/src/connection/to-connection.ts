import { fromIoredis } from './ioredis.ts';
import type { IoredisClient } from './ioredis.ts';
import { fromNodeRedis } from './node-redis.ts';
import type { NodeRedisClient } from './node-redis.ts';
import type { RedisConnection } from './redis-connection.ts';

/** A client of `@redis/client` or `ioredis`, single or of a cluster, or what `redis()` gives. */
export type RedisClient = RedisConnection | NodeRedisClient | IoredisClient;

/** What the stores ask, of whatever was handed over. */
export function toConnection(client: RedisClient): RedisConnection {
  if ('callScript' in client) return client;
  if ('evalSha' in client) return fromNodeRedis(client);
  if ('evalsha' in client) return fromIoredis(client);
  throw new TypeError('Redis is asked by a client of @redis/client or ioredis, or by what redis() gives; this is none of them');
}
