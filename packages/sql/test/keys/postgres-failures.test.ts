import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { inspect } from 'node:util';
import type { KeyStore } from '@ai-proxy/core';
import { madeUpChange, madeUpKey, startPostgres } from '@ai-proxy/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openSql, sqlKeyStore } from '../../src/index.ts';

const server = await startPostgres();
const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});
afterAll(async () => server?.close());

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function openStore(url: string, options: { readonly timeout?: number; readonly warnings?: string[] } = {}): KeyStore {
  const database = openSql(url);
  const log = { ...quiet, warn: (fields: object, message: string) => void options.warnings?.push(`${message} ${JSON.stringify(fields)}`) };
  const store = sqlKeyStore(database, { timeout: options.timeout ?? 5000, log });
  endings.push(
    () => database.close(),
    () => store.close(),
  );
  return store;
}

const newDatabase = async (): Promise<string> => (await server?.createDatabase()) ?? '';

/** A way to the server that can be cut, or stand still, also by itself once it has seen a text go by. */
async function startWire(url: string, last?: string): Promise<{ readonly url: string; freeze(): void; thaw(): void; cut(): void }> {
  const target = new URL(url);
  const [port, host] = [Number(target.port), target.hostname];
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const wire: Server = createServer((near) => {
    const far = connect(port, host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.on('data', (bytes) => {
        other.write(bytes);
        if (last !== undefined && bytes.includes(last)) freeze();
      });
      if (isFrozen) one.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const address = wire.address();
  target.port = String(typeof address === 'object' ? address?.port : '');
  function freeze(): void {
    isFrozen = true;
    for (const socket of sockets) socket.pause();
  }
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  endings.unshift(() => void wire.close(), cut);
  return {
    url: target.href,
    cut,
    freeze,
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
  };
}

const reasonOf = async (asking: Promise<unknown>): Promise<Error> =>
  asking.then(
    () => new Error('it was answered'),
    (error: unknown) => (error instanceof Error ? error : new Error('it rejected with no error')),
  );

const everything = (store: KeyStore): readonly Promise<unknown>[] => [
  store.findByHash(madeUpKey(1).hash),
  store.find('key_0001'),
  store.findByAlias('one'),
  store.put(madeUpKey(1), madeUpChange(1, 'key_0001')),
  store.update(madeUpKey(1), madeUpChange(2, 'key_0001')),
  store.delete('key_0001', madeUpChange(3, 'key_0001')),
  store.list(),
  store.changes(),
  store.changes('0.'),
  store.audit(),
];

describe.skipIf(server === undefined)('keys in a PostgreSQL', () => {
  it('that is away are refused, every way of asking for them, and are there with the server', { timeout: 60_000 }, async () => {
    const store = openStore(await newDatabase());
    await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
    await server?.stop();
    const reasons = await Promise.all(everything(store).map(reasonOf));
    for (const { message } of reasons) expect(message).toMatch(/^The store "keys" failed: .*(?:ECONNREFUSED|terminat|shut|ended)/i);
    await server?.start();
    expect((await store.findByHash(madeUpKey(1).hash))?.id).toBe('key_0001');
    expect((await store.find('key_0001'))?.version).toBe(1);
  });

  it('that stands still are refused by the deadline, and found once it moves again', { timeout: 60_000 }, async () => {
    const wire = await startWire(await newDatabase());
    const store = openStore(wire.url, { timeout: 300 });
    await expect
      .poll(async () => store.put(madeUpKey(1), madeUpChange(1, 'key_0001')).then(() => 'kept', String), { timeout: 10_000 })
      .toMatch(/kept|id/);
    wire.freeze();
    const reasons = await Promise.all(everything(store).map(reasonOf));
    for (const { message } of reasons) expect(message).toMatch(/^The store "keys" failed: .*(?:within 300 ms|timeout)/i);
    wire.thaw();
    await expect.poll(async () => reasonOf(store.findByHash(madeUpKey(1).hash)).then(({ message }) => message)).toBe('it was answered');
    // Nothing holds the lock of the writers any more.
    await expect
      .poll(async () => reasonOf(store.delete('key_0002', madeUpChange(9, 'key_0002'))).then(({ message }) => message))
      .toBe('it was answered');
  });

  it(
    'are changed by others though an instance has died in the midst of a change, and nobody has noticed',
    { timeout: 60_000 },
    async () => {
      const url = await newDatabase();
      const wire = await startWire(url, 'pg_advisory_xact_lock($1)');
      const [dying, living] = [openStore(wire.url, { timeout: 5000 }), openStore(url, { timeout: 20_000 })];
      await living.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
      await dying.find('key_0001');
      const lost = reasonOf(dying.put(madeUpKey(2), madeUpChange(2, 'key_0002')));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await living.put(madeUpKey(3), madeUpChange(3, 'key_0003'));
      expect((await lost).message).toMatch(/^The store "keys" failed: /);
      expect((await living.list()).keys.map(({ id }) => id)).toEqual(['key_0001', 'key_0003']);
    },
  );

  it('that was never there, or takes another password, are refused without a word of the password', async () => {
    const good = new URL(await newDatabase());
    const urls = [
      `postgres://postgres:hunter%402secret@127.0.0.1:1/x`,
      `postgres://nobody:hunter%402secret@${good.host}${good.pathname}`,
      `postgres://postgres:hunter%402secret@${good.host}/hunter@2secret`,
      `postgres://postgres:hunter%402secret@[wrong/x`,
      `postgres://postgres:hunter%402secret@${good.host}/x?sslmode=verify-full&sslrootcert=/nowhere/hunter@2secret`,
    ];
    for (const url of urls) {
      const warnings: string[] = [];
      const store = openStore(url, { timeout: 2000, warnings });
      store.watch?.(() => {});
      const reason = await reasonOf(store.find('key_0001'));
      expect(reason.message).toMatch(/^The store "keys" failed: ./);
      expect(inspect(reason, { depth: 20, showHidden: true }) + warnings.join('\n')).not.toMatch(/hunter(?:@|%40)2/);
    }
  });

  it('tell of changes to other instances at once, also after the connection was cut', { timeout: 60_000 }, async () => {
    const url = await newDatabase();
    const wire = await startWire(url);
    const warnings: string[] = [];
    const [writer, watcher] = [openStore(url), openStore(wire.url, { warnings })];
    const heard = new Set<string>();
    const end = watcher.watch?.((id) => heard.add(id));
    await watcher.changes();
    let number = 0;
    const tell = async (): Promise<number> => {
      number += 1;
      await writer.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id));
      return heard.size;
    };
    await expect.poll(tell, { timeout: 10_000 }).toBeGreaterThan(0);
    wire.cut();
    heard.clear();
    await expect.poll(tell, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('PostgreSQL tells of no changes of keys: they are heard of within two seconds');
    end?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
    heard.clear();
    await tell();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard.size).toBe(0);
  });

  it('are not connected to by those who only watch', async () => {
    const warnings: string[] = [];
    const store = openStore('postgres://postgres@127.0.0.1:1/x', { warnings });
    store.watch?.(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(warnings).toEqual([]);
    await expect(store.changes()).rejects.toThrow('ECONNREFUSED');
    await expect.poll(() => warnings.length).toBe(1);
  });

  it('are asked for in a few questions where many ask at once, and each gets his own', async () => {
    const store = openStore(await newDatabase());
    for (let number = 0; number < 30; number += 1) await store.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id));
    const numbers = Array.from({ length: 2000 }, (_, index) => index % 40);
    const found = await Promise.all(numbers.map(async (number) => (await store.findByHash(madeUpKey(number).hash))?.id));
    expect(found).toEqual(numbers.map((number) => (number < 30 ? madeUpKey(number).id : undefined)));
  });

  it('can be named as long as any text', async () => {
    const store = openStore(await newDatabase());
    const record = madeUpKey(1, { id: `key_${'x'.repeat(2000)}` });
    await store.put(record, madeUpChange(1, record.id));
    expect(await store.find(record.id)).toEqual(record);
  });
});
