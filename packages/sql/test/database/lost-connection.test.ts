import { setTimeout } from 'node:timers/promises';
import { startPostgres } from '@ai-proxy/testing';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql } from '../../src/index.ts';

const server = await startPostgres();
afterAll(async () => server?.close());

describe.skipIf(server === undefined)('a connection that breaks in the middle of a transaction', () => {
  it('fails what comes after, and does not end the process', async () => {
    const url = await server?.createDatabase();
    const [database, other] = [openSql(url), openSql(url)];
    const [mine, theirs] = [await database.connect(), await other.connect()];
    const broken = mine.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ id: number }>`select pg_backend_pid() as id`.execute(transaction);
      await sql`select pg_terminate_backend(${rows[0]?.id})`.execute(theirs);
      await setTimeout(200);
      await sql`select 1`.execute(transaction);
    });
    await expect(broken).rejects.toThrow(/terminat|Connection/i);
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(mine);
    expect(rows).toEqual([{ one: 1 }]);
    await database.close();
    await other.close();
  });
});
