import { setTimeout } from 'node:timers/promises';
import type { Counter } from '@ai-proxy/core';
import { counterContract, startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';

const server = await startPostgres();
const database = openSql((await server?.createDatabase()) ?? 'postgres://nowhere');
afterAll(async () => {
  await database.close();
  await server?.close();
});

// Checks that wait do it side by side.
describe.skipIf(server === undefined).concurrent('the counter in PostgreSQL', () => {
  const open = (): Counter => sqlCounter(database, { deadline: 10_000 });
  const pass = async (milliseconds: number): Promise<void> => setTimeout(milliseconds);
  it.each(counterContract({ open, pass }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
