// What a ledger costs when it is large: `large.ts [rows in SQLite] [rows in PostgreSQL]`, 10,000,000 and 1,000,000 by default. Ends with 1 where it costs more.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Ledger, SpendQuery } from '@ai-proxy/core';
import { openSql, sqlLedger } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import { madeUpReceipt, startPostgres } from '@ai-proxy/testing';
import type { FilledSpan } from './fill-ledger.ts';
import { explainSpend, tooMuchRead } from './explain-spend.ts';
import { aroundJune, fillLedger, keys, wholeYear, yearStart } from './fill-ledger.ts';

const few = 100_000;
const day = 86_400_000;
const june: SpendQuery = { by: 'key', from: yearStart + 151 * day, to: yearStart + 181 * day };
/** Beginning and ending in the middle of a day, so that hours are read too. */
const juneByTheHour: SpendQuery = { ...june, from: yearStart + 151 * day - 5.5 * 3_600_000, to: yearStart + 181 * day + 7.5 * 3_600_000 };

interface Subject {
  readonly database: SqlDatabase;
  readonly ledger: Ledger;
  /** Microseconds of CPU that were used for the ledger so far. */
  readonly cpu: () => Promise<number>;
}

const faults: string[] = [];
const summary: string[] = [];

async function open(url: string): Promise<Subject> {
  const database = openSql(url, { postgres: { connections: 1, timeout: 600_000 } });
  const ledger = sqlLedger(database);
  await ledger.spend({ by: 'key' });
  return { database, ledger, cpu: database.kind === 'sqlite' ? ownCpu : async () => backendCpu(database) };
}

async function ownCpu(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The work is done by a process of the server: the one that the only connection leads to. */
async function backendCpu(database: SqlDatabase): Promise<number> {
  const connected = await database.connect();
  const { pid } = await connected.selectNoFrom(({ fn }) => fn<number>('pg_backend_pid').as('pid')).executeTakeFirstOrThrow();
  return Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0]) / 1000;
}

async function fill(subject: Subject, name: string, rows: number, span: FilledSpan): Promise<void> {
  const began = Date.now();
  await fillLedger(subject.database.url, rows, span, (done) => {
    if (done % 1_000_000 === 0 || done === rows)
      console.log(`${name}: ${done} of ${rows} rows, ${Math.round((Date.now() - began) / 1000)} s`);
  });
}

/** What one and the other cost, in turn, so that whatever else the machine does touches both. */
async function compare(
  one: Subject,
  other: Subject,
  work: (subject: Subject, round: number) => Promise<void>,
  rounds: number,
): Promise<readonly [number, number]> {
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of [one, other].entries()) {
      const before = await subject.cpu();
      await work(subject, round);
      costs[index]?.push((await subject.cpu()) - before);
    }
  }
  return [median(costs[0]), median(costs[1])];
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

function report(name: string, what: string, [small, large]: readonly [number, number], per: number, most: number): void {
  const ratio = large / small;
  const line = `${name}: ${what}: ${(small / per).toFixed(1)} µs of CPU at ${few} rows, ${(large / per).toFixed(1)} µs at its full size: ${ratio.toFixed(2)} times`;
  console.log(line);
  summary.push(`${name} ${what} ×${ratio.toFixed(2)}`);
  if (ratio > most) faults.push(`${line}, more than ${most}`);
}

async function printPlan(name: string, subject: Subject, query: SpendQuery): Promise<void> {
  const plan = await explainSpend(subject.database, query);
  console.log(plan.map((line) => `${name} plan: ${line}`).join('\n'));
  for (const line of tooMuchRead(plan)) faults.push(`${name} reads more than sums: ${line}`);
}

let recorded = 0;

async function insert({ ledger }: Subject): Promise<void> {
  const receipts = Array.from({ length: 500 }, () => {
    recorded += 1;
    return madeUpReceipt(`0199-${recorded}-${Math.random()}`, {
      startedAt: yearStart + 366 * day + recorded,
      key: `key-${recorded % keys}`,
      endUser: `user-${recorded % 100}`,
    });
  });
  await ledger.record(receipts);
}

const spendTen =
  (query: SpendQuery) =>
  async ({ ledger }: Subject): Promise<void> => {
    for (let time = 0; time < 10; time += 1) await ledger.spend(query);
  };

/** Prunes a fiftieth of the calls while others are recorded every few milliseconds. */
async function pruneAndInsert(name: string, subject: Subject): Promise<void> {
  const delays = async (during: Promise<unknown>): Promise<{ loop: number; slowest: number; batches: number }> => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    let isOver = false;
    void during.finally(() => (isOver = true));
    let slowest = 0;
    let batches = 0;
    while (!isOver) {
      const began = performance.now();
      await insert(subject);
      slowest = Math.max(slowest, performance.now() - began);
      batches += 1;
      await setTimeout(20);
    }
    delay.disable();
    return { loop: delay.percentile(99) / 1e6, slowest, batches };
  };
  const say = ({ loop, slowest, batches }: Awaited<ReturnType<typeof delays>>): string =>
    `event-loop delay p99 ${loop.toFixed(1)} ms (5 of them the clock's), slowest of ${batches} batches of 500 ${slowest.toFixed(0)} ms`;
  console.log(`${name}: recording alone: ${say(await delays(setTimeout(3000)))}`);
  const pruning = subject.ledger.prune({ before: yearStart + 365 * day * 0.02 });
  const during = await delays(pruning);
  const { calls, sums } = await pruning;
  console.log(`${name}: recording while ${calls} calls and ${sums} sums are pruned: ${say(during)}`);
  summary.push(`${name} pruned ${calls} beside ${during.batches} batches, loop p99 ${during.loop.toFixed(1)} ms`);
  if (during.batches < 2) faults.push(`${name}: pruning held up recording`);
}

async function measure(name: string, rows: number, urls: readonly [string, string]): Promise<void> {
  const [small, large] = [await open(urls[0]), await open(urls[1])];
  await fill(small, `${name}, small`, few, aroundJune);
  await fill(large, name, rows, wholeYear);
  await printPlan(name, large, june);
  await printPlan(name, large, juneByTheHour);
  // Once unmeasured: what is read for the first time comes from the disk.
  await compare(small, large, spendTen(june), 2);
  report(name, 'spend by key for a month', await compare(small, large, spendTen(june), 41), 10, 1.2);
  await compare(small, large, spendTen(juneByTheHour), 2);
  report(name, 'the same from the middle of a day', await compare(small, large, spendTen(juneByTheHour), 41), 10, 1.2);
  await compare(small, large, insert, 5);
  report(name, 'recording a call', await compare(small, large, insert, 61), 500, 1.25);
  await pruneAndInsert(name, large);
  for (const { ledger, database } of [small, large]) {
    await ledger.close();
    await database.close();
  }
}

const [sqliteRows = 10_000_000, postgresRows = 1_000_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-large-'));
try {
  await measure('SQLite', sqliteRows, [`sqlite:${join(folder, 'small.db')}`, `sqlite:${join(folder, 'large.db')}`]);
  console.log(`SQLite: the file has ${((await stat(join(folder, 'large.db'))).size / 1e9).toFixed(2)} GB`);
} finally {
  await rm(folder, { recursive: true });
}
const server = await startPostgres();
if (server) {
  // What helpers of the connection's process do would not be seen.
  const alone = '?options=-c%20max_parallel_workers_per_gather%3D0';
  await measure('PostgreSQL', postgresRows, [`${await server.createDatabase()}${alone}`, `${await server.createDatabase()}${alone}`]);
  await server.close();
}
for (const fault of faults) console.log(`fault: ${fault}`);
console.log(`${sqliteRows} rows in SQLite, ${server ? postgresRows : 0} in PostgreSQL: ${summary.join('; ')}; faults: ${faults.length}`);
process.exit(faults.length === 0 ? 0 : 1);
