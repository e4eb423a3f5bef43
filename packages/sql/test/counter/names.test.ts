import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlCounter } from '../../src/counter/sql-counter.ts';
import { openSql } from '../../src/database/open-sql.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
const server = await startPostgres();
const places = {
  SQLite: `sqlite:${join(folder, 'ai-proxy.db')}`,
  PostgreSQL: (await server?.createDatabase()) ?? 'postgres://nowhere',
};
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

// Names of end users are the word of callers: whatever they say, it is counted, and no store takes it for its own failure.
const names = [
  'a\0b',
  '\0',
  '\ud800',
  '\udc00\ud800',
  '\\',
  "\\'; drop table ai_proxy_counter_calls; --",
  `'); select pg_sleep(10); --`,
  '$1 $$ $tag$',
  '€'.repeat(2000),
  `${'€'.repeat(2000)}!`,
  '🔑'.repeat(2000),
  '\0'.repeat(5000),
  '{"json": "\\u0000"}',
];

describe.each(Object.entries(places))('names that callers make up, in %s', (kind, url) => {
  it.skipIf(kind === 'PostgreSQL' && server === undefined)('are counted each by itself, as keys, roots and ids', async () => {
    const database = openSql(url);
    const counter = sqlCounter(database, { deadline: 10_000 });
    for (const [index, name] of names.entries()) {
      const windows = [
        { kind: 'sum', key: name, amount: 1 + index },
        { kind: 'rate', key: `rate ${name}`, amount: 1, period: 60_000, limit: 1 },
      ] as const;
      const wanted = { id: name, root: name, ttl: 60_000, windows };
      expect(await counter.reserve(wanted)).toEqual({ kind: 'missing', keys: [name] });
      await counter.open(name, [{ key: name, spent: 100 }]);
      expect(await counter.reserve(wanted)).toMatchObject({ kind: 'reserved', readings: [{ key: name, used: 101 + index }, { used: 1 }] });
      expect(await counter.reserve({ ...wanted, id: `${name} again` })).toMatchObject({ refusals: [{ key: `rate ${name}` }] });
      await counter.settle(wanted, { [name]: index });
    }
    for (const [index, name] of names.entries()) {
      expect(await counter.read(name, [{ kind: 'sum', key: name }])).toMatchObject([{ key: name, used: 100 + index, reserved: 0 }]);
    }
    await counter.close();
    await database.close();
  });
});
