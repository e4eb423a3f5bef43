import { memoryCounter, memoryKeyStore, memoryLedger } from '@ai-proxy/core';
import { redis, redisCounter, redisKeyCache } from '@ai-proxy/redis';
import { openSql, sqlCounter, sqlKeyStore, sqlLedger } from '@ai-proxy/sql';
import { startRedis } from '@ai-proxy/testing';
import type { RedisServer } from '@ai-proxy/testing';
import type { Fault } from './faults.ts';
import type { Stores } from './gateway.ts';
import { controlPostgres } from './postgres-control.ts';
import type { PostgresControl } from './postgres-control.ts';
import { quiet } from './quiet.ts';
import { startRelay } from './relay.ts';
import { runFaults } from './run-fault.ts';
import type { FaultReport, FaultRun } from './run-fault.ts';

export type StoreName = 'keys' | 'counter' | 'ledger';

/** The machine may be busy with other tests: what is late because of that is no failure. */
const deadline = 150;

type Timing = Pick<FaultRun, 'lasts' | 'every'>;

/** A Redis that counts and announces changes of keys fails; keys and ledger lie elsewhere. */
export async function failRedis(faults: readonly Fault<RedisServer>[], timing: Timing): Promise<readonly FaultReport[]> {
  const server = await startRedis();
  if (!server) return [];
  const relay = await startRelay(Number(new URL(server.url).port));
  const reports = await runFaults({
    ...timing,
    async open() {
      const connection = redis({ url: `redis://127.0.0.1:${relay.port}` });
      return {
        store: redisKeyCache(connection, memoryKeyStore({ name: 'keys' }), { log: quiet }),
        counter: redisCounter(connection, { name: 'counter', deadline }),
        ledger: memoryLedger({ name: 'ledger', calls: 1_000_000 }),
        close: async () => connection.close(),
      };
    },
    faults: faults.map((fault) => ({ begin: async () => fault.begin(server, relay), end: async () => fault.end(server, relay) })),
  });
  await relay.close();
  await server.close();
  return reports;
}

/** A PostgreSQL fails that holds some of the stores; the others are in memory. Nothing where it cannot be had, or not on a disk of its own. */
export async function failPostgres(
  faults: readonly Fault<PostgresControl>[],
  held: readonly StoreName[],
  timing: Timing,
): Promise<readonly FaultReport[]> {
  const control = await controlPostgres(faults.some(({ needsDisk }) => needsDisk) ? { disk: 256 } : {});
  if (!control) return [];
  const relay = await startRelay(control.port);
  const url = new URL(await control.server.createDatabase());
  url.port = String(relay.port);
  const reports = await runFaults({
    ...timing,
    open: async () => storesOn(url.href, held),
    faults: faults.map((fault) => ({ begin: async () => fault.begin(control, relay), end: async () => fault.end(control, relay) })),
  });
  await relay.close();
  await control.close();
  return reports;
}

function storesOn(url: string, held: readonly StoreName[]): Stores {
  const database = openSql(url);
  const store = held.includes('keys') ? sqlKeyStore(database, { name: 'keys', log: quiet }) : memoryKeyStore({ name: 'keys' });
  const counter = held.includes('counter') ? sqlCounter(database, { name: 'counter' }) : memoryCounter({ name: 'counter' });
  const ledger = held.includes('ledger') ? sqlLedger(database, { name: 'ledger' }) : memoryLedger({ name: 'ledger', calls: 1_000_000 });
  return {
    store,
    counter,
    ledger,
    async close() {
      await store.close();
      await counter.close();
      await ledger.close();
      await database.close();
    },
  };
}
