import type { Counter, Reservation } from '@ai-proxy/core';
import { startRedis } from '@ai-proxy/testing';
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { redis, redisCounter, RedisError } from '../../src/index.ts';
import type { RedisClient } from '../../src/index.ts';

const server = await startRedis();
afterAll(async () => server?.close());
const url = server?.url ?? '';
const ask = async (...command: string[]): Promise<string> => (await server?.ask(...command)) ?? '';

interface Opened {
  readonly client: RedisClient;
  readonly close: () => unknown;
}

const clients: Readonly<Record<string, () => Promise<Opened>>> = {
  'redis()': async () => {
    const connection = redis({ url });
    return { client: connection, close: async () => connection.close() };
  },
  '@redis/client': async () => {
    const client = createClient({ url });
    client.on('error', () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  ioredis: async () => {
    const client = new Redis(url);
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

let calls = 0;
const call = (): Reservation => ({
  id: `call ${(calls += 1)}`,
  root: 'failures',
  ttl: 600_000,
  windows: [{ kind: 'gauge', key: 'under way', amount: 1 }],
});

/** What becomes of many calls at once: `reserved`, or the codes of their errors. */
async function outcomes(counter: Counter, count = 20): Promise<readonly string[]> {
  const all = await Promise.allSettled(Array.from({ length: count }, async () => counter.reserve(call())));
  const kinds = all.map((one) => {
    if (one.status === 'fulfilled') return one.value.kind;
    return one.reason instanceof RedisError ? one.reason.code : String(one.reason);
  });
  return [...new Set(kinds)].toSorted();
}

/** The machine may be busy: what is to succeed is asked until it does. */
const succeedsAgain = async (counter: Counter): Promise<void> =>
  vi.waitFor(async () => expect(await outcomes(counter, 1)).toEqual(['reserved']), { timeout: 15_000, interval: 100 });

for (const [name, connect] of Object.entries(clients)) {
  describe.skipIf(server === undefined)(`a counter by ${name} whose Redis fails`, { timeout: 60_000 }, () => {
    let opened: Opened;
    let counter: Counter;
    beforeEach(async () => {
      opened = await connect();
      counter = redisCounter(opened.client, { deadline: 1000 });
      await succeedsAgain(counter);
    });
    afterEach(async () => opened.close());

    it('rejects at once while it is down, and goes on when it is there again', async () => {
      await server?.kill();
      await vi.waitFor(async () => expect(await outcomes(counter)).toEqual(['DISCONNECTED']), 10_000);
      await server?.start();
      await succeedsAgain(counter);
    });

    it('rejects by its deadline while it stands still, and goes on when it moves', async () => {
      await server?.freeze();
      try {
        expect(await outcomes(counter)).toEqual(['DEADLINE']);
      } finally {
        await server?.thaw();
      }
      await succeedsAgain(counter);
    });

    it('gives a server that answers nothing a bounded number of calls', async () => {
      await server?.freeze();
      try {
        const first = await outcomes(counter, 300);
        const error = await counter.reserve(call()).catch((reason: unknown) => reason);
        expect(first).toEqual(['DEADLINE']);
        expect(String(error)).toMatch(/has not answered 300 calls, and is given no further one until it does|there is no connection/);
      } finally {
        await server?.thaw();
      }
      await succeedsAgain(counter);
    });

    it('rejects by its deadline where it is slow', async () => {
      const sleep = ask('DEBUG', 'SLEEP', '3');
      await vi.waitFor(async () => expect(await outcomes(counter, 3)).toEqual(['DEADLINE']), 10_000);
      await sleep;
      await succeedsAgain(counter);
    });

    it('says that it is a replica, and writes again when it is none', async () => {
      await ask('REPLICAOF', '127.0.0.1', '1');
      expect(await outcomes(counter)).toEqual(['READONLY']);
      await ask('REPLICAOF', 'NO', 'ONE');
      await succeedsAgain(counter);
    });

    it('says that its memory is full, and still settles and releases what is under way', async () => {
      const [settled, released, unknown] = [call(), call(), call()];
      await counter.reserve(settled);
      await counter.reserve(released);
      const used = async (): Promise<number | undefined> =>
        (await counter.read('failures', [{ kind: 'gauge', key: 'under way' }]))[0]?.used;
      const before = (await used()) ?? 0;
      await ask('CONFIG', 'SET', 'maxmemory', '1');
      try {
        expect(await outcomes(counter)).toEqual(['OOM']);
        await counter.settle(settled, {});
        await counter.release(released);
        await counter.release(unknown);
        expect(await used()).toBe(before - 2);
      } finally {
        await ask('CONFIG', 'SET', 'maxmemory', '0');
      }
      await succeedsAgain(counter);
    });

    it('sends its scripts again when they are forgotten', async () => {
      await ask('SCRIPT', 'FLUSH');
      expect(await outcomes(counter)).toEqual(['reserved']);
    });
  });
}

describe.skipIf(server === undefined)('a counter whose Redis reads its data', { timeout: 60_000 }, () => {
  it('says so, and goes on when they are read', async () => {
    const loading = await startRedis({
      settings: { save: '3600 1', 'key-load-delay': '30000', 'loading-process-events-interval-bytes': '1024' },
    });
    const connection = redis({ url: loading?.url ?? '' });
    const counter = redisCounter(connection, { deadline: 5000 });
    await succeedsAgain(counter);
    await loading?.ask('DEBUG', 'POPULATE', '100', 'key', '4096');
    await loading?.ask('SAVE');
    await loading?.kill();
    await loading?.start();
    const seen = new Set<string>();
    await vi.waitFor(
      async () => {
        for (const outcome of await outcomes(counter, 1)) seen.add(outcome);
        expect([...seen]).toContain('reserved');
      },
      { timeout: 30_000, interval: 50 },
    );
    expect([...seen].filter((outcome) => outcome !== 'DISCONNECTED')).toEqual(['LOADING', 'reserved']);
    await connection.close();
    await loading?.close();
  });
});

describe('a counter that is given something wrong', () => {
  it('names what is wrong with the first connection', async () => {
    const connection = redis({ url: 'redis://:secret@127.0.0.1:1' });
    const counter = redisCounter(connection);
    const error = await counter.reserve(call()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DISCONNECTED' });
    expect(String(error)).toContain('redis counter: there is no connection to Redis: connect ECONNREFUSED 127.0.0.1:1');
    expect(String(error)).not.toContain('secret');
    await connection.close();
  });

  it('says of a client that nobody has opened that it has to be opened', async () => {
    const error = await redisCounter(createClient({ url: 'redis://127.0.0.1:1' }))
      .reserve(call())
      .catch((reason: unknown) => reason);
    expect(String(error)).toContain('has not been opened: await its connect() first');
  });

  it('refuses what is no client, what is no URL, and a prefix with braces', () => {
    // @ts-expect-error: what JavaScript may hand over.
    expect(() => redisCounter({ get: () => 'nothing' })).toThrow('this is none of them');
    expect(() => redis({ url: 'http://:secret@localhost' })).toThrow(/^the url of Redis has to begin with redis:\/\//);
    expect(() => redisCounter(redis(), { prefix: '{a}' })).toThrow('no braces');
  });

  it.skipIf(server === undefined)('says what it may not do', async () => {
    await ask('ACL', 'SETUSER', 'weak', 'on', '>weak', '+@connection');
    const connection = redis({ url: url.replace('//', '//weak:weak@') });
    const error = await redisCounter(connection, { deadline: 5000 })
      .reserve(call())
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DENIED' });
    await connection.close();
  });

  it.skipIf(server === undefined)('waits for no second connection when it has been closed', async () => {
    const connection = redis({ url });
    const counter = redisCounter(connection, { deadline: 5000 });
    await counter.reserve(call());
    await connection.close();
    await expect(counter.reserve(call())).rejects.toMatchObject({ code: 'DISCONNECTED' });
  });
});
