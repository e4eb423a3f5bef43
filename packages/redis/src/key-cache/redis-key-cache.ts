import { consoleLog } from '@ai-proxy/core';
import type { KeyRecord, KeyStore, Log } from '@ai-proxy/core';
import { checkPrefix } from '../check-prefix.ts';
import { createAsker } from '../connection/create-asker.ts';
import { toConnection } from '../connection/to-connection.ts';
import type { RedisClient } from '../connection/to-connection.ts';
import { createChangeFollower } from './follow-changes.ts';
import { createKeyMemory } from './key-memory.ts';

export interface RedisKeyCacheOptions {
  /** What the channel's name begins with; instances that share it hear of each other's changes. @default 'ai-proxy:' */
  readonly prefix?: string;
  /** Keys that are remembered at once; of more, the one that was used longest ago is forgotten. @default 10000 */
  readonly keys?: number;
  /** For how long one is remembered, in milliseconds, also where nobody tells of a change. @default 60000 */
  readonly ttl?: number;
  /** By when Redis must have taken an announcement, in milliseconds. @default 50 */
  readonly deadline?: number;
  /** Where problems are told. @default consoleLog */
  readonly log?: Log;
}

/** The store is asked so often what has changed, in milliseconds. */
const interval = 900;

/** What is remembered counts only while the store was asked so lately, in milliseconds: whoever has lost the store may hear of no revocation. */
const mostAge = 2000;

/**
 * A store of keys whose look-ups are remembered in this process. What is changed through one instance is announced over Redis, and forgotten in all of them at
 * once. Nothing relies on that: the store is asked every second what has changed, and where it cannot be asked, nothing that was remembered counts two seconds
 * later. Keys that do not exist are not remembered. `close()` closes the store; the client is closed by whoever made it.
 */
export function redisKeyCache(
  client: RedisClient,
  store: KeyStore,
  { prefix = 'ai-proxy:', keys = 10_000, ttl = 60_000, deadline = 50, log = consoleLog }: RedisKeyCacheOptions = {},
): KeyStore {
  checkPrefix(prefix);
  const connection = toConnection(client);
  const channel = `${prefix}keys`;
  const ask = createAsker(connection, 'redis key cache', deadline);
  const memory = createKeyMemory(keys, ttl, () => performance.now());
  const watchers = new Set<(id: string) => void>();
  /** Look-ups under way, and those of them that a change has overtaken. */
  let loads = new Map<string, Promise<KeyRecord | undefined>>();
  const endings: (() => void)[] = [];
  let isStarted = false;

  function overtakeLoads(): void {
    loads = new Map();
  }

  function forget(id: string): void {
    memory.forget(id);
    overtakeLoads();
    for (const tell of watchers) tell(id);
  }

  const follower = createChangeFollower(store, {
    interval,
    onChange: forget,
    onLoss() {
      memory.clear();
      overtakeLoads();
    },
    onProblem: (error) => log.warn({ store: store.name, error: String(error) }, 'the store of keys does not tell what has changed'),
  });

  function start(): void {
    if (isStarted) return;
    isStarted = true;
    follower.start();
    const onProblem = (error: unknown): void =>
      log.warn({ error: String(error) }, 'Redis announces no changes of keys: they are heard of within two seconds');
    endings.push(connection.subscribe(channel, { onMessage: forget, onProblem }));
    const end = store.watch?.(forget);
    if (end) endings.push(end);
  }

  async function load(hash: string): Promise<KeyRecord | undefined> {
    const underWay = loads;
    const isFollowing = follower.isFollowing();
    try {
      const record = await store.findByHash(hash);
      // A change that came meanwhile may be newer than what was read.
      if (record && isFollowing && underWay === loads) memory.keep(hash, record);
      return record;
    } finally {
      underWay.delete(hash);
    }
  }

  /** Told once, until one is announced again. */
  let isUnheard = false;

  async function announce(id: string): Promise<void> {
    forget(id);
    try {
      await ask(async () => connection.publish(channel, id));
      isUnheard = false;
    } catch (error) {
      if (!isUnheard) {
        log.warn(
          { key: id, error: String(error) },
          'a change of a key was not announced over Redis, as all until it is back: other instances hear of it within two seconds',
        );
      }
      isUnheard = true;
    }
  }

  /** Also where it failed: it may have been done, and its answer lost. */
  async function changing<Answer>(id: string, change: () => Promise<Answer>): Promise<Answer> {
    try {
      return await change();
    } finally {
      await announce(id);
    }
  }

  return {
    name: store.name,
    async findByHash(hash) {
      start();
      const known = follower.age() <= mostAge ? memory.find(hash) : undefined;
      if (known) return known;
      const underWay = loads.get(hash);
      if (underWay) return underWay;
      const loading = load(hash);
      loads.set(hash, loading);
      return loading;
    },
    find: async (id) => store.find(id),
    findByAlias: async (alias) => store.findByAlias(alias),
    put: async (record, change) => changing(record.id, async () => store.put(record, change)),
    update: async (record, change) => changing(record.id, async () => store.update(record, change)),
    delete: async (id, change) => changing(id, async () => store.delete(id, change)),
    list: async (filter, cursor, limit) => store.list(filter, cursor, limit),
    changes: async (since) => store.changes(since),
    watch(onChange) {
      start();
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    audit: async (filter, cursor, limit) => store.audit(filter, cursor, limit),
    async close() {
      follower.stop();
      for (const end of endings) end();
      watchers.clear();
      memory.clear();
      await store.close();
    },
  };
}
