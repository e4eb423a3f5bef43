import type { KeyStore } from '@ai-proxy/core';
import { KeyConflict } from '@ai-proxy/core';
import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlKeyStore } from '../../src/index.ts';
import { openDatabases } from './open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

/** Follows a store's changes, and notes at each answer what of all that was done before it was asked it has not heard of. */
async function follow(store: KeyStore, from: string, done: ReadonlySet<string>, isOver: () => boolean): Promise<readonly string[]> {
  const heard = new Set<string>();
  const missed: string[] = [];
  let position = from;
  let isLast = false;
  do {
    isLast = isOver();
    const before = [...done];
    const news = await store.changes(position);
    for (const id of news.ids) heard.add(id);
    ({ position } = news);
    missed.push(...before.filter((id) => !heard.has(id)));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  } while (!isLast);
  return missed;
}

describe.each(databases.kinds)('changes of keys in %s', (_name, kind, isMissing) => {
  it.skipIf(isMissing)('are all told to each of several readers, though several instances write at once', { timeout: 60_000 }, async () => {
    const database = await databases.open(kind);
    const open = (): KeyStore => sqlKeyStore(database, { connections: 4, timeout: 30_000 });
    const writers = Array.from({ length: 6 }, open);
    const readers = Array.from({ length: 4 }, open);
    const { position } = await (readers[0] ?? open()).changes();
    const done = new Set<string>();
    let isOver = false;
    const following = readers.map(async (reader) => follow(reader, position, done, () => isOver));
    await Promise.all(
      writers.map(async (store, writer) => {
        for (let number = writer; number < 240; number += writers.length) {
          const record = madeUpKey(number);
          await store.put(record, madeUpChange(number, record.id));
          done.add(record.id);
          // Transactions that come to nothing lie between the others.
          if (number % 5 === 0) await expect(store.put(record, madeUpChange(1000 + number, record.id))).rejects.toThrow(KeyConflict);
        }
      }),
    );
    isOver = true;
    expect(await Promise.all(following)).toEqual(readers.map(() => []));
    expect((await (readers[0] ?? open()).changes(position)).ids).toHaveLength(240);
    for (const store of [...writers, ...readers]) await store.close();
  });

  it.skipIf(isMissing)('are forgotten after a thousand: then everything may have changed', { timeout: 60_000 }, async () => {
    const database = await databases.open(kind);
    const store = sqlKeyStore(database, { timeout: 10_000 });
    const positions = [(await store.changes()).position];
    for (let number = 0; number < 1003; number += 1) {
      const record = madeUpKey(number);
      await store.put(record, madeUpChange(number, record.id));
      if (number < 5) positions.push((await store.changes()).position);
    }
    const answers = await Promise.all(positions.map(async (position) => store.changes(position)));
    expect(answers.map(({ all, ids }) => [all, ids.length])).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
      [true, 0],
      [false, 999],
      [false, 998],
    ]);
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    const rows = await (await database.connect()).selectFrom('ai_proxy_key_news').select('number').execute();
    expect(rows).toHaveLength(1000);
    expect((await store.audit({ to: madeUpChange(3, '').at })).changes).toHaveLength(3);
    await store.close();
  });

  it.skipIf(isMissing)('of another database, or of this one before it was restored, are known to be unknown', async () => {
    const [one, other] = [sqlKeyStore(await databases.open(kind)), sqlKeyStore(await databases.open(kind))];
    const empty = (await one.changes()).position;
    await one.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
    await other.put(madeUpKey(2), madeUpChange(2, 'key_0002'));
    const { position } = await one.changes();
    expect(await other.changes(position)).toEqual({ ids: [], position: (await other.changes()).position, all: true });
    expect((await other.changes('7.change_000001')).all).toBe(true);
    expect((await other.changes(empty)).ids).toEqual(['key_0002']);
    await one.close();
    await other.close();
  });

  it.skipIf(isMissing)('are told at once in the process that made them', async () => {
    const store = sqlKeyStore(await databases.open(kind));
    const heard: string[] = [];
    const end = store.watch?.((id) => heard.push(id));
    await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
    expect(heard).toContain('key_0001');
    end?.();
    await store.close();
  });
});
