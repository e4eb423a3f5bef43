import { access, constants, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reasonOf, within } from '@ai-proxy/core';
import type { ObjectOwners } from '@ai-proxy/auth';
import type { Counter, KeyStore, Ledger } from '@ai-proxy/core';
import { redisCounter, redisKeyCache } from '@ai-proxy/redis';
import type { RedisConnection } from '@ai-proxy/redis';
import { sqlCounter, sqlKeyStore, sqlLedger, sqlOwners } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import { openDatabase, withoutPassword } from './open-database.ts';
import { nameRedis, warmRedis } from './open-redis.ts';
import type { Need } from './readiness.ts';
import { SettingsError } from './server-settings.ts';
import type { ServerSettings } from './server-settings.ts';

/** What the server keeps: the accounts of its calls, and with a master key who may call and how much. */
export interface Stores {
  readonly ledger: Ledger;
  /** The folder of what the ledger has not taken yet. */
  readonly journal: string;
  readonly keys: KeyStores | undefined;
  /** Where they are, without passwords. */
  readonly place: string;
  /** What is not as it should be, and ends no start. */
  readonly warnings: readonly string[];
  readonly needs: readonly Need[];
  /** After the proxy has closed. */
  close(): Promise<void>;
}

/** What keys need. */
export interface KeyStores {
  readonly store: KeyStore;
  readonly counter: Counter;
  /** Whose the files, jobs and agents are that callers make at a provider. */
  readonly objects: ObjectOwners;
}

type StoreSettings = Pick<ServerSettings, 'journal' | 'redis' | 'masterKey'>;

/** Opens the stores, so that the first call finds them open. Where they cannot be, nothing is left open. */
export async function openStores(url: string, { journal, redis, masterKey }: StoreSettings): Promise<Stores> {
  const connection = redis === undefined ? undefined : nameRedis(redis);
  const database = await openDatabase(url);
  const ledger = sqlLedger(database);
  const keys = masterKey === undefined ? undefined : openKeys(database, connection);
  const needs: Need[] = [
    { name: 'ledger', ask: async () => ledger.call('ready') },
    ...(keys
      ? [
          { name: 'keys', ask: async () => keys.store.changes() },
          { name: 'counter', ask: async () => keys.counter.read('ai-proxy', [{ kind: 'gauge', key: 'ready' }]) },
          { name: 'owners', ask: async () => keys.objects.find([{ provider: 'none', kind: 'ready', id: 'ready' }]) },
        ]
      : []),
  ];

  async function close(): Promise<void> {
    const inOrder = [keys?.counter, keys?.store, keys?.objects, connection, ledger, database];
    // One that does not answer holds up no end: what it still waits for ends with the process.
    for (const one of inOrder) await within(Promise.resolve(one?.close()), 2000).catch(() => {});
  }

  const journalFolder = journal ?? journalBeside(url);
  try {
    await prepareJournal(journalFolder);
    const problem = connection && (await warmRedis(connection));
    // The first question takes longest. What fails here is told by /ready.
    await Promise.allSettled(needs.map(async ({ ask }) => within(ask(), 3000)));
    return {
      ledger,
      journal: journalFolder,
      keys,
      place: withoutPassword(url),
      warnings: problem === undefined ? [] : [`Redis does not answer (${problem}): keys with budgets are refused until it does`],
      needs,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function openKeys(database: SqlDatabase, redis: RedisConnection | undefined): KeyStores {
  const store = sqlKeyStore(database);
  const objects = sqlOwners(database);
  return redis
    ? { store: redisKeyCache(redis, store), counter: redisCounter(redis), objects }
    : { store, counter: sqlCounter(database), objects };
}

/** The journal of an embedded database stands beside its file; a server's in the working directory. */
const journalBeside = (url: string): string =>
  join(url.startsWith('sqlite:') ? dirname(url.slice('sqlite:'.length)) : '.', 'ai-proxy-journal');

/** Without its journal every call would be refused. */
async function prepareJournal(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new SettingsError(`the journal cannot be written: ${reasonOf(error)}. Name another folder by AI_PROXY_JOURNAL.`);
  }
}
