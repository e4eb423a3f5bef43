import { setTimeout } from 'node:timers/promises';
import { createClient, createCluster } from '@redis/client';
import type { Counter } from '@ai-proxy/core';
import { counterContract, startRedis } from '@ai-proxy/testing';
import { Cluster, Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { redis, redisCounter } from '../../src/index.ts';
import type { RedisClient } from '../../src/index.ts';

// A node of a cluster refuses every script whose keys do not lie in one slot.
const server = await startRedis({ cluster: true });
const url = server?.url ?? '';
const port = Number(new URL(server ? url : 'redis://127.0.0.1:1').port);

const endings: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of endings) await end();
  await server?.close();
});

const clients: Readonly<Record<string, () => RedisClient | Promise<RedisClient>>> = {
  'redis()': () => {
    const connection = redis({ url });
    endings.push(async () => connection.close());
    return connection;
  },
  'a client of @redis/client': async () => {
    const client = createClient({ url });
    await client.connect();
    endings.push(() => client.destroy());
    return client;
  },
  'a cluster of @redis/client': async () => {
    const cluster = createCluster({ rootNodes: [{ url }] });
    await cluster.connect();
    endings.push(() => cluster.destroy());
    return cluster;
  },
  'a client of ioredis': () => {
    const client = new Redis(url);
    endings.push(() => client.disconnect());
    return client;
  },
  'a cluster of ioredis': () => {
    const cluster = new Cluster([{ host: '127.0.0.1', port }]);
    endings.push(() => cluster.disconnect());
    return cluster;
  },
};

for (const [name, connect] of Object.entries(clients)) {
  // Checks that wait do it side by side.
  describe.skipIf(server === undefined).concurrent(`the counter in Redis by ${name}`, () => {
    let client: RedisClient | Promise<RedisClient> | undefined;
    const open = async (): Promise<Counter> => redisCounter(await (client ??= connect()), { deadline: 10_000 });
    const pass = async (milliseconds: number): Promise<void> => setTimeout(milliseconds);
    it.each(counterContract({ open, pass }).map(({ name: check, run }) => [check, run] as const))('%s', async (_check, run) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });
}
