import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryKeyStore } from '@ai-proxy/core';
import type { KeyStore } from '@ai-proxy/core';
import { openSql, sqlKeyStore } from '@ai-proxy/sql';

/** The stores of keys on which everything here is tried. Closing one leaves nothing behind. */
export const keyStores: Readonly<Record<string, () => KeyStore>> = {
  'in memory': () => memoryKeyStore(),
  'in SQLite': openSqlite,
};

function openSqlite(): KeyStore {
  const folder = mkdtempSync(join(tmpdir(), 'ai-proxy-guards-'));
  const database = openSql(`sqlite:${join(folder, 'keys.db')}`);
  const store = sqlKeyStore(database);
  return {
    ...store,
    async close() {
      await store.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
