import { once } from 'node:events';
import type { createClient } from '@redis/client';
import { within } from '@ai-proxy/core';
import type { NodeRedisClient } from './node-redis.ts';
import { fromNodeRedis } from './node-redis.ts';
import type { RedisConnection } from './redis-connection.ts';
import { watchSilence } from './silence.ts';

export interface RedisOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. @default the variable `REDIS_URL`, and without it `redis://127.0.0.1:6379` */
  readonly url?: string;
}

/** After a break the next attempt comes so soon, in milliseconds, and so late at most. */
const [firstRetry, lastRetry] = [20, 250];

/** Milliseconds between two attempts to find a primary in the place of a replica. */
const betweenReplacements = 1000;

/** Milliseconds for one attempt to make another connection beside the one that there is. */
const mostReplacing = 400;

/** Milliseconds without an answer, or without a connection, after which another one is tried. */
const mostSilence = 500;

/**
 * A connection to Redis that several stores may share. It is opened at its first use, with `@redis/client`, which has to be installed, and opened again after
 * each break, within a quarter of a second of the server's return. Whoever made it closes it. While there is no connection nothing is queued: calls are refused.
 */
export function redis({ url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' }: RedisOptions = {}): RedisConnection {
  checkUrl(url);
  let created: Promise<NodeRedisClient> | undefined;
  let connection: RedisConnection | undefined;
  let problem: unknown;
  let isClosed = false;
  const ends = new Set<() => void>();

  async function prepare(): Promise<NodeRedisClient> {
    const { createClient: create } = await importClient();
    const client: NodeRedisClient = create({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: 20_000,
      maintNotifications: 'disabled',
      // A server that has fallen silent is found out by its pings, and left.
      pingInterval: 1000,
      socket: {
        connectTimeout: 2000,
        socketTimeout: 3000,
        reconnectStrategy: (retries) => Math.min(firstRetry * 2 ** Math.min(retries, 10), lastRetry) * (0.8 + 0.2 * Math.random()),
      },
    });
    client.on('error', (error: unknown) => void (problem = error));
    client.on('reconnecting', () => silence.broke());
    return client;
  }

  async function open(): Promise<RedisConnection> {
    if (isClosed) throw new Error('the connection has been closed');
    const client = await (created ??= prepare());
    if (isClosed) throw new Error('the connection has been closed');
    connection ??= fromNodeRedis(client);
    if (client.isReady) return connection;
    // Opening goes on for ever, and reports each failure as an event: here the first is told.
    if (!client.isOpen) client.connect().catch((error: unknown) => (problem = error));
    await once(client, 'ready');
    return connection;
  }

  /** Makes another connection, which takes the place of the one that there is as soon as it is ready. */
  async function replace(isStillWanted: () => boolean = () => true): Promise<boolean> {
    const next = await prepare();
    const opening = next.connect();
    try {
      await within(opening, mostReplacing);
    } catch {
      next.destroy();
      opening.catch(() => {});
      return false;
    }
    const old = await created;
    if (isClosed || !isStillWanted()) {
      next.destroy();
      return true;
    }
    created = Promise.resolve(next);
    connection = fromNodeRedis(next);
    if (old?.isOpen) old.destroy();
    return true;
  }

  let replacedAt = -Infinity;
  const silence = watchSilence({
    patience: mostSilence,
    isReady: () => isClosed || (connection?.isReady ?? true),
    onSilence: async (isSilent) => isClosed || replace(isSilent),
  });

  async function use<Answer>(ask: (connection: RedisConnection) => Promise<Answer>): Promise<Answer> {
    if (!connection) throw new Error('the connection has not been opened');
    const answer = ask(connection);
    silence.asked(answer);
    try {
      return await answer;
    } catch (error) {
      const now = performance.now();
      // The name of a primary may lead elsewhere by now, while the old one, a replica now, keeps its connections.
      if (error instanceof Error && /\bREADONLY\b/.test(error.message) && now - replacedAt > betweenReplacements) {
        replacedAt = now;
        replace().catch((reason: unknown) => (problem = reason));
      }
      throw error;
    }
  }

  return {
    get isReady() {
      return connection?.isReady ?? false;
    },
    get problem() {
      return isClosed ? new Error('it has been closed') : problem;
    },
    async open() {
      try {
        await open();
      } catch (error) {
        problem = error;
        throw error;
      }
    },
    callScript: async (...parameters) => use(async (current) => current.callScript(...parameters)),
    sendScript: async (...parameters) => use(async (current) => current.sendScript(...parameters)),
    publish: async (...parameters) => use(async (current) => current.publish(...parameters)),
    subscribe(channel, listener) {
      let end: (() => void) | undefined;
      let isOver = false;
      const begin = async (): Promise<void> => {
        const client = await (created ??= prepare());
        if (!isOver && !isClosed) end = fromNodeRedis(client).subscribe(channel, listener);
        if (end) ends.add(end);
      };
      begin().catch((error: unknown) => listener.onProblem(error));
      return () => {
        isOver = true;
        if (end) ends.delete(end);
        end?.();
      };
    },
    async close() {
      isClosed = true;
      const client = await created?.catch(() => undefined);
      connection = undefined;
      for (const end of ends) end();
      if (client?.isOpen) client.destroy();
    },
  };
}

/** The URL may hold a password: no message repeats it. */
function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol))
    throw new TypeError('the url of Redis has to begin with redis:// or rediss://, followed by a host');
}

async function importClient(): Promise<{ readonly createClient: typeof createClient }> {
  try {
    return await import('@redis/client');
  } catch (error) {
    throw new Error('redis() needs the package @redis/client: install it beside @ai-proxy/redis', { cause: error });
  }
}
