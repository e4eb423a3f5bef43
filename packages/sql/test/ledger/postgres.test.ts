import { ledgerContract, startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql, sqlLedger } from '../../src/index.ts';
import { emptyTables } from '../fixtures/empty-tables.ts';

const server = await startPostgres();
const database = openSql((await server?.createDatabase()) ?? 'postgres://nowhere');
const ledger = sqlLedger(database);
afterAll(async () => {
  await database.close();
  await server?.close();
});

const open = async (): Promise<typeof ledger> => {
  await emptyTables(await database.connect());
  return ledger;
};

describe.skipIf(server === undefined)('a ledger in PostgreSQL', () => {
  it.each(ledgerContract({ open }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
