import { fork } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql, sqlKeyStore, sqlLedger } from '../../src/index.ts';
import { openDatabases } from './open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

async function holdLock(url: string, milliseconds: number): Promise<{ readonly released: Promise<unknown> }> {
  const child = fork(new URL('hold-lock.ts', import.meta.url), [url.slice('sqlite:'.length), `${milliseconds}`], { execArgv: [] });
  await once(child, 'message');
  return { released: once(child, 'exit') };
}

/** How often the event loop came by while something was under way. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  const clock = setInterval(() => (turns += 1), 1);
  await work.catch(() => {});
  clearInterval(clock);
  return turns;
}

describe('a SQLite file that another process has locked', () => {
  it('is read at once, and written as soon as it is free, and the event loop goes on', async () => {
    const database = await databases.open('sqlite');
    const store = sqlKeyStore(database, { timeout: 15_000 });
    await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
    const { released } = await holdLock(database.url, 600);
    let isReleased = false;
    void released.then(() => (isReleased = true));
    const writing = store.update(madeUpKey(1, { blocked: true }), madeUpChange(2, 'key_0001'));
    const turns = turnsDuring(writing);
    expect((await store.findByHash(madeUpKey(1).hash))?.blocked).toBe(false);
    expect((await store.changes()).all).toBe(false);
    expect(isReleased).toBe(false);
    expect(await writing).toBe(2);
    // Had anything waited inside of SQLite, there would have been one or two.
    expect(await turns).toBeGreaterThan(20);
    expect((await store.findByHash(madeUpKey(1).hash))?.blocked).toBe(true);
    await released;
    await store.close();
  });

  it('is waited for until the deadline, and then the change is refused by the name of the store, and not made', async () => {
    const database = await databases.open('sqlite');
    const store = sqlKeyStore(database, { name: 'the keys', timeout: 200 });
    await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
    const { released } = await holdLock(database.url, 1500);
    const writing = store.delete('key_0001', madeUpChange(2, 'key_0001', { action: 'delete' }));
    const turns = turnsDuring(writing);
    await expect(writing).rejects.toThrow('The store "the keys" failed: database is locked');
    expect(await turns).toBeGreaterThan(10);
    await released;
    expect((await store.find('key_0001'))?.version).toBe(1);
    await store.close();
  });

  it('is opened, and its tables are made, without a wait in the event loop', async () => {
    const url = await databases.url('sqlite');
    new DatabaseSync(url.slice('sqlite:'.length)).close();
    const { released } = await holdLock(url, 500);
    const store = sqlKeyStore(openSql(url), { timeout: 15_000 });
    const asking = store.find('key_0001');
    const turns = turnsDuring(asking);
    expect(await asking).toBeUndefined();
    expect(await turns).toBeGreaterThan(20);
    await released;
    await store.close();
  });
});

describe('a store of keys in SQLite', () => {
  it('lets many write at once, in several connections, beside a ledger', { timeout: 60_000 }, async () => {
    const database = await databases.open('sqlite');
    const ledger = sqlLedger(database);
    const stores = Array.from({ length: 4 }, () => sqlKeyStore(database, { timeout: 30_000 }));
    const pruning = ledger.prune({ before: 0 });
    const writing = stores.map(async (store, index) => {
      for (let number = index; number < 80; number += stores.length)
        await store.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id));
    });
    await Promise.all([...writing, pruning]);
    expect((await stores[0]?.list({}, undefined, 1000))?.keys).toHaveLength(80);
    for (const store of stores) await store.close();
    await ledger.close();
  });

  it('says after its end that it was closed, and needs no closing before its first use', async () => {
    const database = await databases.open('sqlite');
    const [used, unused] = [sqlKeyStore(database), sqlKeyStore(database)];
    await used.find('key_0001');
    await used.close();
    await unused.close();
    for (const store of [used, unused]) await expect(store.find('key_0001')).rejects.toThrow('The store "keys" failed: it was closed');
  });

  it('says which store it is where the file is none, and works once it is gone', async () => {
    const url = await databases.url('sqlite');
    const { writeFile, rm } = await import('node:fs/promises');
    const path = url.slice('sqlite:'.length);
    await writeFile(path, 'this is no database, and long enough to be looked at: '.repeat(100));
    const store = sqlKeyStore(openSql(url));
    await expect(store.find('key_0001')).rejects.toThrow('The store "keys" failed: file is not a database');
    await rm(path);
    expect(await store.find('key_0001')).toBeUndefined();
    await store.close();
  });
});
