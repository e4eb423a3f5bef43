import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerContract } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql, sqlLedger } from '../../src/index.ts';
import { emptyTables } from '../fixtures/empty-tables.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-ledger-'));
const database = openSql(`sqlite:${join(folder, 'ledger.db')}`);
const ledger = sqlLedger(database);
afterAll(async () => {
  await ledger.close();
  await database.close();
  await rm(folder, { recursive: true });
});

/** One thread serves all checks: starting it takes longer than most of them. */
const open = async (): Promise<typeof ledger> => {
  await emptyTables(await database.connect());
  return { ...ledger, close: async () => {} };
};

describe('a ledger in SQLite', () => {
  it.each(ledgerContract({ open }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
