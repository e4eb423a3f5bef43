import { memoryKeyStore } from '@ai-proxy/core';
import type { KeyRecord, KeyStore, Log } from '@ai-proxy/core';
import { keyStoreContract, madeUpChange, madeUpKey, startRedis } from '@ai-proxy/testing';
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { redis, redisKeyCache } from '../../src/index.ts';
import type { RedisClient, RedisConnection } from '../../src/index.ts';

const server = await startRedis();
const url = server?.url ?? '';
const connections: RedisConnection[] = [];
const open = (): RedisConnection => {
  const connection = redis({ url });
  connections.push(connection);
  return connection;
};
afterAll(async () => {
  for (const connection of connections) await connection.close();
  await server?.close();
});

const caches: KeyStore[] = [];
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
});

let rooms = 0;
/** A prefix that no other check shares. */
const room = (): string => `test-${(rooms += 1)}:`;

/** A store that counts how often it is asked, and that can be lost. */
function countingStore(): KeyStore & { asked: string[]; lost: boolean; hold: Promise<void> | undefined } {
  // Its watchers would tell before Redis does.
  const { watch: _watch, ...store } = memoryKeyStore();
  return {
    ...store,
    asked: [],
    lost: false,
    hold: undefined,
    async findByHash(hash) {
      if (this.lost) throw new Error('lost');
      this.asked.push(hash);
      const record = await store.findByHash(hash);
      await this.hold;
      return record;
    },
    async changes(since) {
      if (this.lost) throw new Error('lost');
      return store.changes(since);
    },
  };
}

const silent = (): Log & { readonly lines: string[] } => {
  const lines: string[] = [];
  const note = (_fields: Record<string, unknown>, message: string): void => void lines.push(message);
  return { lines, debug: note, info: note, warn: note, error: note };
};

function cacheOf(client: RedisClient, store: KeyStore, prefix: string, log: Log = silent()): KeyStore {
  const cache = redisKeyCache(client, store, { prefix, deadline: 10_000, log });
  caches.push(cache);
  return cache;
}

const key = madeUpKey(1);

/** Resolves once look-ups are remembered. */
async function warm(cache: KeyStore, store: { asked: string[] }): Promise<void> {
  await vi.waitFor(async () => {
    await cache.findByHash(key.hash);
    const before = store.asked.length;
    await cache.findByHash(key.hash);
    expect(store.asked.length).toBe(before);
  }, 10_000);
}

const listening = async (prefix: string, count: number): Promise<void> =>
  vi.waitFor(async () => expect(await server?.ask('PUBSUB', 'NUMSUB', `${prefix}keys`)).toBe(`${prefix}keys\n${count}`), 10_000);

const block = (record: KeyRecord): KeyRecord => ({ ...record, blocked: true });

describe.skipIf(server === undefined)('the contract of key stores, through the cache', () => {
  const openStore = (): KeyStore => redisKeyCache(open(), memoryKeyStore(), { prefix: room(), deadline: 10_000 });
  it.each(keyStoreContract({ open: openStore }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe.skipIf(server === undefined)('redisKeyCache', () => {
  it('asks the store once for what is looked up again and again', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const cache = cacheOf(open(), store, room());
    await warm(cache, store);
    store.asked.length = 0;
    for (let times = 0; times < 50; times += 1) expect((await cache.findByHash(key.hash))?.id).toBe(key.id);
    expect(store.asked).toEqual([]);
  });

  it('asks the store once for what many look up at once', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const cache = cacheOf(open(), store, room());
    const found = await Promise.all(Array.from({ length: 50 }, async () => cache.findByHash(key.hash)));
    expect(new Set(found.map((one) => one?.id))).toEqual(new Set([key.id]));
    expect(store.asked).toEqual([key.hash]);
  });

  it('remembers no key that does not exist', async () => {
    const store = countingStore();
    const cache = cacheOf(open(), store, room());
    for (let times = 0; times < 3; times += 1) expect(await cache.findByHash(key.hash)).toBe(undefined);
    await store.put(key, madeUpChange(1, key.id));
    expect((await cache.findByHash(key.hash))?.id).toBe(key.id);
  });

  const clients: Readonly<Record<string, () => Promise<{ client: RedisClient; end: () => unknown }>>> = {
    'redis()': async () => ({ client: open(), end: () => {} }),
    '@redis/client': async () => {
      const client = createClient({ url });
      await client.connect();
      return { client, end: () => client.destroy() };
    },
    ioredis: async () => {
      const client = new Redis(url);
      return { client, end: () => client.disconnect() };
    },
  };

  for (const [name, connect] of Object.entries(clients)) {
    it(`tells every other instance of a change by ${name}, before it asks the store`, async () => {
      const store = countingStore();
      // Whatever is heard, it is heard over Redis.
      store.changes = async () => ({ ids: [], position: '0', all: false });
      await store.put(key, madeUpChange(1, key.id));
      const prefix = room();
      const [here, there] = [await connect(), await connect()];
      const [one, other] = [cacheOf(here.client, store, prefix), cacheOf(there.client, store, prefix)];
      await warm(one, store);
      await warm(other, store);
      await listening(prefix, 2);
      const heard: string[] = [];
      other.watch?.((id) => heard.push(id));
      await one.update(block(key), madeUpChange(2, key.id, { action: 'block' }));
      expect((await one.findByHash(key.hash))?.blocked).toBe(true);
      await vi.waitFor(() => expect(heard).toEqual([key.id]), 10_000);
      expect((await other.findByHash(key.hash))?.blocked).toBe(true);
      here.end();
      there.end();
    });
  }

  it('hears from the store of what nobody has announced', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const cache = cacheOf(open(), store, room());
    await warm(cache, store);
    await store.update(block(key), madeUpChange(2, key.id, { action: 'block' }));
    await vi.waitFor(async () => expect((await cache.findByHash(key.hash))?.blocked).toBe(true), 10_000);
  });

  it('forgets everything where the store does not know what has changed', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const cache = cacheOf(open(), store, room());
    await warm(cache, store);
    const before = store.asked.length;
    store.changes = async () => ({ ids: [], position: 'another', all: true });
    await vi.waitFor(async () => {
      await cache.findByHash(key.hash);
      expect(store.asked.length).toBeGreaterThan(before);
    }, 10_000);
  });

  it('remembers nothing that a change has overtaken on its way', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const cache = cacheOf(open(), store, room());
    await warm(cache, store);
    await cache.update(key, madeUpChange(2, key.id));
    let letGo = (): void => {};
    store.hold = new Promise((resolve) => (letGo = resolve));
    const old = cache.findByHash(key.hash);
    await vi.waitFor(() => expect(store.asked.at(-1)).toBe(key.hash));
    await cache.update(block({ ...key, version: 2 }), madeUpChange(3, key.id, { action: 'block' }));
    letGo();
    expect((await old)?.blocked).toBe(false);
    expect((await cache.findByHash(key.hash))?.blocked).toBe(true);
    expect((await cache.findByHash(key.hash))?.blocked).toBe(true);
  });

  it('trusts nothing that it remembers when the store has not answered for two seconds, and admits nobody', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const log = silent();
    const cache = cacheOf(open(), store, room(), log);
    await warm(cache, store);
    store.lost = true;
    await vi.waitFor(async () => expect(cache.findByHash(key.hash)).rejects.toThrow('lost'), 10_000);
    expect(log.lines).toEqual(['the store of keys does not tell what has changed']);
    store.lost = false;
    await warm(cache, store);
  });

  it('asks a store again that has once not answered at all', async () => {
    const store = countingStore();
    await store.put(key, madeUpChange(1, key.id));
    const { changes } = store;
    let hangs = true;
    store.changes = async (since) => (hangs ? new Promise(() => {}) : changes.call(store, since));
    const log = silent();
    const cache = cacheOf(open(), store, room(), log);
    expect((await cache.findByHash(key.hash))?.id).toBe(key.id);
    await vi.waitFor(() => expect(log.lines).toEqual(['the store of keys does not tell what has changed']), 10_000);
    hangs = false;
    await warm(cache, store);
  });

  it('changes keys and finds them where there is no Redis, and says that nobody was told', async () => {
    const store = countingStore();
    const away = redis({ url: 'redis://127.0.0.1:1' });
    const log = silent();
    const cache = cacheOf(away, store, room(), log);
    await cache.put(key, madeUpChange(1, key.id));
    expect(log.lines).toEqual([
      'a change of a key was not announced over Redis, as all until it is back: other instances hear of it within two seconds',
    ]);
    await warm(cache, store);
    await store.update(block(key), madeUpChange(2, key.id, { action: 'block' }));
    await vi.waitFor(async () => expect((await cache.findByHash(key.hash))?.blocked).toBe(true), 10_000);
    await away.close();
  });
});
