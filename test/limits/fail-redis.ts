import { setTimeout } from 'node:timers/promises';
import type { Counter } from '@ai-proxy/core';
import { redis, redisCounter, RedisError } from '@ai-proxy/redis';
import type { RedisServer } from '@ai-proxy/testing';

/** One way for a Redis to fail. */
export interface RedisFailure {
  readonly name: string;
  begin(server: RedisServer): Promise<unknown>;
  /** Resolves when the server does its work again. */
  end(server: RedisServer): Promise<unknown>;
}

export const redisFailures: readonly RedisFailure[] = [
  { name: 'killed', begin: async (server) => server.kill(), end: async (server) => server.start() },
  { name: 'frozen (SIGSTOP)', begin: async (server) => server.freeze(), end: async (server) => server.thaw() },
  {
    name: 'slow (DEBUG SLEEP)',
    // Longer than it is looked at, and waited for in the end.
    begin: async (server) => void (sleep = server.ask('DEBUG', 'SLEEP', '3')),
    end: async () => sleep,
  },
  {
    name: 'read-only replica',
    begin: async (server) => server.ask('REPLICAOF', '127.0.0.1', '1'),
    end: async (server) => server.ask('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'out of memory',
    begin: async (server) => server.ask('CONFIG', 'SET', 'maxmemory', '1'),
    end: async (server) => server.ask('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'loading its data',
    async begin(server) {
      await server.ask('DEBUG', 'POPULATE', '100', 'key', '4096');
      await server.ask('SAVE');
      await server.kill();
      await server.start();
    },
    async end(server) {
      while (/^loading:1/m.test(await server.ask('INFO', 'persistence'))) await setTimeout(20);
    },
  },
  { name: 'scripts forgotten', begin: async (server) => server.ask('SCRIPT', 'FLUSH'), end: async () => {} },
];

let sleep: Promise<unknown> = Promise.resolve();

/** What the loading of data needs so that it takes its time. */
export const slowLoading: Readonly<Record<string, string>> = {
  save: '3600 1',
  'key-load-delay': '30000',
  'loading-process-events-interval-bytes': '1024',
};

export interface FailureRow {
  readonly failure: string;
  readonly calls: number;
  readonly reserved: number;
  /** By the codes of their errors. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Calls that never ended. */
  readonly hung: number;
  /** The slowest call, and the one that only one of a hundred exceeds, in milliseconds. */
  readonly slowest: number;
  readonly p99: number;
  /** From the server's recovery to the end of the first call that succeeds, in milliseconds. */
  readonly backAfter: number;
}

/** Twenty callers ask without a pause to speak of, for two seconds of a failure and until the first of them succeeds again. */
export async function failRedis(server: RedisServer, failure: RedisFailure, deadline: number): Promise<FailureRow> {
  const connection = redis({ url: server.url });
  const counter = redisCounter(connection, { deadline });
  while (!(await succeeds(counter))) await setTimeout(50);

  const times: number[] = [];
  const rejected: Record<string, number> = {};
  let [asked, reserved, isOver] = [0, 0, false];
  const caller = async (): Promise<void> => {
    while (!isOver) {
      asked += 1;
      const startedAt = performance.now();
      try {
        await counter.reserve(reservation());
        reserved += 1;
      } catch (error) {
        const code = error instanceof RedisError ? error.code : String(error);
        rejected[code] = (rejected[code] ?? 0) + 1;
      }
      times.push(performance.now() - startedAt);
      await setTimeout(5);
    }
  };
  await failure.begin(server);
  const callers = Promise.all(Array.from({ length: 20 }, caller));
  await setTimeout(2000);
  await failure.end(server);
  const recoveredAt = performance.now();
  const already = reserved;
  while (reserved === already && performance.now() - recoveredAt < 30_000) await setTimeout(1);
  const backAfter = performance.now() - recoveredAt;
  isOver = true;
  // Whoever has not ended long after every deadline hangs.
  await Promise.race([callers, setTimeout(20 * deadline + 5000)]);
  await connection.close();
  times.sort((one, other) => one - other);
  return {
    failure: failure.name,
    calls: asked,
    reserved,
    rejected,
    hung: asked - times.length,
    slowest: times.at(-1) ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    backAfter,
  };
}

let calls = 0;

const reservation = () =>
  ({ id: `call ${(calls += 1)}`, root: 'failures', ttl: 60_000, windows: [{ kind: 'gauge', key: 'under way', amount: 1 }] }) as const;

async function succeeds(counter: Counter): Promise<boolean> {
  try {
    await counter.reserve(reservation());
    return true;
  } catch {
    return false;
  }
}
