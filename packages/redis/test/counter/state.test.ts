import { setTimeout } from 'node:timers/promises';
import type { CounterWindow, Reservation } from '@ai-proxy/core';
import { startRedis } from '@ai-proxy/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { redis, redisCounter } from '../../src/index.ts';

const server = await startRedis();
const connection = redis({ url: server?.url ?? 'redis://127.0.0.1:1' });
const counter = redisCounter(connection, { deadline: 10_000 });
const ask = async (...command: string[]): Promise<string> => (await server?.ask(...command)) ?? '';
afterAll(async () => {
  await connection.close();
  await server?.close();
});
beforeEach(async () => void (await ask('FLUSHALL')));

const root = 'tenant';
const call = (id: string, windows: readonly CounterWindow[], ttl = 60_000): Reservation => ({ id, root, ttl, windows });
const sum = (amount: number, limit?: number, keep?: number): CounterWindow => ({
  kind: 'sum',
  key: 'budget',
  amount,
  ...(limit === undefined ? {} : { limit }),
  ...(keep === undefined ? {} : { keep }),
});
const gauge = (limit?: number): CounterWindow => ({ kind: 'gauge', key: 'parallel', amount: 1, ...(limit === undefined ? {} : { limit }) });
const rate: CounterWindow = { kind: 'rate', key: 'rpm', amount: 1, limit: 1000, period: 60_000 };

const names = async (): Promise<readonly string[]> => (await ask('KEYS', '*')).split('\n').toSorted();
const timeLeft = async (key: string): Promise<number> => Number(await ask('PTTL', `ai-proxy:{tenant}:${key}`));

describe.skipIf(server === undefined)('what the counter keeps in Redis', () => {
  it('is whole up to the largest number that JavaScript counts by one', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    await counter.open(root, [{ key: 'budget', spent: most - 5 }]);
    expect(await counter.reserve(call('a', [sum(3, most)]))).toMatchObject({
      kind: 'reserved',
      readings: [{ used: most - 2, reserved: 3 }],
    });
    expect(await counter.reserve(call('b', [sum(3, most)]))).toMatchObject({ kind: 'refused' });
    await counter.settle(call('a', [sum(3, most)]), { budget: 2 });
    expect(await counter.reserve(call('c', [sum(3, most)]))).toMatchObject({ kind: 'reserved', readings: [{ used: most }] });
    const large: CounterWindow = { kind: 'rate', key: 'large', amount: most - 1, period: 60_000 };
    await counter.reserve(call('d', [large]));
    expect(await counter.read(root, [{ kind: 'rate', key: 'large', period: 60_000 }])).toMatchObject([{ used: most - 1 }]);
  });

  it('goes away by itself, but for sums that are kept for ever', async () => {
    await counter.open(root, [
      { key: 'budget', spent: 0 },
      { key: 'month', spent: 0, keep: 1_000_000 },
    ]);
    const windows = [sum(5), rate, gauge(), { ...sum(5, undefined, 1_000_000), key: 'month' }];
    await counter.reserve(call('a', windows));
    await counter.reserve(call('b', windows));
    await counter.settle(call('a', windows), {});
    expect(await names()).toEqual(
      ['ended:a', 'expiries', 'rate:rpm', 'reservations', 'sum:budget', 'sum:month'].map((name) => `ai-proxy:{tenant}:${name}`),
    );
    for (const key of ['ended:a', 'expiries', 'rate:rpm', 'reservations', 'sum:month']) expect(await timeLeft(key)).toBeGreaterThan(0);
    // Both are there or neither.
    expect(Math.abs((await timeLeft('expiries')) - (await timeLeft('reservations')))).toBeLessThan(1000);
    expect(await timeLeft('sum:budget')).toBe(-1);
    await counter.release(call('b', windows));
    expect((await names()).filter((name) => /expiries|reservations/.test(name))).toEqual([]);
  });

  it('outlives what is reserved in it, and nothing else', async () => {
    const [short, long] = [call('short', [sum(1, 100, 200)], 100), call('long', [sum(1, 100, 200)], 60_000)];
    await counter.open(root, [{ key: 'budget', spent: 7, keep: 200 }]);
    await counter.reserve(long);
    await counter.reserve(short);
    await setTimeout(400);
    expect(await counter.read(root, [{ kind: 'sum', key: 'budget' }])).toMatchObject([{ used: 8 }]);
    await counter.release(long);
    await setTimeout(400);
    expect(await counter.read(root, [{ kind: 'sum', key: 'budget' }])).toEqual([undefined]);
  });

  it('frees a thousand expired reservations before it refuses anybody, some at a time', async () => {
    await counter.open(root, [{ key: 'budget', spent: 0 }]);
    await Promise.all(Array.from({ length: 1000 }, async (_, index) => counter.reserve(call(`dead ${index}`, [sum(1, 1000)], 3000))));
    expect(await counter.reserve(call('early', [sum(1000, 1000)]))).toMatchObject({ kind: 'refused' });
    await setTimeout(3100);
    expect(await counter.reserve(call('late', [sum(1000, 1000)]))).toMatchObject({
      kind: 'reserved',
      readings: [{ used: 1000, reserved: 1000 }],
    });
  });

  it('is asked once before a call and once after it', async () => {
    await counter.open(root, [{ key: 'budget', spent: 0 }]);
    await counter.settle(call('warm', [sum(5), rate, gauge(9)]), {});
    await counter.reserve(call('warm', [sum(5), rate, gauge(9)]));
    await ask('CONFIG', 'RESETSTAT');
    await counter.reserve(call('a', [sum(5), rate, gauge(9)]));
    await counter.settle(call('a', [sum(5), rate, gauge(9)]), {});
    const calls = [...(await ask('INFO', 'commandstats')).matchAll(/^cmdstat_(eval\w*|script\S*):calls=(\d+)/gm)];
    expect(calls.map(([, command, count]) => [command, count])).toEqual([['evalsha', '2']]);
  });

  it('is rebuilt from what was spent before when it is lost, once', async () => {
    await counter.open(root, [{ key: 'budget', spent: 10 }]);
    const [underWay] = [call('under way', [sum(20, 100)])];
    const [before] = await counter.reserve(underWay).then((answer) => ('readings' in answer ? answer.readings : []));
    await ask('FLUSHALL');
    expect(await counter.reserve(call('a', [sum(20, 100)]))).toEqual({ kind: 'missing', keys: ['budget'] });
    expect(await counter.renew(underWay)).toBe(true);
    await Promise.all([10, 10, 10].map(async (spent) => counter.open(root, [{ key: 'budget', spent }])));
    expect(await counter.reserve(call('a', [sum(70, 100)]))).toMatchObject({ kind: 'reserved', readings: [{ used: 100, reserved: 90 }] });
    const [after] = await counter.read(root, [{ kind: 'sum', key: 'budget' }]);
    expect(after?.openedAt).toBeGreaterThan(before?.openedAt ?? Infinity);
  });

  it('keeps two installations apart by their prefixes', async () => {
    const other = redisCounter(connection, { prefix: 'other:', deadline: 10_000 });
    await counter.open(root, [{ key: 'budget', spent: 1 }]);
    expect(await other.read(root, [{ kind: 'sum', key: 'budget' }])).toEqual([undefined]);
  });

  it('lies in one slot of a cluster for each root, whatever its name', async () => {
    for (const name of ['plain', '}x', '{', '{}', '%7d', 'a}b{c', ' ', 'ключ']) {
      const own = redisCounter(connection, { prefix: `${name.length}:`, deadline: 10_000 });
      await own.open(name, [{ key: 'budget', spent: 0 }]);
      await own.reserve({ ...call('a', [sum(1), rate, gauge()]), root: name });
      const keys = (await names()).filter((key) => key !== '');
      const slots = new Set(await Promise.all(keys.map(async (key) => tagOf(key))));
      expect(slots.size).toBe(1);
      expect([...slots][0]).not.toBe('');
      await ask('FLUSHALL');
    }
  });

  it('counts no more after a restart: what was saved may be from long ago', { timeout: 30_000 }, async () => {
    const windows = [sum(5), gauge()];
    await counter.open(root, [{ key: 'budget', spent: 100 }]);
    await counter.reserve(call('saved', windows));
    await counter.reserve(call('ended', windows));
    await counter.settle(call('ended', windows), {});
    await ask('SAVE');
    await counter.settle(call('saved', windows), { budget: 3 });
    await server?.kill();
    await server?.start();
    const again = await untilItAnswers(async () => counter.reserve(call('later', windows)));
    expect(again).toEqual({ kind: 'missing', keys: ['budget'] });
    expect(await counter.read(root, [{ kind: 'gauge', key: 'parallel' }])).toMatchObject([{ used: 0 }]);
    // What the ledger has not heard of yet is said again, and not taken for what was saved with the end of the call.
    await counter.settle(call('ended', windows), {});
    await counter.open(root, [{ key: 'budget', spent: 103 }]);
    expect(await counter.read(root, [{ kind: 'sum', key: 'budget' }])).toMatchObject([{ used: 108, reserved: 0 }]);
    // A call that goes on holds its part again.
    expect(await counter.renew(call('under way', windows))).toBe(true);
    expect(await counter.read(root, [{ kind: 'sum', key: 'budget' }])).toMatchObject([{ used: 113, reserved: 5 }]);
  });
});

/** What decides the slot of a key, as Redis's specification of clusters has it. */
function tagOf(key: string): string {
  const begin = key.indexOf('{');
  const end = key.indexOf('}', begin + 1);
  return begin < 0 || end <= begin + 1 ? key : key.slice(begin + 1, end);
}

async function untilItAnswers<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await question().catch(() => undefined);
    if (answer !== undefined) return answer;
    await setTimeout(50);
  }
}
