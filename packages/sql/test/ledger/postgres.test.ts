import type { Ledger } from '@ai-proxy/core';
import { ledgerContract, startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql, sqlLedger } from '../../src/index.ts';

const server = await startPostgres();
afterAll(async () => server?.close());

async function open(): Promise<Ledger> {
  const database = openSql(await server?.createDatabase());
  const ledger = sqlLedger(database);
  return {
    ...ledger,
    async close() {
      await ledger.close();
      await database.close();
    },
  };
}

describe.skipIf(server === undefined)('a ledger in PostgreSQL', () => {
  it.each(ledgerContract({ open }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
