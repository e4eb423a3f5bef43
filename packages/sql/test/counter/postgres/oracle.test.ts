import { checkAgainstOracle, startPostgres } from '@ai-proxy/testing';
import fc from 'fast-check';
import { afterAll, describe, it } from 'vitest';
import { createCounter } from '../../../src/counter/create-counter.ts';
import { createPostgresTables } from '../../../src/counter/postgres/postgres-tables.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { overSeveral } from '../over-several.ts';

const server = await startPostgres();
const database = openSql((await server?.createDatabase()) ?? 'postgres://nowhere');
afterAll(async () => {
  await database.close();
  await server?.close();
});

// The time stands in a table, where only the test moves it.
const clock = '(select now from the_time)';

describe.skipIf(server === undefined)('the counter in PostgreSQL beside an oracle', () => {
  it('says the same after every step of any story, in whichever of two processes a step is taken', { timeout: 120_000 }, async () => {
    const opened = await database.connect();
    await opened.schema.createTable('the_time').addColumn('now', 'bigint').execute();
    const time = opened.withTables<{ the_time: { now: number } }>();
    let now = 1_700_000_000_000;
    await time.insertInto('the_time').values({ now }).execute();
    const options = { database, name: 'counter', deadline: 10_000, connections: 2, clock };
    const both = [1, 2].map(() => createCounter('counter', createPostgresTables(options)));
    const beside = {
      counter: overSeveral(both),
      now: () => now,
      pass: async (milliseconds: number) => {
        now += milliseconds;
        await time.updateTable('the_time').set({ now }).execute();
      },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 100_000 }), { minLength: 20, maxLength: 150 }), async (story) =>
        checkAgainstOracle(beside, story),
      ),
      { numRuns: 60 },
    );
    for (const counter of both) await counter.close();
  });
});
