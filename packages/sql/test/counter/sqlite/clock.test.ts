import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { consoleLog } from '@ai-proxy/core';
import type { Counter } from '@ai-proxy/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCounter } from '../../../src/counter/create-counter.ts';
import { createSqliteTables } from '../../../src/counter/sqlite/sqlite-tables.ts';
import { budget, gauge, parallel, rate, reservation, sum } from '../windows.ts';

let folder = '';
let now = 0;
let counters: Counter[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
  now = 1_700_000_000_000;
  counters = [];
});
afterEach(async () => {
  for (const counter of counters) await counter.close();
  await rm(folder, { recursive: true });
});

const path = (): string => join(folder, 'counters');

function open(): Counter {
  const counter = createCounter(
    'counter',
    createSqliteTables({ name: 'counter', path: path(), deadline: 1000, log: consoleLog, now: () => now }),
  );
  counters.push(counter);
  return counter;
}

function rowsIn(table: string): number {
  const database = new DatabaseSync(path());
  const count = Number(database.prepare(`select count(*) as count from ${table}`).get()?.['count']);
  database.close();
  return count;
}

describe('the clock of a file', () => {
  it('does not go back with that of the machine, and does not stand still either', async () => {
    const [one, two] = [open(), open()];
    const wanted: Parameters<Counter['read']>[1] = [{ kind: 'rate', key: 'rpm', period: 60_000 }, parallel];
    await one.reserve(reservation('a', [rate, gauge()], 10_000));
    now += 5000;
    await one.read('tenant', wanted);
    now -= 3_600_000;
    // The other has seen nothing yet.
    expect((await two.read('tenant', wanted)).map((reading) => reading?.used)).toEqual([1, 1]);
    now += 4000;
    expect((await two.read('tenant', wanted)).map((reading) => reading?.used)).toEqual([1, 1]);
    now += 2000;
    expect((await one.read('tenant', wanted)).map((reading) => reading?.used)).toEqual([1, 0]);
    now += 55_000;
    expect((await two.read('tenant', wanted)).map((reading) => reading?.used)).toEqual([0, 0]);
  });

  it('tells the same in both of two processes', async () => {
    const [one, two] = [open(), open()];
    await one.open('tenant', [{ key: 'budget', spent: 1 }]);
    now -= 60_000;
    const opened = async (counter: Counter): Promise<number | undefined> => (await counter.read('tenant', [budget]))[0]?.openedAt;
    expect([await one.reserve(reservation('a', [sum(1)])), await opened(one)]).toMatchObject([{ kind: 'reserved' }, 1_700_000_000_000]);
    expect(await opened(two)).toBe(1_700_000_000_000);
  });
});

describe('what nobody needs any more', () => {
  it('goes away, some of it with each call', async () => {
    const counter = open();
    await counter.open('tenant', [{ key: 'budget', spent: 0 }]);
    for (let index = 0; index < 3000; index += 1) {
      const one = reservation(
        `${index}`,
        [{ ...rate, key: `rpm of ${index}` }, gauge(), { ...budget, amount: 1, keep: 60_000 }],
        60_000,
        `tenant ${index % 7}`,
      );
      await counter.open(one.root, [{ key: 'budget', spent: 0, keep: 60_000 }]);
      await counter.reserve(one);
      // A third dies.
      if (index % 3 > 0) await counter.settle(one, {});
    }
    expect([rowsIn('calls'), rowsIn('windows')]).toEqual([3000, 3000 + 7 + 7 + 1]);
    // The roots of the dead are never asked for again.
    now += 200_000;
    for (let calls = 0; calls < 50; calls += 1) await counter.read('tenant', []);
    expect(rowsIn('calls')).toBe(0);
    now += 200_000;
    for (let calls = 0; calls < 50; calls += 1) await counter.read('tenant', []);
    expect(rowsIn('calls')).toBe(0);
    // But for a sum that is kept for ever.
    expect(rowsIn('windows')).toBe(1);
    expect(await counter.read('tenant', [budget])).toMatchObject([{ used: 0 }]);
  });

  it('is kept while something is reserved in it', async () => {
    const counter = open();
    await counter.open('tenant', [{ key: 'budget', spent: 7, keep: 1000 }]);
    await counter.reserve(reservation('long', [{ ...budget, amount: 5, keep: 1000 }, gauge()], 3_600_000));
    for (let rounds = 0; rounds < 10; rounds += 1) {
      now += 120_000;
      await counter.read('another', []);
    }
    expect((await counter.read('tenant', [budget, parallel])).map((reading) => reading?.used)).toEqual([12, 1]);
  });
});

describe('a thousand that have expired', () => {
  it('are all freed before anybody is refused', async () => {
    const counter = open();
    await counter.open('tenant', [{ key: 'budget', spent: 0 }]);
    for (let index = 0; index < 1000; index += 1) await counter.reserve(reservation(`${index}`, [sum(1, 1000)], 3000));
    expect(await counter.reserve(reservation('early', [sum(1000, 1000)]))).toMatchObject({ kind: 'refused' });
    now += 3100;
    expect(await counter.reserve(reservation('late', [sum(1000, 1000)]))).toMatchObject({
      kind: 'reserved',
      readings: [{ used: 1000, reserved: 1000 }],
    });
  });
});
