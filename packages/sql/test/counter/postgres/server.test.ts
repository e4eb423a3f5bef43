import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Counter } from '@ai-proxy/core';
import { startPostgres } from '@ai-proxy/testing';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createCounter } from '../../../src/counter/create-counter.ts';
import { createPostgresTables } from '../../../src/counter/postgres/postgres-tables.ts';
import { toBeginning } from '../../../src/counter/postgres/statements.ts';
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import type { SqlCounterOptions } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { budget, gauge, parallel, rate, reservation, sum } from '../windows.ts';

const server = await startPostgres();
const url = (await server?.createDatabase()) ?? 'postgres://nowhere';
const database = openSql(url);
let endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});
afterAll(async () => {
  await database.close();
  await server?.close();
});

function open(options: SqlCounterOptions = {}): Counter {
  const counter = sqlCounter(database, { name: 'the counter', ...options });
  endings.push(async () => counter.close());
  return counter;
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  endings.push(async () => client.end());
  return client;
}

const countOf = async (client: pg.Client, table: string): Promise<number> =>
  (await client.query<{ count: number }>(`select count(*)::int as count from ai_proxy_counter_${table}`)).rows[0]?.count ?? -1;

describe.skipIf(server === undefined)('a counter on a server', () => {
  it('asks it twice for each transaction, and all who wait share the next', async () => {
    const counter = open({ deadline: 5000 });
    const root = 'together';
    await counter.open(root, [{ key: 'budget', spent: 0 }]);
    const client = await connect();
    const transactions = async (): Promise<number> =>
      Number(
        (await client.query<{ n: string }>(`select count(distinct xmin::text) as n from ai_proxy_counter_calls where root = '${root}'`))
          .rows[0]?.n,
      );
    await Promise.all(Array.from({ length: 100 }, async (_, index) => counter.reserve(reservation(`${index}`, [sum(1)], 60_000, root))));
    // The first goes alone, and ninety-nine came while it was under way.
    expect(await transactions()).toBe(2);
  });

  it('gives up by the deadline where somebody holds the lock, and leaves other roots alone', async () => {
    const counter = open({ deadline: 1000 });
    await counter.read('locked', []);
    const client = await connect();
    const other = createCounter('other', createPostgresTables({ database, name: 'other', deadline: 5000, connections: 1 }));
    endings.push(async () => other.close());
    await client.query('begin');
    // The same lock, taken the same way: whatever the counter holds while it counts.
    await client.query(toBeginning('locked', [], '0::bigint'));
    await expect(counter.reserve(reservation('a', [gauge()], 60_000, 'locked'))).rejects.toMatchObject({
      name: 'SqlError',
      code: 'DEADLINE',
      message: expect.stringMatching(/^the counter: /) as string,
    });
    expect(await counter.reserve(reservation('a', [gauge()], 60_000, 'free'))).toMatchObject({ kind: 'reserved' });
    await client.query('rollback');
    expect(await counter.reserve(reservation('b', [gauge(1)], 60_000, 'locked'))).toMatchObject({ kind: 'reserved' });
  });

  it('does not wait for ever for a process that stands still in the midst of it', { timeout: 60_000 }, async () => {
    const counter = open({ deadline: 300 });
    const child = fork(new URL('count-on.ts', import.meta.url), [url, 'frozen'], { execArgv: ['--conditions=ai-proxy-source'] });
    endings.push(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await once(child, 'message');
    for (let round = 0; round < 8; round += 1) {
      await setTimeout(20 + 7 * round);
      child.kill('SIGSTOP');
      const wanted = reservation(`${round}`, [gauge()], 60_000, 'frozen');
      await expect
        .poll(async () => counter.reserve(wanted).then(({ kind }) => kind, String), { timeout: 5000, interval: 50 })
        .toBe('reserved');
      child.kill('SIGCONT');
    }
  });

  it('is there again when the server is, and knows what it knew', { timeout: 60_000 }, async () => {
    const counter = open({ deadline: 2000 });
    await counter.open('restart', [{ key: 'budget', spent: 7 }]);
    await counter.reserve(reservation('a', [sum(3), gauge()], 60_000, 'restart'));
    await server?.stop();
    for (let round = 0; round < 5; round += 1) {
      await expect(counter.reserve(reservation('b', [sum(3)], 60_000, 'restart'))).rejects.toMatchObject({
        code: 'DISCONNECTED',
        message: expect.stringMatching(/^the counter: there is no connection to PostgreSQL: /) as string,
      });
    }
    await server?.start();
    expect(await counter.reserve(reservation('b', [sum(3), gauge()], 60_000, 'restart'))).toMatchObject({
      kind: 'reserved',
      readings: [{ used: 13 }, { used: 2 }],
    });
  });

  it('goes on over another connection where its own are cut', async () => {
    const counter = open({ deadline: 2000 });
    await counter.read('cut', []);
    const client = await connect();
    await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ai-proxy counter'`);
    expect(await counter.reserve(reservation('a', [gauge()], 60_000, 'cut'))).toMatchObject({ kind: 'reserved' });
  });

  it('goes on over another connection where its own falls silent', { timeout: 60_000 }, async () => {
    const counter = open({ deadline: 300, connections: 2 });
    const ask = async (id: string, root: string): Promise<string> =>
      counter.reserve(reservation(id, [gauge()], 60_000, root)).then(({ kind }) => kind, String);
    // Two roots at once have a connection each.
    expect(await Promise.all([ask('a', 'silent'), ask('a', 'silent too')])).toEqual(['reserved', 'reserved']);
    const client = await connect();
    const { rows } = await client.query<{ pid: number }>(`select pid from pg_stat_activity where application_name = 'ai-proxy counter'`);
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
    try {
      expect(await ask('b', 'silent')).toBe('SqlError: the counter: PostgreSQL did not answer within 300 ms');
      await expect.poll(async () => ask('b', 'silent'), { timeout: 10_000 }).toBe('reserved');
      await expect.poll(async () => ask('b', 'silent too'), { timeout: 10_000 }).toBe('reserved');
    } finally {
      for (const { pid } of rows) process.kill(pid, 'SIGCONT');
    }
    await expect.poll(async () => (await counter.read('silent', [parallel]).catch(() => []))[0]?.used, { timeout: 10_000 }).toBe(2);
  });

  it('finds its sums missing after a crash of the server', { timeout: 60_000 }, async () => {
    const counter = open({ deadline: 1000 });
    await counter.open('crash', [{ key: 'budget', spent: 7 }]);
    await counter.reserve(reservation('a', [sum(3)], 60_000, 'crash'));
    const client = await connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(rows[0]?.pid ?? Number.NaN, 'SIGKILL');
    await expect
      .poll(async () => counter.reserve(reservation('b', [sum(3)], 60_000, 'crash')).then(({ kind }) => kind, String), { timeout: 30_000 })
      .toBe('missing');
    await counter.open('crash', [{ key: 'budget', spent: 20 }]);
    expect(await counter.renew(reservation('a', [sum(3)], 60_000, 'crash'))).toBe(true);
    expect(await counter.read('crash', [budget])).toMatchObject([{ used: 23, reserved: 3 }]);
  });

  it('says that its user lacks the rights', async () => {
    const counter = open({ deadline: 1000 });
    await counter.read('tenant', []);
    const client = await connect();
    await client.query('revoke all on ai_proxy_counter_calls from public; create role stranger login');
    const stranger = openSql(url.replace('postgres@', 'stranger:s3cret%21@'));
    const theirs = sqlCounter({ ...stranger, connect: async () => database.connect() }, { name: 'the counter', deadline: 1000 });
    endings.push(async () => theirs.close());
    await expect(theirs.reserve(reservation('a', [gauge()]))).rejects.toMatchObject({ name: 'SqlError', code: 'DENIED' });
  });

  it.each(['postgres://user:hunter2@127.0.0.1:1/x', 'postgres://user:hunter2@[bad/x', 'postgres://user:hunter2@nowhere.invalid/x'])(
    'tells nobody the password of %s',
    { timeout: 30_000 },
    async (place) => {
      const away = openSql(place);
      const counter = sqlCounter(away, { name: 'the counter', deadline: 300 });
      const failure: unknown = await counter.reserve(reservation('a', [gauge()])).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'SqlError', message: expect.stringMatching(/^the counter: /) as string });
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('hunter2');
      await counter.close();
      await away.close();
    },
  );
});

describe.skipIf(server === undefined)('what nobody needs any more on a server', () => {
  it('goes away', { timeout: 60_000 }, async () => {
    const client = await connect();
    await client.query(
      `create table if not exists the_time (now bigint); delete from the_time; insert into the_time values (1700000000000)`,
    );
    const options = { database, name: 'counter', deadline: 10_000, connections: 2, clock: '(select now from the_time)', pruneEvery: 0 };
    const counter = createCounter('counter', createPostgresTables(options));
    endings.push(async () => counter.close());
    await client.query('truncate ai_proxy_counter_windows, ai_proxy_counter_calls');
    await counter.open('tenant', [{ key: 'budget', spent: 0 }]);
    await Promise.all(
      Array.from({ length: 1500 }, async (_, index) => {
        const one = reservation(`${index}`, [{ ...rate, key: `rpm of ${index}` }, gauge()], 60_000, `tenant ${index % 7}`);
        await counter.reserve(one);
        // A third dies.
        if (index % 3 > 0) await counter.settle(one, {});
      }),
    );
    expect(await countOf(client, 'calls')).toBe(1500);
    await client.query('update the_time set now = now + 400000');
    await expect
      .poll(
        async () => {
          await counter.read('tenant', []);
          return [await countOf(client, 'calls'), await countOf(client, 'windows')];
        },
        { timeout: 30_000 },
      )
      .toEqual([0, 1]);
    expect(await counter.read('tenant', [budget, parallel])).toMatchObject([{ used: 0 }, { used: 0 }]);
  });
});
