import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { createKey, hashKey } from '@ai-proxy/auth';
import type { KeyRecord } from '@ai-proxy/core';
import { sqlKeyStore } from '@ai-proxy/sql';
import { madeUpChange, madeUpKey, startRedis } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabases } from '../../packages/sql/test/keys/open-databases.ts';

const databases = await openDatabases();
const redis = await startRedis();
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill();
  await redis?.close();
  await databases.close();
});

async function start(program: URL, parameters: readonly string[]): Promise<string> {
  const child = fork(program, parameters, { execArgv: ['--conditions=ai-proxy-source'] });
  children.push(child);
  const [port] = await once(child, 'message');
  return `http://127.0.0.1:${String(port)}`;
}

const isWithout = databases.server === undefined;
const upstream = await start(new URL('upstream-process.ts', import.meta.url), []);

describe.each([
  ['two processes on one SQLite file', 'sqlite', undefined, false],
  ['two processes on one PostgreSQL', 'postgres', undefined, isWithout],
  ['two processes on one PostgreSQL, with a cache that Redis invalidates', 'postgres', redis?.url, isWithout || redis === undefined],
] as const)('in %s', (_name, kind, cache, isMissing) => {
  it.skipIf(isMissing)('what one does to a key holds in the other two seconds later', { timeout: 60_000 }, async () => {
    const database = await databases.open(kind);
    const store = sqlKeyStore(database, { timeout: 10_000 });
    const gateway = await start(new URL('gateway-process.ts', import.meta.url), [
      upstream,
      database.url,
      ...(cache === undefined ? [] : [cache]),
    ]);
    const ask = async (key: string): Promise<number> => {
      const response = await fetch(`${gateway}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'hello' }] }),
      });
      await response.body?.cancel();
      return response.status;
    };

    const texts = Array.from({ length: 6 }, () => createKey());
    const [deleted = '', blocked = '', rotated = '', narrowed = '', child = '', untouched = ''] = texts;
    const records = new Map<string, KeyRecord>();
    for (const [number, text] of texts.entries()) {
      const record = madeUpKey(number, { hash: await hashKey(text), parent: text === child ? madeUpKey(1).id : undefined });
      records.set(text, record);
      await store.put(record, madeUpChange(number, record.id));
    }
    const recordOf = (text: string): KeyRecord => records.get(text) ?? madeUpKey(0);
    let number = 100;
    const change = async (text: string, differences: Partial<KeyRecord>): Promise<void> => {
      const record = recordOf(text);
      await store.update({ ...record, ...differences }, madeUpChange((number += 1), record.id));
    };
    expect(await Promise.all(texts.map(ask))).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await Promise.all(texts.map(ask))).toEqual([200, 200, 200, 200, 200, 200]);

    await store.delete(recordOf(deleted).id, madeUpChange((number += 1), recordOf(deleted).id, { action: 'delete' }));
    await change(blocked, { blocked: true });
    const next = createKey();
    await change(rotated, { hash: await hashKey(next), earlier: [{ hash: recordOf(rotated).hash, until: Date.now() }] });
    await change(narrowed, { models: ['nothing'] });
    // Calls that go on all the while keep nothing alive.
    const over = Date.now() + 2000;
    while (Date.now() < over) {
      await Promise.all(texts.map(ask));
      await setTimeout(50);
    }
    expect(await Promise.all([...texts, next].map(ask))).toEqual([401, 401, 401, 403, 401, 200, 200]);
    expect(await ask(untouched)).toBe(200);
    await store.close();
  });
});
