import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlKeyStore } from '../../src/index.ts';
import { openDatabases } from './open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

/** What somebody may have written by hand, or a later version. */
const nonsense: readonly (readonly [column: string, value: string | number])[] = [
  ['details', 'no JSON'],
  ['details', '[]'],
  ['details', '"text"'],
  ['details', '{"limits":{"requestsPerMinute":"60"}}'],
  ['details', '{"limits":{"requestsPerMinute":-1}}'],
  ['details', '{"limits":{"requestsPerHour":60}}'],
  ['details', '{"limits":{"budgets":{"limit":5}}}'],
  ['details', '{"limits":{"budgets":[{"limit":0.5}]}}'],
  ['details', '{"limits":{"budgets":[{"limit":5,"per":"1d"}]}}'],
  ['details', '{"limits":{"perModel":{"fast":{"perModel":{}}}}}'],
  ['details', '{"endUserLimits":[]}'],
  ['details', '{"models":"*"}'],
  ['details', '{"routes":[1]}'],
  ['details', '{"modelAliases":{"fast":7}}'],
  ['details', '{"earlier":[{"hash":"x","until":5}]}'],
  ['details', '{"allowedHours":[9,17]}'],
  ['details', '{"__proto__":{"limits":{}}}'],
  ['id', ''],
  ['blocked', 2],
  ['manages_keys', -1],
  ['created_by', ''],
];

describe.each(databases.kinds)('a row in %s that is no key', (_name, kind, isMissing) => {
  it.skipIf(isMissing).each(nonsense)('opens nothing: %s = %j', async (column, value) => {
    const database = await databases.open(kind);
    const store = sqlKeyStore(database);
    const record = madeUpKey(1);
    await store.put(record, madeUpChange(1, record.id));
    const connected = await database.connect();
    await sql`update ai_proxy_keys set ${sql.ref(column)} = ${value}`.execute(connected);
    const refusal = `The store "keys" failed: a row of the table of keys has a wrong ${column}`;
    await expect(store.findByHash(record.hash)).rejects.toThrow(refusal);
    await expect(store.list()).rejects.toThrow(refusal);
    await store.close();
  });

  it.skipIf(isMissing)('is not written either', async () => {
    const store = sqlKeyStore(await databases.open(kind));
    const wrong = [madeUpKey(1, { limits: { parallel: 0.5 } }), madeUpKey(1, { hash: 'x' }), madeUpKey(1, { createdAt: Number.NaN })];
    for (const record of wrong) await expect(store.put(record, madeUpChange(1, record.id))).rejects.toThrow('The store "keys" failed');
    expect([(await store.list()).keys, (await store.audit()).changes]).toEqual([[], []]);
    await store.close();
  });
});
