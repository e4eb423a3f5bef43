import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKey, keys } from '@ai-proxy/auth';
import { createProxy, memoryCounter, memoryKeyStore } from '@ai-proxy/core';
import type { Counter, KeyRecord, KeyStore } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/express';
import { pinoSink } from '@ai-proxy/logger/pino';
import { prices } from '@ai-proxy/logger/prices';
import { metrics } from '@ai-proxy/logger/prometheus';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { redis, redisCounter, redisKeyCache } from '@ai-proxy/redis';
import { ledgerSink, openSql, sqlCounter, sqlKeyStore, sqlLedger } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import express from 'express';
import { upstreamKey } from '../upstream-key.ts';

/** Where keys are kept, and where it is counted what they use. The ledger is in SQLite in each case. */
export type Stores = 'memory' | 'sqlite' | 'redis';

export interface EverythingOptions {
  readonly upstream: URL;
  readonly stores: Stores;
  /** The virtual key that callers present. */
  readonly key: string;
  readonly redisUrl: string | undefined;
}

/** What is measured is CPU, also on a machine that is so busy that a store which answers late would be given up, in milliseconds. */
const patient = 5000;

/** ai-proxy with all that a team switches on: keys with budgets and limits of every kind, a ledger, metrics, a log and prices. */
export async function everything({ upstream, stores, key, redisUrl }: EverythingOptions): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const database = openSql(`sqlite:${join(folder, 'bench.db')}`);
  const { store, counter } = openStores(stores, database, redisUrl);
  const now = Date.now();
  await store.put(await benchKey(key, now), {
    id: 'change_bench',
    at: now,
    by: 'bench',
    action: 'generate',
    key: 'key_bench',
    before: {},
    after: {},
  });

  const ledger = sqlLedger(database);
  const providers = [mistral({ baseURL: upstream.origin, apiKey: upstreamKey }), ollama({ baseURL: upstream.origin })];
  const proxy = createProxy({
    providers,
    policies: [keys({ store, counter, ledger, patience: { timeout: patient } })],
    receipts: [ledgerSink(ledger, { journal: join(folder, 'journal') }), metrics(), pinoSink()],
    prices: prices({ own: { 'ollama/*': { inputPerMillion: 0.1, outputPerMillion: 0.1 } } }),
  });
  const app = express();
  app.use('/ai', aiProxy(proxy));
  return createServer(app);
}

function openStores(stores: Stores, database: SqlDatabase, redisUrl: string | undefined): { store: KeyStore; counter: Counter } {
  switch (stores) {
    case 'memory':
      return { store: memoryKeyStore(), counter: memoryCounter() };
    case 'sqlite':
      return { store: sqlKeyStore(database), counter: sqlCounter(database, { deadline: patient }) };
    case 'redis': {
      const client = redis(redisUrl === undefined ? {} : { url: redisUrl });
      return { store: redisKeyCache(client, sqlKeyStore(database)), counter: redisCounter(client, { deadline: patient }) };
    }
    default:
      return stores satisfies never;
  }
}

/** A key whose limits are all there and never reached. */
async function benchKey(key: string, now: number): Promise<KeyRecord> {
  return {
    id: 'key_bench',
    hash: await hashKey(key),
    earlier: [],
    masked: 'sk-...',
    alias: 'bench',
    owner: 'ada',
    team: 'research',
    parent: undefined,
    models: ['mistral/*', 'ollama/*', 'mistral-small-latest'],
    modelAliases: {},
    operations: ['chat'],
    routes: [],
    expiresAt: now + 86_400_000,
    blocked: false,
    tags: ['bench'],
    metadata: {},
    maxOutputTokens: 1000,
    limits: {
      budgets: [
        { limit: 1e15, every: '1mo' },
        { limit: 1e15, every: '1d', soft: 1e14 },
      ],
      requestsPerMinute: 1e9,
      tokensPerMinute: 1e12,
      parallel: 1e6,
    },
    endUserLimits: {},
    managesKeys: false,
    createdAt: now,
    updatedAt: now,
    createdBy: 'bench',
    version: 1,
  };
}
