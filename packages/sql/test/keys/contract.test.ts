import { keyStoreContract } from '@ai-proxy/testing';
import type { KeyStore } from '@ai-proxy/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { SqlDatabase } from '../../src/index.ts';
import { sqlKeyStore } from '../../src/index.ts';
import { openDatabases } from './open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

const opened = new Map<string, Promise<SqlDatabase>>();

/** One database serves all checks: making the tables takes longer than most of them. */
async function open(kind: 'sqlite' | 'postgres'): Promise<KeyStore> {
  const database = await (opened.get(kind) ?? databases.open(kind));
  opened.set(kind, Promise.resolve(database));
  const connected = await database.connect();
  const tables = ['ai_proxy_keys', 'ai_proxy_key_hashes', 'ai_proxy_key_changes', 'ai_proxy_key_news'] as const;
  for (const table of tables) await connected.deleteFrom(table).execute();
  return sqlKeyStore(database);
}

describe.each(databases.kinds)('a store of keys in %s', (_name, kind, isMissing) => {
  it.skipIf(isMissing).each(keyStoreContract({ open: async () => open(kind) }).map(({ name, run }) => [name, run] as const))(
    '%s',
    { timeout: 30_000 },
    async (_check, run) => {
      await expect(run()).resolves.toBeUndefined();
    },
  );
});
