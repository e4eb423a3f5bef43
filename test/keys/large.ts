// What a look-up costs when there are many keys: `large.ts [keys]`, 1,000,000 by default, beside 1,000. Ends with 1 where it costs more.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hashKey, keys } from '@ai-proxy/auth';
import { createProxy } from '@ai-proxy/core';
import type { KeyStore, Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { openSql, sqlKeyStore } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import { startPostgres } from '@ai-proxy/testing';
import { openPlainSql } from '../ledger/plain-sql.ts';
import type { PlainSql } from '../ledger/plain-sql.ts';
import { fillKeys } from './fill-keys.ts';

const few = 1000;
const [many = 1_000_000] = process.argv.slice(2).map(Number);

interface Subject {
  readonly database: SqlDatabase;
  readonly store: KeyStore;
  /** Asks the store for nearly every key: it remembers one. */
  readonly asking: Proxy;
  /** As it is by default: remembers ten thousand. */
  readonly remembering: Proxy;
  readonly known: readonly string[];
  readonly hashes: readonly string[];
  readonly plain: PlainSql;
}

const faults: string[] = [];
const summary: string[] = [];

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

const upstream = fork(new URL('upstream-process.ts', import.meta.url), { execArgv: [] });
const [port] = await once(upstream, 'message');

function makeProxy(store: KeyStore, remembered: number): Proxy {
  return createProxy({
    providers: [mistral({ baseURL: `http://127.0.0.1:${String(port)}`, apiKey: 'made-up' })],
    aliases: { fast: 'mistral/mistral-small-latest' },
    prices: { priceOf: () => ({ source: 'made up', rates: { inputPerMillion: 1, outputPerMillion: 3 } }) },
    policies: [keys({ store, remembered, patience: { timeout: 5000 } })],
  });
}

async function open(name: string, url: string, count: number): Promise<Subject> {
  const database = openSql(url);
  await database.connect();
  const began = Date.now();
  const known = await fillKeys(url, count, (done) => {
    if (done % 250_000 === 0) console.log(`${name}: ${done} of ${count} keys, ${Math.round((Date.now() - began) / 1000)} s`);
  });
  const store = sqlKeyStore(database, { connections: 1, timeout: 5000 });
  return {
    database,
    store,
    known,
    hashes: await Promise.all(known.map(async (key) => hashKey(key))),
    asking: makeProxy(store, 1),
    remembering: makeProxy(store, 10_000),
    plain: await openPlainSql(url),
  };
}

const anyOf = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(Math.random() * items.length)];

/** Microseconds of CPU of this process so far; of PostgreSQL, those of the processes that serve this database. */
async function cpu({ plain }: Subject): Promise<readonly [own: number, server: number]> {
  let server = 0;
  if (plain.kind === 'postgres') {
    const rows = await plain.all('select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()', []);
    for (const { pid } of rows) server += Number((await readFile(`/proc/${String(pid)}/schedstat`, 'utf8')).split(' ')[0]) / 1000;
  }
  const { user, system } = process.cpuUsage();
  return [user + system, server];
}

async function findByHash({ store, hashes }: Subject): Promise<void> {
  const hash = anyOf(hashes) ?? '';
  if ((await store.findByHash(hash)) === undefined) throw new Error('a key was not found');
}

const body = JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'hello' }], max_tokens: 10 });

const chat =
  (which: 'asking' | 'remembering', active?: number) =>
  async (subject: Subject): Promise<void> => {
    const key = anyOf(active === undefined ? subject.known : subject.known.slice(0, active)) ?? '';
    const response = await subject[which].fetch(
      new Request('http://gateway/v1/chat/completions', {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      }),
    );
    const text = await response.text();
    if (response.status !== 200) throw new Error(`a call was refused: ${text}`);
  };

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** In turn, so that whatever else the machine does touches both. The first rounds are not counted: what is read for the first time comes from the disk. */
async function compare(
  name: string,
  what: string,
  subjects: readonly Subject[],
  work: (subject: Subject) => Promise<void>,
  { times, rounds, most }: { readonly times: number; readonly rounds: number; readonly most: number },
): Promise<void> {
  const costs = subjects.map((): [number[], number[]] => [[], []]);
  for (let round = -5; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      const before = await cpu(subject);
      for (let time = 0; time < times; time += 1) await work(subject);
      const after = await cpu(subject);
      if (round >= 0) for (const part of [0, 1] as const) costs[index]?.[part].push((after[part] - before[part]) / times);
    }
  }
  for (const [part, whose] of ['', ' of the server'].entries()) {
    const [small = 0, large = 0] = costs.map((cost) => median(cost[part] ?? []));
    if (small === 0) continue;
    // The goal is one for the proxy. What its server does is told beside it.
    const bound = part === 0 ? most : Infinity;
    const line = `${name}: ${what}${whose}: ${small.toFixed(1)} µs of CPU with ${few} keys, ${large.toFixed(1)} µs with ${many}: ${(large / small).toFixed(2)} times`;
    console.log(line);
    summary.push(`${name} ${what}${whose} ×${(large / small).toFixed(2)}`);
    if (large / small > bound) faults.push(`${line}, more than ${bound}`);
  }
}

async function measure(name: string, urls: readonly [string, string]): Promise<void> {
  const small = await open(`${name}, small`, urls[0], few);
  const large = await open(name, urls[1], many);
  const subjects = [small, large];
  // A few microseconds more are many times as much here: what is looked up at random lies in no cache.
  await compare(name, 'a look-up by hash', subjects, findByHash, { times: 2000, rounds: 31, most: Infinity });
  await compare(name, 'a call whose key is looked up', subjects, chat('asking'), { times: 150, rounds: 41, most: 1.2 });
  await compare(name, 'a call with one of a thousand keys', subjects, chat('remembering', few), { times: 150, rounds: 41, most: 1.2 });
  // Here a thousand keys are all remembered, and of many hardly any is: no goal, but what it comes to at the worst.
  await compare(name, 'a call with any key', subjects, chat('remembering'), { times: 150, rounds: 41, most: Infinity });

  const before = heap();
  const fresh = makeProxy(large.store, 10_000);
  const held: number[] = [];
  for (const [index, key] of large.known.slice(0, 40_000).entries()) {
    if (index % 10_000 === 0) held.push(heap() - before);
    await fresh.fetch(new Request('http://gateway/v1/models/fast', { headers: { authorization: `Bearer ${key}` } }));
  }
  held.push(heap() - before);
  const line = `${name}: an instance holds ${held.map((megabytes) => megabytes.toFixed(1)).join(', ')} MB more after 0, 10, 20, 30, 40 thousand keys; ${Math.round(process.memoryUsage().rss / 1e6)} MB in all`;
  console.log(line);
  for (const { store, database, asking, remembering, plain } of subjects) {
    await Promise.all([asking.close({ grace: 0 }), remembering.close({ grace: 0 })]);
    await store.close();
    await plain.close();
    await database.close();
  }
  await fresh.close({ grace: 0 });
}

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-keys-'));
try {
  await measure('SQLite', [`sqlite:${join(folder, 'small.db')}`, `sqlite:${join(folder, 'large.db')}`]);
  console.log(`SQLite: the file has ${((await stat(join(folder, 'large.db'))).size / 1e6).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true });
}
const server = await startPostgres();
if (server) {
  await measure('PostgreSQL', [await server.createDatabase(), await server.createDatabase()]);
  await server.close();
}
upstream.kill();
for (const fault of faults) console.log(`fault: ${fault}`);
console.log(`${many} keys: ${summary.join('; ')}; faults: ${faults.length}`);
process.exit(faults.length === 0 ? 0 : 1);
